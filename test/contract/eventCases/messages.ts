import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { done, type EventCase, type EventStage, refused, shows } from './eventCase.ts';
import { makeQueue } from './queues.ts';

const send =
  (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  ({ sqs, note }: EventStage) =>
    sqs.send(new SendMessageCommand({ QueueUrl: note('q'), MessageBody, ...more }));
const receive =
  (more: Partial<ReceiveMessageCommandInput> = {}) =>
  async ({ sqs, note, notes }: EventStage) => {
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl: note('q'), ...more }));
    notes.set('handle', received.Messages?.[0]?.ReceiptHandle ?? note('handle'));
    return received;
  };
const deleteNoted = ({ sqs, note }: EventStage) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl: note('q'), ReceiptHandle: note('handle') }));
const hide =
  (VisibilityTimeout: number, handle?: string) =>
  ({ sqs, note }: EventStage) =>
    sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: note('q'),
        ReceiptHandle: handle ?? note('handle'),
        VisibilityTimeout,
      }),
    );
const counts = async ({ sqs, note }: EventStage) => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: note('q'), AttributeNames: ['All'] }),
  );
  return {
    visible: Attributes.ApproximateNumberOfMessages,
    hidden: Attributes.ApproximateNumberOfMessagesNotVisible,
  };
};
const batch =
  (...entries: (readonly [id: string, body: string])[]) =>
  ({ sqs, note }: EventStage) =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: note('q'),
        Entries: entries.map(([Id, MessageBody]) => ({ Id, MessageBody })),
      }),
    );
const standard = async (stage: EventStage) => {
  stage.notes.set('handle', '');
  await makeQueue('q')(stage);
};
const ids = (count: number) => Array.from({ length: count }, (_, i) => [`m${i}`, 'a'] as const);

export const messageCases: readonly EventCase[] = [
  {
    about: 'a message',
    given: standard,
    steps: [
      {
        says: 'is sent and answered with the digest of its body',
        call: send('hello'),
        shows: shows({ MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' }),
      },
      { says: 'is counted', call: counts, shows: shows({ visible: '1', hidden: '0' }) },
      {
        says: 'is received with its body and digest',
        call: receive({ MessageSystemAttributeNames: ['All'] }),
        shows: shows({
          Messages: [
            {
              Body: 'hello',
              MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
              Attributes: { ApproximateReceiveCount: '1' },
            },
          ],
        }),
      },
      { says: 'is hidden then', call: receive(), shows: done },
      { says: 'is counted as not visible', call: counts, shows: shows({ visible: '0', hidden: '1' }) },
      { says: 'is given back', call: hide(0), shows: done },
      {
        says: 'is received again, and tells how often it was',
        call: receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
        shows: shows({ Messages: [{ Body: 'hello', Attributes: { ApproximateReceiveCount: '2' } }] }),
      },
      { says: 'is kept longer', call: hide(600), shows: done },
      { says: 'is deleted', call: deleteNoted, shows: done },
      { says: 'is deleted twice without harm', call: deleteNoted, shows: done },
      {
        says: 'is not hidden any more once it is deleted',
        call: hide(10),
        shows: refused('MessageNotInflight'),
      },
      {
        says: 'is not found by something that is no receipt',
        call: hide(10, 'nonsense'),
        shows: refused('ReceiptHandleIsInvalid'),
      },
      { says: 'has a body', call: send(''), shows: refused('MissingParameter') },
      {
        says: 'is made of the characters of XML',
        call: send('\u0000'),
        shows: refused('InvalidMessageContents'),
      },
    ],
  },
  {
    about: 'attributes of a message',
    given: standard,
    steps: [
      {
        says: 'have a digest of their own, which the client checks',
        call: send('hello', {
          MessageAttributes: {
            colour: { DataType: 'String', StringValue: 'red' },
            amount: { DataType: 'Number', StringValue: '7' },
            raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 3]) },
          },
        }),
        shows: shows({
          MD5OfMessageAttributes: 'da8d953bf057315f63927dfeee9aa4c7',
        }),
      },
      {
        says: 'come when they are asked for',
        call: receive({ MessageAttributeNames: ['colour'], VisibilityTimeout: 0 }),
        shows: shows({
          Messages: [{ MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } } }],
        }),
      },
      {
        says: 'come all when all are asked for',
        call: async (stage) => {
          const { Messages } = await receive({ MessageAttributeNames: ['All'] })(stage);
          const { MessageAttributes, MD5OfMessageAttributes } = Messages?.[0] ?? {};
          const raw = [...(MessageAttributes?.['raw']?.BinaryValue ?? [])];
          return { names: Object.keys(MessageAttributes ?? {}).sort(), raw, MD5OfMessageAttributes };
        },
        shows: shows({
          names: ['amount', 'colour', 'raw'],
          raw: [1, 2, 3],
          MD5OfMessageAttributes: 'da8d953bf057315f63927dfeee9aa4c7',
        }),
      },
      {
        says: 'of the system have one too',
        call: send('hello', {
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988' } },
        }),
        shows: shows({ MD5OfMessageSystemAttributes: expect.stringMatching(/^[0-9a-f]{32}$/) }),
      },
    ],
  },
  {
    about: 'a batch',
    given: standard,
    steps: [
      {
        says: 'answers for each entry',
        call: batch(['a', 'hello'], ['b', 'world']),
        shows: shows({
          Successful: [
            { Id: 'a', MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' },
            { Id: 'b', MD5OfMessageBody: '7d793037a0760186574b0282f2f435e7' },
          ],
        }),
      },
      { says: 'has entries', call: batch(), shows: refused('EmptyBatchRequest') },
      {
        says: 'has no more than ten',
        call: batch(...ids(11)),
        shows: refused('TooManyEntriesInBatchRequest'),
      },
      {
        says: 'has no id twice',
        call: batch(['a', 'x'], ['a', 'y']),
        shows: refused('BatchEntryIdsNotDistinct'),
      },
      {
        says: 'has ids of letters, digits, hyphens and underscores',
        call: batch(['a b', 'x']),
        shows: refused('InvalidBatchEntryId'),
      },
      {
        says: 'of changed visibility tells which entry failed',
        call: async (stage) => {
          await receive({ MaxNumberOfMessages: 1 })(stage);
          const { sqs, note } = stage;
          const { Successful, Failed } = await sqs.send(
            new ChangeMessageVisibilityBatchCommand({
              QueueUrl: note('q'),
              Entries: [
                { Id: 'good', ReceiptHandle: note('handle'), VisibilityTimeout: 100 },
                { Id: 'bad', ReceiptHandle: 'nonsense', VisibilityTimeout: 100 },
              ],
            }),
          );
          return { Successful, Failed };
        },
        shows: shows({
          Successful: [{ Id: 'good' }],
          Failed: [{ Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }],
        }),
      },
      {
        says: 'of deletions tells which entry failed',
        call: ({ sqs, note }) =>
          sqs.send(
            new DeleteMessageBatchCommand({
              QueueUrl: note('q'),
              Entries: [
                { Id: 'good', ReceiptHandle: note('handle') },
                { Id: 'bad', ReceiptHandle: 'nonsense' },
              ],
            }),
          ),
        shows: shows({
          Successful: [{ Id: 'good' }],
          Failed: [{ Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }],
        }),
      },
    ],
  },
  {
    about: 'receiving',
    given: standard,
    steps: [
      {
        says: 'takes at most ten',
        call: receive({ MaxNumberOfMessages: 11 }),
        shows: refused('InvalidParameterValue'),
      },
      {
        says: 'waits at most twenty seconds',
        call: receive({ WaitTimeSeconds: 21 }),
        shows: refused('InvalidParameterValue'),
      },
      {
        says: 'waits for a message to come',
        call: async (stage) => {
          const waiting = receive({ WaitTimeSeconds: 10 })(stage);
          await stage.wait(50);
          await send('late')(stage);
          return waiting;
        },
        shows: shows({ Messages: [{ Body: 'late' }] }),
      },
      {
        says: 'gives ten at once',
        call: async (stage) => {
          await batch(...ids(10))(stage);
          const { Messages } = await receive({ MaxNumberOfMessages: 10 })(stage);
          return { received: Messages?.length };
        },
        shows: shows({ received: 10 }),
      },
      {
        says: 'gives nothing of a purged queue',
        call: async (stage) => {
          await send('x')(stage);
          await stage.sqs.send(new PurgeQueueCommand({ QueueUrl: stage.note('q') }));
          return receive()(stage);
        },
        shows: done,
      },
    ],
  },
  {
    about: 'a FIFO queue',
    given: async (stage) => {
      stage.notes.set('handle', '');
      await makeQueue('q.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' }, 'q')(stage);
    },
    steps: [
      { says: 'wants a group', call: send('a'), shows: refused('MissingParameter') },
      {
        says: 'numbers what it takes',
        call: send('a', { MessageGroupId: 'g' }),
        shows: shows({ SequenceNumber: expect.stringMatching(/^\d{20}$/) }),
      },
      {
        says: 'takes the same message once',
        call: async (stage) => {
          await send('a', { MessageGroupId: 'g' })(stage);
          await send('b', { MessageGroupId: 'g' })(stage);
          return counts(stage);
        },
        shows: shows({ visible: '2' }),
      },
      {
        says: 'hands nothing out of a group that is being worked on',
        call: async (stage) => {
          const first = await receive({ MessageSystemAttributeNames: ['MessageGroupId'] })(stage);
          const second = await receive()(stage);
          return { first: first.Messages, second: second.Messages?.length ?? 0 };
        },
        shows: shows({ first: [{ Body: 'a', Attributes: { MessageGroupId: 'g' } }], second: 0 }),
      },
      {
        says: 'goes on once the message is deleted',
        call: async (stage) => {
          await deleteNoted(stage);
          return receive()(stage);
        },
        shows: shows({ Messages: [{ Body: 'b' }] }),
      },
    ],
  },
];
