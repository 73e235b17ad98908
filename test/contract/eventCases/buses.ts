import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DescribeEventBusCommand,
  ListEventBusesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutPermissionCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { done, type EventCase, type EventStage, refused, shows } from './eventCase.ts';
import { makeQueue } from './queueSteps.ts';
import { putRule, ruleArn } from './rules.ts';

const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: 'trustedaccess.dev',
  DetailType: 'Heartbeat',
  Detail: '{"beat":1}',
  ...more,
});
const put =
  (...Entries: PutEventsRequestEntry[]) =>
  ({ events }: EventStage) =>
    events.send(new PutEventsCommand({ Entries }));
const receive = async ({ sqs, note }: EventStage) => {
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
        says: 'is there',
        call: ({ events }) => events.send(new DescribeEventBusCommand({})),
        shows: shows({ Name: 'default', Arn: 'arn:aws:events:us-east-1:<account>:event-bus/default' }),
      },
      {
        says: 'is listed',
        call: ({ events }) => events.send(new ListEventBusesCommand({})),
        shows: shows({ EventBuses: [{ Name: 'default' }] }),
      },
      {
        says: 'cannot be deleted',
        call: ({ events }) => events.send(new DeleteEventBusCommand({ Name: 'default' })),
        shows: refused('ValidationException'),
      },
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
        says: 'tells so in its policy',
        call: async ({ events }) => {
          const { Policy = '' } = await events.send(new DescribeEventBusCommand({}));
          return JSON.parse(Policy);
        },
        shows: shows({
          Statement: [
            {
              Sid: 'central',
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::999999999999:root' },
              Action: 'events:PutEvents',
            },
          ],
        }),
      },
      {
        says: 'shuts it out again',
        call: ({ events }) => events.send(new RemovePermissionCommand({ StatementId: 'central' })),
        shows: done,
      },
    ],
  },
  {
    about: 'a bus of its own',
    steps: [
      {
        says: 'is made',
        call: ({ events }) => events.send(new CreateEventBusCommand({ Name: 'notify' })),
        shows: shows({ EventBusArn: 'arn:aws:events:us-east-1:<account>:event-bus/notify' }),
      },
      {
        says: 'is not made twice',
        call: ({ events }) => events.send(new CreateEventBusCommand({ Name: 'notify' })),
        shows: refused('ResourceAlreadyExistsException'),
      },
      {
        says: 'has rules with its name in their ARN',
        call: putRule({ EventBusName: 'notify' }),
        shows: shows({ RuleArn: 'arn:aws:events:us-east-1:<account>:rule/notify/r' }),
      },
      {
        says: 'that is not there is not described',
        call: ({ events }) => events.send(new DescribeEventBusCommand({ Name: 'nowhere' })),
        shows: refused('ResourceNotFoundException'),
      },
    ],
  },
  {
    about: 'putting events',
    given: async (stage) => {
      await makeQueue('q')(stage);
      const EventPattern = JSON.stringify({ source: ['trustedaccess.dev'] });
      await putRule({ EventPattern })(stage);
      await stage.sqs.send(
        new SetQueueAttributesCommand({ QueueUrl: stage.note('q'), Attributes: { Policy: policy } }),
      );
      const Targets = [{ Id: 'q', Arn: 'arn:aws:sqs:us-east-1:123456789012:q' }];
      await stage.events.send(new PutTargetsCommand({ Rule: 'r', Targets }));
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
  {
    about: 'trying a pattern',
    steps: [
      {
        says: 'tells whether it matches',
        call: ({ events }) =>
          events.send(
            new TestEventPatternCommand({
              EventPattern: JSON.stringify({ detail: { eventName: [{ prefix: 'Disable' }] } }),
              Event: JSON.stringify({
                id: '1',
                'detail-type': 'x',
                source: 'aws.organizations',
                account: '123456789012',
                time: '2026-01-01T00:00:00Z',
                region: 'us-east-1',
                resources: [],
                detail: { eventName: 'DisableAWSServiceAccess' },
              }),
            }),
          ),
        shows: shows({ Result: true }),
      },
      {
        says: 'tells that it is none',
        call: ({ events }) => events.send(new TestEventPatternCommand({ EventPattern: '{}', Event: '{}' })),
        shows: refused('InvalidEventPatternException'),
      },
    ],
  },
];
