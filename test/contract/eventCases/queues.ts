import { DeleteQueueCommand, GetQueueUrlCommand, TagQueueCommand } from '@aws-sdk/client-sqs';
import { done, type EventCase, refused, shows } from './eventCase.ts';
import { attributes, makeQueue, set, tagList } from './queueSteps.ts';

export const queueCases: readonly EventCase[] = [
  {
    about: 'a queue',
    steps: [
      {
        says: 'is made and has a URL of account and name',
        call: makeQueue('q', { VisibilityTimeout: '60' }),
        shows: shows({ QueueUrl: '<aws>/<account>/q' }),
      },
      {
        says: 'is made again without harm',
        call: makeQueue('q', { VisibilityTimeout: '60' }),
        shows: shows({ QueueUrl: '<aws>/<account>/q' }),
      },
      {
        says: 'is not made again with other attributes',
        call: makeQueue('q', { VisibilityTimeout: '61' }, 'other'),
        shows: refused('QueueNameExists'),
      },
      {
        says: 'is found by its name',
        call: ({ sqs }) => sqs.send(new GetQueueUrlCommand({ QueueName: 'q' })),
        shows: shows({ QueueUrl: '<aws>/<account>/q' }),
      },
      {
        says: 'of another name is not found',
        call: ({ sqs }) => sqs.send(new GetQueueUrlCommand({ QueueName: 'gone' })),
        shows: refused('QueueDoesNotExist'),
      },
      {
        says: 'tells its attributes',
        call: attributes('q', 'All'),
        shows: shows({
          Attributes: {
            QueueArn: 'arn:aws:sqs:us-east-1:<account>:q',
            VisibilityTimeout: '60',
            DelaySeconds: '0',
            MessageRetentionPeriod: '345600',
            ReceiveMessageWaitTimeSeconds: '0',
            ApproximateNumberOfMessages: '0',
            ApproximateNumberOfMessagesNotVisible: '0',
            ApproximateNumberOfMessagesDelayed: '0',
            SqsManagedSseEnabled: 'true',
          },
        }),
      },
      {
        says: 'takes messages of up to a mebibyte',
        call: attributes('q', 'MaximumMessageSize'),
        shows: shows({ Attributes: { MaximumMessageSize: '1048576' } }),
      },
      {
        says: 'tells only what was asked for',
        call: async (fixture) => Object.keys((await attributes('q', 'QueueArn')(fixture)).Attributes ?? {}),
        shows: shows({ 0: 'QueueArn' }),
      },
      {
        says: 'has no policy that nobody gave it',
        call: attributes('q', 'Policy'),
        shows: done,
      },
      { says: 'takes new attributes', call: set('q', { DelaySeconds: '5' }), shows: done },
      {
        says: 'keeps them',
        call: attributes('q', 'DelaySeconds', 'VisibilityTimeout'),
        shows: shows({ Attributes: { DelaySeconds: '5', VisibilityTimeout: '60' } }),
      },
      {
        says: 'refuses a policy that is none',
        call: set('q', { Policy: 'everybody' }),
        shows: refused('InvalidAttributeValue'),
      },
      {
        says: 'refuses a time out of bounds',
        call: set('q', { VisibilityTimeout: '43201' }),
        shows: refused('InvalidAttributeValue'),
      },
      {
        says: 'has a name of letters, digits, hyphens and underscores',
        call: makeQueue('a queue', {}, 'other'),
        shows: refused('InvalidParameterValue'),
      },
      {
        says: 'is deleted',
        call: ({ sqs, note }) => sqs.send(new DeleteQueueCommand({ QueueUrl: note('q') })),
        shows: done,
      },
      { says: 'is then no longer there', call: attributes('q', 'All'), shows: refused('QueueDoesNotExist') },
      {
        says: 'cannot be had again at once',
        call: makeQueue('q'),
        shows: refused('QueueDeletedRecently'),
      },
    ],
  },
  {
    about: 'tags of a queue',
    given: async (fixture) => void (await makeQueue('q')(fixture)),
    steps: [
      { says: 'are none at first', call: tagList, shows: done },
      {
        says: 'are added',
        call: ({ sqs, note }) =>
          sqs.send(new TagQueueCommand({ QueueUrl: note('q'), Tags: { team: 'identity', keep: 'yes' } })),
        shows: done,
      },
      {
        says: 'are listed',
        call: tagList,
        shows: shows({ Tags: { team: 'identity', keep: 'yes' } }),
      },
    ],
  },
];
