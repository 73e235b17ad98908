import type { Act } from './examined.ts';
import { allBut, type Fault } from './fault.ts';
import { management } from './fixture.ts';

const Name = 'trusted-access-events';
const arn = (name: string) => `arn:aws:sqs:us-east-1:${management}:${name}`;

/** Adds an Allow to the policy that setup made. */
function addStatement(act: Act, QueueUrl: string, statement: object): void {
  const { Attributes } = act('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['Policy'] });
  const policy = JSON.parse((Attributes as Record<string, string>)['Policy'] ?? '{}');
  const added = { Effect: 'Allow', Resource: arn(Name), ...statement };
  const Policy = JSON.stringify({ ...policy, Statement: [...policy.Statement, added] });
  act('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
}

/** Policies that let in more than the rule and the operator. */
export const accessFaults: readonly Fault[] = [
  {
    about: 'a queue policy that lets everybody send and receive',
    seed: ({ act, queueUrl }) =>
      addStatement(act, queueUrl, { Sid: 'Open', Principal: '*', Action: 'sqs:*' }),
    check: 'queue-policy',
    status: 'warning',
    found:
      'the queue policy also lets in any principal (send, receive or delete, change the queue; statement Open)',
    remedy: `statement Open: remove it, or add the condition {"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:${management}:rule/${Name}"}}`,
    heartbeat: 'ok',
  },
  {
    about: 'a queue policy that lets EventBridge in for any account',
    seed: ({ act, queueUrl }) =>
      addStatement(act, queueUrl, {
        Sid: 'Unconditioned',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
      }),
    check: 'queue-policy',
    status: 'warning',
    found: 'events.amazonaws.com for any account (send; statement Unconditioned)',
    remedy: 'statement Unconditioned: remove it, or add the condition',
    heartbeat: 'ok',
  },
  {
    about: 'a queue policy that lets another account receive',
    seed: ({ act, queueUrl }) =>
      addStatement(act, queueUrl, {
        Sid: 'Other',
        Principal: { AWS: 'arn:aws:iam::333333333333:root' },
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      }),
    check: 'queue-policy',
    status: 'warning',
    found: 'arn:aws:iam::333333333333:root (receive or delete; statement Other)',
    remedy: 'statement Other: remove it, unless arn:aws:iam::333333333333:root is an operator of yours',
    heartbeat: 'ok',
  },
  {
    about: 'a default bus that takes events of every account',
    seed: ({ act }) =>
      act('events', 'PutPermission', {
        Action: 'events:PutEvents',
        Principal: '*',
        StatementId: 'everybody',
      }),
    check: 'event-bus',
    status: 'warning',
    found: 'any principal (statement everybody) may put events on it',
    remedy: 'aws events remove-permission --region us-east-1 --statement-id everybody',
    heartbeat: 'ok',
  },
  {
    about: 'a default bus that takes events of another account',
    seed: ({ act }) =>
      act('events', 'PutPermission', {
        Action: 'events:PutEvents',
        Principal: '333333333333',
        StatementId: 'from-333333333333',
      }),
    check: 'event-bus',
    status: 'warning',
    found: 'arn:aws:iam::333333333333:root (statement from-333333333333) may put events on it',
    remedy: 'make sure that each is an operator or a management account of yours',
    heartbeat: 'ok',
  },
  {
    about: 'a default bus whose policy may not be read',
    seed: ({ fixture }) => fixture.signIn({ statements: allBut('events:DescribeEventBus') }),
    check: 'event-bus',
    status: 'warning',
    found: 'events:DescribeEventBus is not permitted',
    remedy: 'grant events:DescribeEventBus to check this here',
    heartbeat: 'ok',
  },
];
