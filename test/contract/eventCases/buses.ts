import {
  DescribeEventBusCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutPermissionCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { done, type EventCase, type EventFixture, refused, shows } from './eventCase.ts';
import { makeQueue } from './queueSteps.ts';
import { putRule, ruleArn } from './rules.ts';

const busArn = 'arn:aws:events:us-east-1:<account>:event-bus/default';
const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: 'trustedaccess.dev',
  DetailType: 'Heartbeat',
  Detail: '{"beat":1}',
  ...more,
});
const put =
  (...Entries: PutEventsRequestEntry[]) =>
  ({ events }: EventFixture) =>
    events.send(new PutEventsCommand({ Entries }));
const receive = async ({ sqs, note }: EventFixture) => {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: note('q'), WaitTimeSeconds: 5 }));
  return JSON.parse(Messages?.[0]?.Body ?? 'null');
};
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws:sqs:us-east-1:123456789012:q',
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    },
  ],
});

export const busCases: readonly EventCase[] = [
  {
    about: 'the default bus',
    steps: [
      {
        says: 'lets another account in',
        call: ({ events }) =>
          events.send(
            new PutPermissionCommand({
              Action: 'events:PutEvents',
              Principal: '999999999999',
              StatementId: 'central',
            }),
          ),
        shows: done,
      },
      {
        says: 'shows its policy then',
        call: async ({ events }) => {
          const { Name, Arn, Policy } = await events.send(new DescribeEventBusCommand({}));
          return { Name, Arn, policy: JSON.parse(Policy ?? 'null') };
        },
        shows: shows({
          Name: 'default',
          Arn: busArn,
          policy: {
            Statement: [
              {
                Sid: 'central',
                Effect: 'Allow',
                Principal: { AWS: 'arn:aws:iam::999999999999:root' },
                Action: 'events:PutEvents',
                Resource: busArn,
              },
            ],
          },
        }),
      },
      {
        says: 'is the only one that needs no making',
        call: ({ events }) => events.send(new DescribeEventBusCommand({ Name: 'nowhere' })),
        shows: refused('ResourceNotFoundException'),
      },
    ],
  },
  {
    about: 'putting events',
    given: async (fixture) => {
      await makeQueue('q')(fixture);
      const EventPattern = JSON.stringify({ source: ['trustedaccess.dev'] });
      await putRule({ EventPattern })(fixture);
      await fixture.sqs.send(
        new SetQueueAttributesCommand({ QueueUrl: fixture.note('q'), Attributes: { Policy: policy } }),
      );
      const Targets = [{ Id: 'q', Arn: 'arn:aws:sqs:us-east-1:123456789012:q' }];
      await fixture.events.send(new PutTargetsCommand({ Rule: 'r', Targets }));
    },
    steps: [
      {
        says: 'answers with an id for each',
        call: put(entry()),
        shows: shows({ FailedEntryCount: 0 }),
      },
      {
        says: 'brings them to the queue of the rule',
        call: receive,
        shows: shows({
          version: '0',
          source: 'trustedaccess.dev',
          'detail-type': 'Heartbeat',
          account: '<account>',
          region: 'us-east-1',
          resources: [],
          detail: { beat: 1 },
        }),
      },
      {
        says: 'tells those that have no source or no detail, and takes the others',
        call: put(entry({ Source: undefined }), entry(), entry({ Detail: undefined })),
        shows: shows({
          FailedEntryCount: 2,
          Entries: [{ ErrorCode: 'InvalidArgument' }, {}, { ErrorCode: 'InvalidArgument' }],
        }),
      },
      {
        says: 'tells those whose detail is no JSON',
        call: put(entry({ Detail: 'beat' })),
        shows: shows({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'MalformedDetail' }] }),
      },
      {
        says: 'lets nobody speak for AWS',
        call: put(entry({ Source: 'aws.organizations' })),
        shows: shows({
          FailedEntryCount: 1,
          Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }],
        }),
      },
      {
        says: 'takes at most ten',
        call: put(...Array.from({ length: 11 }, () => entry())),
        shows: refused('ValidationException'),
      },
      {
        says: 'takes at least one',
        call: put(),
        shows: refused('ValidationException'),
      },
    ],
  },
];
