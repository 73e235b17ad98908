import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { done, type EventCase, refused } from './eventCase.ts';
import { gone, makeQueue, set } from './queueSteps.ts';

export const deadQueueCases: readonly EventCase[] = [
  {
    about: 'a dead-letter queue',
    given: async (fixture) => {
      await makeQueue('q')(fixture);
      await makeQueue('dead')(fixture);
    },
    steps: [
      {
        says: 'is named by ARN in the redrive policy',
        call: set('q', {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:dead',
            maxReceiveCount: 3,
          }),
        }),
        shows: done,
      },
      {
        says: 'cannot be something else',
        call: set('q', { RedrivePolicy: '{"maxReceiveCount":3}' }),
        shows: refused('InvalidAttributeValue'),
      },
    ],
  },
  {
    about: 'a queue that does not exist',
    steps: [
      {
        says: 'has no attributes',
        call: ({ sqs }) => sqs.send(new GetQueueAttributesCommand({ QueueUrl: gone })),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'takes no attributes',
        call: ({ sqs }) =>
          sqs.send(new SetQueueAttributesCommand({ QueueUrl: gone, Attributes: { DelaySeconds: '1' } })),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'is not deleted',
        call: ({ sqs }) => sqs.send(new DeleteQueueCommand({ QueueUrl: gone })),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'deletes no message',
        call: ({ sqs }) => sqs.send(new DeleteMessageCommand({ QueueUrl: gone, ReceiptHandle: 'x' })),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'deletes no batch',
        call: ({ sqs }) =>
          sqs.send(
            new DeleteMessageBatchCommand({ QueueUrl: gone, Entries: [{ Id: 'a', ReceiptHandle: 'x' }] }),
          ),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'hides no message',
        call: ({ sqs }) =>
          sqs.send(
            new ChangeMessageVisibilityCommand({ QueueUrl: gone, ReceiptHandle: 'x', VisibilityTimeout: 1 }),
          ),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'hides no batch',
        call: ({ sqs }) =>
          sqs.send(
            new ChangeMessageVisibilityBatchCommand({
              QueueUrl: gone,
              Entries: [{ Id: 'a', ReceiptHandle: 'x', VisibilityTimeout: 1 }],
            }),
          ),
        shows: refused('QueueDoesNotExist'),
      },
    ],
  },
];
