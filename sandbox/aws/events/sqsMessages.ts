import type { Call, Members, Operation } from '../service.ts';
import type { Queue } from './queue.ts';
import { useKey } from './queueSettings.ts';
import type { Queues } from './queues.ts';
import { onQueue, principalOf } from './sqsAccess.ts';
import { eachEntry, refuseLongBatch } from './sqsBatches.ts';
import { missing } from './sqsErrors.ts';
import { boundedInteger, messageFrom, textsOf } from './sqsInputs.ts';
import { shapes } from './sqsShapes.ts';
import { messageView, sentView } from './sqsViews.ts';

/** Data events: CloudTrail does not write them down as management events. */
const data = { readOnly: false, unrecorded: true } as const;

export function messageOperations(queues: Queues): [string, Operation][] {
  const mayDecrypt = (queue: Queue, call: Call) =>
    useKey(queues.settings, queue.rules().keyId, principalOf(call));
  return [
    [
      'SendMessage',
      onQueue(queues, { ...data, input: shapes.send }, (queue, call) => {
        mayDecrypt(queue, call);
        return sentView(queue.send(messageFrom(call.input, call.caller.principalId)));
      }),
    ],
    [
      'SendMessageBatch',
      onQueue(queues, { ...data, input: shapes.batch }, (queue, call) => {
        mayDecrypt(queue, call);
        refuseLongBatch(call.input);
        const { principalId } = call.caller;
        return eachEntry(queues, queue, call, (entry) =>
          sentView(queue.send(messageFrom(entry, principalId))),
        );
      }),
    ],
    [
      'ReceiveMessage',
      onQueue(queues, { readOnly: true, unrecorded: true, input: shapes.onQueue }, (queue, call) => {
        mayDecrypt(queue, call);
        return receive(queue, call);
      }),
    ],
    [
      'DeleteMessage',
      onQueue(queues, { ...data, input: shapes.receipt }, (queue, { input }) => remove(queue, input)),
    ],
    [
      'DeleteMessageBatch',
      onQueue(queues, { ...data, input: shapes.batch }, (queue, call) =>
        eachEntry(queues, queue, call, (entry) => remove(queue, entry)),
      ),
    ],
    [
      'ChangeMessageVisibility',
      onQueue(queues, { ...data, input: shapes.changeVisibility }, (queue, { input }) =>
        changeVisibility(queue, input),
      ),
    ],
    [
      'ChangeMessageVisibilityBatch',
      onQueue(queues, { ...data, input: shapes.batch }, (queue, call) =>
        eachEntry(queues, queue, call, (entry) => changeVisibility(queue, entry)),
      ),
    ],
  ];
}

async function receive(queue: Queue, { input, signal }: Call): Promise<Members> {
  const limit = boundedInteger(input, 'MaxNumberOfMessages', 1, 10) ?? 1;
  const wait = boundedInteger(input, 'WaitTimeSeconds', 0, 20);
  const visibility = boundedInteger(input, 'VisibilityTimeout', 0, 43_200);
  const received = await queue.poll(
    { limit, ...(visibility === undefined ? {} : { visibilityTimeout: visibility * 1000 }) },
    wait === undefined ? queue.rules().waitTime : wait * 1000,
    signal,
  );
  if (received.length === 0) return {};
  const wanted = [...textsOf(input, 'AttributeNames'), ...textsOf(input, 'MessageSystemAttributeNames')];
  return { Messages: received.map((one) => messageView(one, wanted)) };
}

function handleOf(input: Members): string {
  const handle = input['ReceiptHandle'];
  if (typeof handle !== 'string' || handle === '') throw missing('ReceiptHandle');
  return handle;
}

function remove(queue: Queue, input: Members): undefined {
  queue.delete(handleOf(input));
}

function changeVisibility(queue: Queue, input: Members): undefined {
  const handle = handleOf(input);
  const seconds = boundedInteger(input, 'VisibilityTimeout', 0, 43_200);
  if (seconds === undefined) throw missing('VisibilityTimeout');
  queue.changeVisibility(handle, seconds * 1000);
}
