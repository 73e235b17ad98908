import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListRuleNamesByTargetCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  type PutRuleCommandInput,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { done, type EventCase, type EventFixture, refused, shows } from './eventCase.ts';

export const pattern = JSON.stringify({ source: ['aws.organizations'] });
export const ruleArn = 'arn:aws:events:us-east-1:123456789012:rule/r';
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;

export const putRule =
  (more: Partial<PutRuleCommandInput> = {}) =>
  ({ events }: EventFixture) =>
    events.send(new PutRuleCommand({ Name: 'r', EventPattern: pattern, ...more }));
const describeRule = ({ events }: EventFixture) => events.send(new DescribeRuleCommand({ Name: 'r' }));
const putTargets =
  (...ids: string[]) =>
  ({ events }: EventFixture) =>
    events.send(new PutTargetsCommand({ Rule: 'r', Targets: ids.map((Id) => ({ Id, Arn: queueArn(Id) })) }));
const rulesOf =
  (TargetArn: string) =>
  ({ events }: EventFixture) =>
    events.send(new ListRuleNamesByTargetCommand({ TargetArn }));
const targets = ({ events }: EventFixture) => events.send(new ListTargetsByRuleCommand({ Rule: 'r' }));
const tags = ({ events }: EventFixture) =>
  events.send(new ListTagsForResourceCommand({ ResourceARN: ruleArn }));

export const ruleCases: readonly EventCase[] = [
  {
    about: 'a rule',
    steps: [
      {
        says: 'is made and has an ARN',
        call: putRule({ Description: 'hears organizations' }),
        shows: shows({ RuleArn: 'arn:aws:events:us-east-1:<account>:rule/r' }),
      },
      {
        says: 'is enabled and on the default bus when nobody said otherwise',
        call: describeRule,
        shows: shows({
          Name: 'r',
          Arn: 'arn:aws:events:us-east-1:<account>:rule/r',
          EventPattern: pattern,
          State: 'ENABLED',
          Description: 'hears organizations',
          EventBusName: 'default',
          CreatedBy: '<account>',
        }),
      },
      {
        says: 'loses what is left out when it is put again',
        call: async (fixture) => {
          await putRule()(fixture);
          return { Description: (await describeRule(fixture)).Description ?? 'none' };
        },
        shows: shows({ Description: 'none' }),
      },
      {
        says: 'is disabled',
        call: ({ events }) => events.send(new DisableRuleCommand({ Name: 'r' })),
        shows: done,
      },
      { says: 'is told to be disabled', call: describeRule, shows: shows({ State: 'DISABLED' }) },
      {
        says: 'is enabled again',
        call: async (fixture) => {
          await fixture.events.send(new EnableRuleCommand({ Name: 'r' }));
          return describeRule(fixture);
        },
        shows: shows({ State: 'ENABLED' }),
      },
      {
        says: 'is enabled again by putting it',
        call: async (fixture) => {
          await fixture.events.send(new DisableRuleCommand({ Name: 'r' }));
          await putRule()(fixture);
          return describeRule(fixture);
        },
        shows: shows({ State: 'ENABLED' }),
      },
      {
        says: 'wants a pattern or a schedule',
        call: ({ events }) => events.send(new PutRuleCommand({ Name: 'r' })),
        shows: refused('ValidationException'),
      },
      {
        says: 'has a name of at most 64 characters',
        call: putRule({ Name: 'x'.repeat(65) }),
        shows: refused('ValidationException'),
      },
      {
        says: 'wants a pattern that is one',
        call: putRule({ EventPattern: '{"source":"aws.organizations"}' }),
        shows: refused('InvalidEventPatternException'),
      },
      {
        says: 'wants a bus that is there',
        call: putRule({ EventBusName: 'nowhere' }),
        shows: refused('ResourceNotFoundException'),
      },
      {
        says: 'is deleted',
        call: ({ events }) => events.send(new DeleteRuleCommand({ Name: 'r' })),
        shows: done,
      },
      { says: 'is gone then', call: describeRule, shows: refused('ResourceNotFoundException') },
      {
        says: 'is deleted twice without harm',
        call: ({ events }) => events.send(new DeleteRuleCommand({ Name: 'r' })),
        shows: done,
      },
      {
        says: 'that is gone cannot be enabled',
        call: ({ events }) => events.send(new EnableRuleCommand({ Name: 'r' })),
        shows: refused('ResourceNotFoundException'),
      },
    ],
  },
  {
    about: 'targets of a rule',
    given: async (fixture) => void (await putRule()(fixture)),
    steps: [
      {
        says: 'are put',
        call: putTargets('a', 'b'),
        shows: shows({ FailedEntryCount: 0, FailedEntries: [] }),
      },
      {
        says: 'are listed as they were put',
        call: async (fixture) => {
          const Targets = [
            {
              Id: 'a',
              Arn: queueArn('a'),
              DeadLetterConfig: { Arn: queueArn('dead') },
              RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
            },
          ];
          await fixture.events.send(new PutTargetsCommand({ Rule: 'r', Targets }));
          return targets(fixture);
        },
        shows: shows({
          Targets: [
            {
              Id: 'a',
              Arn: 'arn:aws:sqs:us-east-1:<account>:a',
              DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:<account>:dead' },
              RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
            },
            { Id: 'b', Arn: 'arn:aws:sqs:us-east-1:<account>:b' },
          ],
        }),
      },
      {
        says: 'name their rule',
        call: rulesOf(queueArn('a')),
        shows: shows({ RuleNames: ['r'] }),
      },
      {
        says: 'name no rule when no rule has them',
        call: rulesOf(queueArn('nowhere')),
        shows: shows({ RuleNames: [] }),
      },
      {
        says: 'are at most five',
        call: putTargets('c', 'd', 'e', 'f'),
        shows: refused('LimitExceededException'),
      },
      {
        says: 'need a role for a bus of another Region',
        call: ({ events }) => {
          const Arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/default';
          return events.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 'bus', Arn }] }));
        },
        shows: refused('ValidationException'),
      },
      {
        says: 'have ARNs',
        call: ({ events }) =>
          events.send(
            new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 'x', Arn: 'https://example.com' }] }),
          ),
        shows: refused('ValidationException'),
      },
      {
        says: 'keep their rule from being deleted',
        call: ({ events }) => events.send(new DeleteRuleCommand({ Name: 'r' })),
        shows: refused('ValidationException'),
      },
      {
        says: 'are removed',
        call: ({ events }) => events.send(new RemoveTargetsCommand({ Rule: 'r', Ids: ['a', 'b'] })),
        shows: shows({ FailedEntryCount: 0, FailedEntries: [] }),
      },
      { says: 'are none then', call: targets, shows: shows({ Targets: [] }) },
      {
        says: 'need a rule that is there',
        call: ({ events }) => events.send(new ListTargetsByRuleCommand({ Rule: 'nowhere' })),
        shows: refused('ResourceNotFoundException'),
      },
    ],
  },
  {
    about: 'tags of a rule',
    given: async (fixture) => void (await putRule({ Tags: [{ Key: 'team', Value: 'identity' }] })(fixture)),
    steps: [
      {
        says: 'are there from its making',
        call: tags,
        shows: shows({ Tags: [{ Key: 'team', Value: 'identity' }] }),
      },
      {
        says: 'are not touched by putting it again',
        call: async (fixture) => {
          await putRule({ Tags: [{ Key: 'team', Value: 'other' }] })(fixture);
          return tags(fixture);
        },
        shows: shows({ Tags: [{ Key: 'team', Value: 'identity' }] }),
      },
      {
        says: 'are changed',
        call: async (fixture) => {
          const Tags = [{ Key: 'team', Value: 'platform' }];
          await fixture.events.send(new TagResourceCommand({ ResourceARN: ruleArn, Tags }));
          return tags(fixture);
        },
        shows: shows({ Tags: [{ Key: 'team', Value: 'platform' }] }),
      },
      {
        says: 'need a rule that is there',
        call: ({ events }) => events.send(new ListTagsForResourceCommand({ ResourceARN: `${ruleArn}-none` })),
        shows: refused('ResourceNotFoundException'),
      },
    ],
  },
];
