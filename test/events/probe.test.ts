import { describe, expect, it } from 'vitest';
import type { EventBus } from '../../src/awsApi/eventBus.ts';
import { probeRoundTrip } from '../../src/events/probe.ts';
import type { Queue } from '../../src/events/sqsSource.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { fakeQueue } from './fakeQueue.ts';
import { message } from './fixture.ts';

/** How long a heartbeat takes to the queue, in milliseconds; undefined: it never arrives. */
type Delay = number | undefined;

function probing(journey: Delay | 'Refused' | ((sequence: number) => Delay)) {
  const clock = virtualClock();
  const queue = fakeQueue(clock);
  const bus: EventBus = {
    async put(entries) {
      if (journey === 'Refused') return entries;
      const detail = JSON.parse(entries[0]?.detail ?? '');
      const body = JSON.stringify({ source: 'trusted-access-operator', 'detail-type': 'Heartbeat', detail });
      const delay = typeof journey === 'function' ? journey(detail.sequence) : journey;
      if (delay !== undefined) clock.after(delay, () => queue.send(body));
      return [];
    },
  };
  const received = new Map<string, number>();
  const counting: Queue = {
    ...queue,
    async receive(...asked) {
      const messages = await queue.receive(...asked);
      for (const { id } of messages) received.set(id, (received.get(id) ?? 0) + 1);
      return messages;
    },
  };
  const options = { clock, queue: counting, bus, instance: 'doctor', clusterName: 'production' };
  return { clock, queue, received, result: () => probeRoundTrip(options, new AbortController().signal) };
}

describe('one heartbeat for another user who wants to know now', () => {
  it('comes back, and only it is taken from the queue', async () => {
    const { clock, queue, result } = probing(700);
    const events = Array.from({ length: 4 }, () => message('DisableAWSServiceAccess'));
    queue.send(...events);
    const answer = result();
    await clock.advance(5_000);
    expect(await answer).toEqual({ kind: 'CameBack', milliseconds: 1_000, wrappings: [] });
    expect(queue.left).toBe(4);
    expect(queue.visible).toBe(4);
  });

  it('does not come back: says so after its time', async () => {
    const { clock, queue, result } = probing(undefined);
    queue.send(message('DisableAWSServiceAccess'));
    const answer = result();
    await clock.advance(20_000);
    expect(await answer).toEqual({ kind: 'NotSeen', beats: 6, wrappings: [] });
    expect(queue.visible).toBe(1);
  });

  it('is followed by another while a running operator takes the first ones', async () => {
    const { clock, queue, result } = probing((sequence) => (sequence < 3 ? undefined : 100));
    const answer = result();
    await clock.advance(10_000);
    expect(await answer).toMatchObject({ kind: 'CameBack' });
    expect(queue.left).toBe(0);
  });

  it('makes no poison of the messages of others: each is received twice at most, and all are given back', async () => {
    const { clock, queue, result, received } = probing(undefined);
    queue.send(...Array.from({ length: 4 }, () => message('DisableAWSServiceAccess')));
    const answer = result();
    await clock.advance(20_000);
    await answer;
    expect(Math.max(...received.values())).toBe(2);
    expect(queue.visible).toBe(4);
  });

  it('is not waited for when the bus does not take it', async () => {
    const { result } = probing('Refused');
    await expect(result()).rejects.toThrow('the event bus rejected the heartbeat');
  });
});
