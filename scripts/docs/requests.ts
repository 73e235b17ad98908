/** How many requests event intake makes while nothing happens, counted over an hour of virtual time. */

import type { EventBus } from '../../src/awsApi/eventBus.ts';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { resourcesIn } from '../../src/controller/ports.ts';
import { createEvents } from '../../src/events/events.ts';
import { fakeQueue } from '../../test/events/fakeQueue.ts';
import { subscribeTo } from '../../test/harness/sources.ts';
import { virtualClock } from '../../test/harness/virtualClock.ts';
import { table } from './region.ts';

export interface IdleRequests {
  readonly receives: number;
  readonly deletions: number;
  readonly heartbeats: number;
}

const hour = 3_600_000;
/** Milliseconds from the bus to the queue. */
const delivery = 500;
const url = 'https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access-events';

/** Of one leader that listens to one queue with the defaults, after its first heartbeat is back. */
export async function idleRequests(): Promise<IdleRequests> {
  const clock = virtualClock();
  const queue = fakeQueue(clock);
  let heartbeats = 0;
  const bus: EventBus = {
    async put(entries) {
      heartbeats += entries.length;
      for (const { detailType, detail } of entries) {
        const event = {
          source: 'trusted-access-operator',
          'detail-type': detailType,
          detail: JSON.parse(detail),
        };
        clock.after(delivery, () => queue.send(JSON.stringify(event)));
      }
      return [];
    },
  };
  const nothing = () => {};
  const events = createEvents({
    clock,
    random: () => 0.5,
    queues: [parseQueueUrl(url)],
    instance: 'counting',
    clusterName: 'default',
    instanceIn: () => undefined,
    resources: resourcesIn(() => []),
    meters: { message: nothing, latency: nothing, roundTrip: nothing, queue: nothing, problem: nothing },
    openQueue: () => queue,
    openBus: () => bus,
    history: { lookup: async () => [] },
  });
  const subscribed = subscribeTo(events.sources);
  await clock.advance(60_000);
  const before = { ...queue.calls, heartbeats };
  await clock.advance(hour);
  const after = { ...queue.calls, heartbeats };
  await clock.until(subscribed.stop());
  return {
    receives: after.receive - before.receive,
    deletions: after.remove - before.remove,
    heartbeats: after.heartbeats - before.heartbeats,
  };
}

/** Hours of a month, as AWS's price examples have it: 30 days. */
const hours = 24 * 30;
/** Dollars for a million, as the price pages of SQS (standard queue) and EventBridge (custom events) had it. */
const dollars = { request: 0.4, event: 1 };

export function requestsTable({ receives, deletions, heartbeats }: IdleRequests): string {
  const row = (what: string, call: string, perHour: number, price: number) => [
    what,
    `\`${call}\``,
    String(perHour),
    String(perHour * hours),
    `$${price.toFixed(2)}`,
    `$${((perHour * hours * price) / 1e6).toFixed(2)}`,
  ];
  return table(
    ['what', 'call', 'an hour', '30 days', 'a million at', '30 days cost'],
    [
      row('asking the queue', 'sqs:ReceiveMessage', receives, dollars.request),
      row('deleting heartbeats', 'sqs:DeleteMessageBatch', deletions, dollars.request),
      row('heartbeats', 'events:PutEvents', heartbeats, dollars.event),
    ],
  );
}
