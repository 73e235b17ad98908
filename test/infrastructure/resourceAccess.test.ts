import { describe, expect, it } from 'vitest';
import { sendStatement } from '../../src/infrastructure/queuePolicy.ts';
import { type AccessQuestion, openings } from '../../src/infrastructure/resourceAccess.ts';
import { infrastructureSpec } from './planned.ts';

const { queue, rule } = infrastructureSpec;
const account = '111111111111';
const operator = 'arn:aws:iam::222222222222:role/operator';
const question: AccessQuestion = {
  actions: ['sqs:SendMessage', 'sqs:ReceiveMessage'],
  resource: queue.arn,
  account,
  expected: [operator],
};
const ours = sendStatement(queue.arn, rule.arn);
const allow = (more: object) => ({
  Sid: 'x',
  Effect: 'Allow',
  Action: 'sqs:*',
  Resource: queue.arn,
  ...more,
});
const found = (...Statement: object[]) =>
  openings(JSON.stringify({ Version: '2012-10-17', Statement }), question).map(
    ({ who, lacksCondition }) => `${who}${lacksCondition ? ', no condition' : ''}`,
  );

const events = { Service: 'events.amazonaws.com' };
const when = (operatorName: string, key: string, value: unknown) => ({
  Condition: { [operatorName]: { [key]: value } },
});

describe('a queue policy opens the queue to no unexpected principal', () => {
  it.each<[string, object]>([
    ['with the statement of setup', ours],
    ['with the owner', allow({ Principal: { AWS: `arn:aws:iam::${account}:root` } })],
    ['with the account id of the owner', allow({ Principal: { AWS: account } })],
    ['with the role of the operator', allow({ Principal: { AWS: operator } })],
    ['with a refusal', allow({ Effect: 'Deny', Principal: '*' })],
    ['with a statement about another queue', allow({ Principal: '*', Resource: `${queue.arn}-2` })],
    ['with a harmless action', allow({ Principal: '*', Action: 'sqs:GetQueueUrl' })],
    [
      'with another rule of the account',
      allow({ Principal: events, ...when('ArnLike', 'aws:SourceArn', `arn:aws:events:*:${account}:rule/*`) }),
    ],
    [
      'with everybody, limited to the account',
      allow({ Principal: '*', ...when('StringEquals', 'aws:SourceAccount', [account]) }),
    ],
  ])('%s', (_, statement) => {
    expect(found(ours, statement)).toEqual([]);
  });
});

describe('a queue policy opens the queue to', () => {
  it.each<[string, object, string]>([
    ['everybody', { Principal: '*' }, 'any principal, no condition'],
    ['everybody, written as an AWS principal', { Principal: { AWS: '*' } }, 'any principal, no condition'],
    ['all but one', { NotPrincipal: { AWS: account } }, 'any principal, no condition'],
    [
      'everybody from an address',
      { Principal: '*', ...when('IpAddress', 'aws:SourceIp', '192.0.2.0/24') },
      'any principal, no condition',
    ],
    [
      'everybody whose request has no source',
      { Principal: '*', ...when('ArnEqualsIfExists', 'aws:SourceArn', rule.arn) },
      'any principal, no condition',
    ],
    [
      'everybody of any account',
      { Principal: '*', ...when('ArnLike', 'aws:SourceArn', 'arn:aws:events:us-east-1:*:rule/*') },
      'any principal, no condition',
    ],
    [
      'an organization',
      { Principal: '*', ...when('StringEquals', 'aws:PrincipalOrgID', 'o-exampleorgid') },
      'any principal of o-exampleorgid',
    ],
    [
      'a service for any account',
      { Principal: events },
      'events.amazonaws.com for any account, no condition',
    ],
    [
      'a service for another account',
      { Principal: events, ...when('StringEquals', 'aws:SourceAccount', '333333333333') },
      'events.amazonaws.com of 333333333333',
    ],
    ['another account', { Principal: { AWS: '333333333333' } }, '333333333333'],
    [
      'another role of the account of the operator',
      { Principal: { AWS: 'arn:aws:iam::222222222222:role/other' } },
      'arn:aws:iam::222222222222:role/other',
    ],
    [
      'whoever may do anything but one thing',
      { Principal: '*', Action: undefined, NotAction: 'sqs:PurgeQueue' },
      'any principal, no condition',
    ],
  ])('%s', (_, statement, who) => {
    expect(found(ours, allow(statement))).toEqual([who]);
  });
});

it('names the statement by its id, or by its place, and the actions that it allows', () => {
  const [first, second] = openings(
    JSON.stringify({
      Statement: [
        allow({ Principal: '*', Action: 'SQS:Send*' }),
        allow({ Sid: undefined, Principal: '*', Resource: undefined }),
      ],
    }),
    question,
  );
  expect(first).toMatchObject({ statement: 'x', actions: ['sqs:SendMessage'] });
  expect(second).toMatchObject({ statement: 'number 2', actions: question.actions });
  expect(openings(undefined, question)).toEqual([]);
});
