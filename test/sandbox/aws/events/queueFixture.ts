import { type ManualClock, manualClock } from '../../../../sandbox/aws/clock.ts';
import type { QueueAttributes } from '../../../../sandbox/aws/events/queueAttributes.ts';
import { queueSettings } from '../../../../sandbox/aws/events/queueSettings.ts';
import { createQueues, type Queues } from '../../../../sandbox/aws/events/queues.ts';
import { seededRandom } from '../../../../sandbox/aws/random.ts';

export const account = '111111111111';
export const region = 'us-east-1';

function start(): { clock: ManualClock; queues: Queues } {
  const clock = manualClock();
  return {
    clock,
    queues: createQueues({
      clock,
      random: seededRandom(1),
      settings: queueSettings(),
      address: () => 'http://aws',
    }),
  };
}

export function startQueue(attributes: QueueAttributes = {}) {
  const { clock, queues } = start();
  const make = (name: string, more: QueueAttributes) =>
    queues.create({ partition: 'aws', account, region, name }, more);
  return { clock, queues, make, queue: make('events', attributes) };
}

export const bodies = (received: readonly { message: { body: string } }[]) =>
  received.map(({ message }) => message.body);
export const one = { limit: 1 };
export const ten = { limit: 10 };
