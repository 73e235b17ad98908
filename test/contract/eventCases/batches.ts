import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { type EventCase, refused, shows } from './eventCase.ts';
import { batch, ids, receive, send, standard } from './messageSteps.ts';

export const batchCases: readonly EventCase[] = [
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
        call: async (fixture) => {
          await receive({ MaxNumberOfMessages: 1 })(fixture);
          const { sqs, note } = fixture;
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
        call: async (fixture) => {
          const waiting = receive({ WaitTimeSeconds: 10 })(fixture);
          await fixture.wait(50);
          await send('late')(fixture);
          return waiting;
        },
        shows: shows({ Messages: [{ Body: 'late' }] }),
      },
      {
        says: 'gives ten at once',
        call: async (fixture) => {
          await batch(...ids(10))(fixture);
          const { Messages } = await receive({ MaxNumberOfMessages: 10 })(fixture);
          return { received: Messages?.length };
        },
        shows: shows({ received: 10 }),
      },
    ],
  },
];
