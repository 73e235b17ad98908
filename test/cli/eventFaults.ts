import type { Act } from './examined.ts';
import { allBut, type Fault } from './fault.ts';
import { type Fixture, management } from './fixture.ts';

const Name = 'trusted-access-events';
const Rule = Name;
const arn = (name: string) => `arn:aws:sqs:us-east-1:${management}:${name}`;

function rewritePattern(act: Act, change: (pattern: object) => object): void {
  const { EventPattern } = act('events', 'DescribeRule', { Name });
  act('events', 'PutRule', { Name, EventPattern: JSON.stringify(change(JSON.parse(String(EventPattern)))) });
}

function removeForwarding({ aws, signIn }: Fixture): void {
  const act = aws.actAs(signIn(), 'eu-west-1');
  const forwarding = `${Name}-forwarding`;
  act('events', 'RemoveTargets', { Rule: forwarding, Ids: ['organizations-region'] });
  act('events', 'DeleteRule', { Name: forwarding });
}

export const eventFaults: readonly Fault[] = [
  {
    about: 'no trail',
    seed: ({ fixture }) => fixture.half.cloudTrail.trails.clear(),
    check: 'trail',
    found: 'there is no trail in us-east-1',
    remedy: 'aws cloudtrail create-trail',
    heartbeat: 'ok',
  },
  {
    about: 'a trail that does not log',
    seed: ({ act }) => act('cloudtrail', 'StopLogging', { Name: 'management-events' }),
    check: 'trail',
    found: 'management-events has logging disabled',
    remedy: 'aws cloudtrail start-logging --name management-events',
    heartbeat: 'ok',
  },
  {
    about: 'a trail that may not be looked at',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('cloudtrail:*') }),
    check: 'trail',
    status: 'warning',
    found: 'cloudtrail:DescribeTrails is not permitted',
    remedy: 'make sure that a trail logs management events',
    heartbeat: 'ok',
  },
  {
    about: 'no rule',
    seed: ({ act }) => {
      act('events', 'RemoveTargets', { Rule, Ids: ['trusted-access-queue'] });
      act('events', 'DeleteRule', { Name });
    },
    check: 'rule',
    found: `there is no rule ${Name} in us-east-1`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule that is disabled',
    seed: ({ act }) => act('events', 'DisableRule', { Name }),
    check: 'rule',
    found: `${Name} is disabled`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule without service events',
    seed: ({ act }) =>
      rewritePattern(act, (pattern) => ({
        ...pattern,
        'detail-type': ['AWS API Call via CloudTrail', 'Heartbeat'],
      })),
    check: 'rule',
    found: 'does not let through detail-type "AWS Service Event via CloudTrail"',
    remedy: 'trusted-access setup',
    heartbeat: 'ok',
  },
  {
    about: 'a rule without heartbeats',
    seed: ({ act }) =>
      rewritePattern(act, (pattern) => ({ ...pattern, source: ['aws.organizations', 'aws.sso', 'aws.iam'] })),
    check: 'rule',
    found: 'does not let through source "trusted-access-operator"',
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'an Identity Center in another Region, without a rule that forwards its events',
    seed: ({ fixture }) => removeForwarding(fixture),
    check: 'forwarding',
    status: 'warning',
    found: `the instance is in eu-west-1, and rule ${Name}-forwarding there does not exist`,
    remedy: 'trusted-access setup --identity-center-region eu-west-1',
    heartbeat: 'ok',
  },
  {
    about: 'a rule without a target',
    seed: ({ act }) => act('events', 'RemoveTargets', { Rule, Ids: ['trusted-access-queue'] }),
    check: 'target',
    found: 'it has no target',
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule that sends to another queue',
    seed: ({ act }) => {
      act('sqs', 'CreateQueue', { QueueName: 'other' });
      act('events', 'PutTargets', {
        Rule,
        Targets: [{ Id: 'trusted-access-queue', Arn: arn('other') }],
      });
    },
    check: 'target',
    found: `${Name} does not send to ${arn(Name)} but to ${arn('other')}`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'the queue is gone',
    seed: ({ act, queueUrl }) => act('sqs', 'DeleteQueue', { QueueUrl: queueUrl }),
    check: 'queue',
    found: `there is no queue ${Name} in account ${management}, us-east-1`,
    remedy: 'trusted-access setup',
    heartbeat: 'skipped',
  },
  {
    about: 'a queue policy that does not let the rule in',
    seed: ({ act, queueUrl }) =>
      act('sqs', 'SetQueueAttributes', { QueueUrl: queueUrl, Attributes: { Policy: '' } }),
    check: 'queue-policy',
    found: `does not let arn:aws:events:us-east-1:${management}:rule/${Name} send`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'the ARN of the queue in place of its URL',
    seed: () => undefined,
    options: () => ({ eventQueue: [arn(Name)] }),
    check: 'event-queue',
    found: `is an ARN; use the URL of the queue: https://sqs.us-east-1.amazonaws.com/${management}/${Name}`,
    remedy: '--event-queue',
    heartbeat: 'skipped',
  },
  {
    about: 'a queue of another region',
    seed: () => undefined,
    options: () => ({ eventQueue: [`https://sqs.eu-west-1.amazonaws.com/${management}/${Name}`] }),
    check: 'event-queue',
    found: 'is in eu-west-1: events of AWS Organizations appear in us-east-1',
    remedy: 'trusted-access setup',
    heartbeat: 'skipped',
  },
  {
    about: 'messages that nobody could handle',
    seed: ({ act, queueUrl }) =>
      act('sqs', 'SendMessage', { QueueUrl: `${queueUrl}-dead-letters`, MessageBody: 'lost' }),
    check: 'dead-letter-queue',
    status: 'warning',
    found: `1 message in ${Name}-dead-letters`,
    remedy: 'aws sqs receive-message --queue-url',
    heartbeat: 'ok',
  },
  {
    about: 'a queue that S3 notifies of log files',
    seed: ({ act, queueUrl }) =>
      act('sqs', 'SendMessage', {
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ Records: [{ eventSource: 'aws:s3' }] }),
      }),
    check: 'heartbeat',
    status: 'warning',
    found:
      /^arrived after \d+ ms; the queue also has messages that the operator cannot read \(S3Notification\)$/,
    remedy: 'Remove that notification, and let an EventBridge rule send the events (trusted-access setup).',
  },
  {
    about: 'the dead-letter queue is gone',
    seed: ({ act, queueUrl }) => act('sqs', 'DeleteQueue', { QueueUrl: `${queueUrl}-dead-letters` }),
    check: 'dead-letter-queue',
    found: `${Name}-dead-letters does not exist`,
    remedy: 'trusted-access setup',
    heartbeat: 'ok',
  },
  {
    about: 'credentials that may not put heartbeats',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('events:PutEvents') }),
    check: 'heartbeat',
    found: 'events:PutEvents',
    remedy: 'grant events:PutEvents',
  },
  {
    about: 'credentials that may not receive',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('sqs:ReceiveMessage') }),
    check: 'heartbeat',
    found: /not authorized to perform: sqs:receivemessage/i,
    remedy: 'grant sqs:ReceiveMessage',
  },
  {
    about: 'credentials that may not delete',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('sqs:DeleteMessage*') }),
    check: 'heartbeat',
    found: /not authorized to perform: sqs:deletemessage/i,
    remedy: 'sqs:DeleteMessage',
  },
];
