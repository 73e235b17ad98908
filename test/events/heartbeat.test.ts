import { describe, expect, it } from 'vitest';
import { type BusEntry, BusError, type EventBus } from '../../src/awsApi/eventBus.ts';
import { parseMessage } from '../../src/events/envelope.ts';
import { createHeartbeat, type HeartbeatChannel } from '../../src/events/heartbeat.ts';
import { QueueError } from '../../src/events/sqsSource.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';

interface Way extends EventBus {
  /** Queues a heartbeat comes through, after how long. */
  readonly through: Map<string, number>;
  refuses: BusError | undefined;
  readonly puts: number[];
}

/** A bus whose events come through queues to the operators that listen there. */
function way(clock: VirtualClock, listeners: () => readonly HeartbeatChannel[], ...queues: string[]): Way {
  const through = new Map(queues.map((queue) => [queue, 400]));
  const puts: number[] = [];
  const self: Way = {
    through,
    refuses: undefined,
    puts,
    async put(entries) {
      puts.push(clock.now());
      if (self.refuses) throw self.refuses;
      for (const entry of entries) {
        for (const [queue, delay] of through) {
          clock.after(delay, () => {
            const parsed = parseMessage(bodyOf(entry), clock.now());
            if (parsed.kind !== 'Heartbeat') throw new Error(`not understood: ${bodyOf(entry)}`);
            for (const listener of listeners()) listener.returned(parsed.heartbeat, queue);
          });
        }
      }
      return [];
    },
  };
  return self;
}

function bodyOf({ detailType, detail }: BusEntry): string {
  return JSON.stringify({
    source: 'trusted-access-operator',
    'detail-type': detailType,
    detail: JSON.parse(detail),
  });
}

function subscribed({ changes$ }: HeartbeatChannel, onChange = () => {}) {
  const subscription = changes$.subscribe(onChange);
  return { unsubscribe: () => subscription.unsubscribe() };
}

function beating(queues: readonly string[] = ['events'], through = queues) {
  const clock = virtualClock();
  const trips: number[] = [];
  const channels: HeartbeatChannel[] = [];
  const bus = way(clock, () => channels, ...through);
  const channel = createHeartbeat({
    clock,
    random: () => 0.5,
    instance: 'one',
    clusterName: 'production',
    deliveryPaths: [{ bus, queues }],
    onRoundTrip: (milliseconds) => void trips.push(milliseconds),
  });
  channels.push(channel);
  const reported: boolean[] = [];
  const { unsubscribe } = subscribed(channel, () => void reported.push(channel.state()?.driven ?? false));
  return { clock, bus, channel, channels, trips, reported, unsubscribe };
}

describe('whether events are verified to arrive', () => {
  it('is not assumed: only once a heartbeat came back [P-35]', async () => {
    const { clock, channel, trips, reported } = beating();
    await clock.advance(399);
    expect(channel.state()?.driven).toBe(false);
    expect(channel.state()?.message).toContain('no heartbeat has arrived through queue events yet');
    await clock.advance(1);
    expect(channel.state()?.driven).toBe(true);
    expect(trips).toEqual([400]);
    expect(reported.at(-1)).toBe(true);
  });

  it('is checked once a minute when verified, and emits nothing while nothing changes', async () => {
    const { clock, bus, reported, trips } = beating();
    await clock.advance(10_000);
    const before = bus.puts.length;
    const changes = reported.length;
    await clock.advance(600_000);
    expect(bus.puts.length - before).toBe(10);
    expect(trips.length).toBe(bus.puts.length);
    expect(reported).toHaveLength(changes);
  });

  it('survives two lost heartbeats, not three', async () => {
    const { clock, bus, channel, reported } = beating();
    await clock.advance(10_000);
    const changes = reported.length;
    // Beats at 65, 80 and 95 seconds.
    bus.through.clear();
    await clock.advance(80_000);
    bus.through.set('events', 400);
    await clock.advance(20_000);
    expect(reported).toHaveLength(changes);
    bus.through.clear();
    await clock.advance(105_000);
    expect(channel.state()?.driven).toBe(false);
    expect(channel.state()?.message).toContain('no heartbeat arrives through queue events');
  });

  it('is verified again by the first heartbeat that arrives, within seconds', async () => {
    const { clock, bus, channel } = beating();
    await clock.advance(10_000);
    bus.through.clear();
    await clock.advance(200_000);
    expect(channel.state()?.driven).toBe(false);
    bus.through.set('events', 400);
    await clock.advance(6_000);
    expect(channel.state()?.driven).toBe(true);
  });

  it('is asked less eagerly when it stays unproven', async () => {
    const { clock, bus } = beating(['events'], []);
    await clock.advance(300_000);
    expect(bus.puts.length).toBeGreaterThan(50);
    const before = bus.puts.length;
    await clock.advance(3_600_000);
    expect(bus.puts.length - before).toBeLessThanOrEqual(121);
  });

  it('is over when the leader stops receiving', async () => {
    const { clock, channel, unsubscribe } = beating();
    await clock.advance(10_000);
    unsubscribe();
    expect(channel.state()?.driven).toBe(false);
    expect(clock.pending()).toBe(0);
  });
});

describe('a queue that says no', () => {
  it.each([
    ['Missing', 'does not exist'],
    ['Denied', 'sqs:ReceiveMessage is not permitted'],
    ['KeyDenied', 'kms:Decrypt'],
  ] as const)('%s: polling only at once, with the reason, and back by itself', async (fault, words) => {
    const { clock, channel } = beating();
    await clock.advance(10_000);
    channel.received('events', new QueueError(fault, 'as AWS says'));
    expect(channel.state()?.driven).toBe(false);
    expect(channel.state()?.message).toContain(words);
    expect(channel.state()?.message).toContain('as AWS says');
    channel.received('events', undefined);
    await clock.advance(6_000);
    expect(channel.state()?.driven).toBe(true);
  });

  it('is tolerated for a moment, and not for half a minute', async () => {
    const { clock, channel } = beating();
    await clock.advance(10_000);
    channel.received('events', new QueueError('Unreachable', 'connection refused'));
    await clock.advance(29_000);
    channel.received('events', new QueueError('Unreachable', 'connection refused'));
    expect(channel.state()?.driven).toBe(true);
    await clock.advance(1_000);
    channel.received('events', new QueueError('Unreachable', 'connection refused'));
    expect(channel.state()?.driven).toBe(false);
  });

  it('keeps the whole channel unproven while another one delivers', async () => {
    const { clock, bus, channel } = beating(['first', 'second'], ['first']);
    await clock.advance(60_000);
    expect(channel.state()?.driven).toBe(false);
    expect(channel.state()?.message).toContain('queue second');
    expect(channel.state()?.message).not.toContain('queue first');
    bus.through.set('second', 400);
    await clock.advance(6_000);
    expect(channel.state()?.driven).toBe(true);
  });
});

describe('a bus that says no', () => {
  it('is named with the permission that is missing, and forgiven when it works', async () => {
    const { clock, bus, channel } = beating();
    await clock.advance(10_000);
    bus.refuses = new BusError('Denied', 'User is not authorized');
    await clock.advance(61_000);
    expect(channel.state()?.message).toContain('events:PutEvents is not permitted');
    const before = bus.puts.length;
    await clock.advance(600_000);
    expect(bus.puts.length - before).toBeLessThan(20);
    bus.refuses = undefined;
    await clock.advance(61_000);
    expect(channel.state()?.driven).toBe(true);
  });
});

describe('several operators on one bus', () => {
  it('do not take each other’s heartbeats for their own', async () => {
    const { clock, channels, channel } = beating(['events'], []);
    const other = createHeartbeat({
      clock,
      random: () => 0.5,
      instance: 'two',
      clusterName: 'staging',
      deliveryPaths: [{ bus: way(clock, () => channels, 'events'), queues: ['events'] }],
      onRoundTrip: () => {},
    });
    channels.push(other);
    const { unsubscribe } = subscribed(other);
    await clock.advance(30_000);
    expect(other.state()?.driven).toBe(true);
    expect(channel.state()?.driven).toBe(false);
    unsubscribe();
  });
});
