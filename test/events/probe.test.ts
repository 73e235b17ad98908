import { describe, expect, it } from 'vitest';
import type { EventBus } from '../../src/events/eventBus.ts';
import { probeRoundTrip } from '../../src/events/probe.ts';
import { fakeQueue } from './fakeQueue.ts';
import { message } from './fixture.ts';
import { virtualClock } from './virtualClock.ts';

function probing(delay: number | undefined) {
  const clock = virtualClock();
  const queue = fakeQueue(clock);
  const bus: EventBus = {
    async put([entry]) {
      const detail = JSON.parse(entry?.detail ?? '');
      const body = JSON.stringify({ source: 'trusted-access-operator', 'detail-type': 'Heartbeat', detail });
      if (delay !== undefined) clock.after(delay, () => queue.send(body));
      return [];
    },
  };
  const options = { clock, queue, bus, instance: 'doctor', clusterName: 'production' };
  return { clock, queue, result: () => probeRoundTrip(options, new AbortController().signal) };
}

describe('one heartbeat for somebody who wants to know now', () => {
  it('comes back, and only it is taken from the queue', async () => {
    const { clock, queue, result } = probing(700);
    const events = Array.from({ length: 4 }, () => message('DisableAWSServiceAccess'));
    queue.send(...events);
    const answer = result();
    await clock.advance(5_000);
    expect(await answer).toEqual({ kind: 'CameBack', milliseconds: 1_000 });
    expect(queue.left).toBe(4);
    expect(queue.visible).toBe(4);
  });

  it('does not come back: says so after its time', async () => {
    const { clock, queue, result } = probing(undefined);
    queue.send(message('DisableAWSServiceAccess'));
    const answer = result();
    await clock.advance(20_000);
    expect(await answer).toEqual({ kind: 'NotSeen' });
    expect(queue.visible).toBe(1);
  });
});
