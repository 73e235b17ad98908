import { describe, expect, it } from 'vitest';
import { policyWith, policyWithout, sendStatement } from '../../src/infrastructure/queuePolicy.ts';
import { infrastructureSpec } from './planned.ts';

const { rule, queue } = infrastructureSpec;
const staging = 'arn:aws:events:us-east-1:111111111111:rule/staging';
const policyOf = (Statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('the policy of a queue', () => {
  const ours = sendStatement(queue.arn, rule.arn);
  const statementsAfter = (policy: string | undefined) =>
    JSON.parse(policyWith(policy, queue.arn, rule.arn) ?? 'null')?.Statement;

  it('keeps every statement that is there', () => {
    const theirs = { Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' };
    expect(statementsAfter(undefined)).toEqual([ours]);
    expect(statementsAfter(policyOf([theirs]))).toEqual([theirs, ours]);
    expect(statementsAfter(policyOf(theirs))).toEqual([theirs, ours]);
  });

  it('keeps the statement of another set-up, and gives each rule a statement id of its own', () => {
    const theirs = sendStatement(queue.arn, staging);
    expect(statementsAfter(policyOf([theirs]))).toEqual([theirs, ours]);
    expect(ours.Sid).toMatch(/^TrustedAccesstrustedaccessevents[0-9a-f]{8}$/);
    const alike = ['a-b', 'ab', 'a.b'].map((name) =>
      sendStatement(queue.arn, staging.replace('staging', name)),
    );
    expect(new Set(alike.map(({ Sid }) => Sid)).size).toBe(3);
  });

  it('replaces its own statement when that no longer lets the rule in', () => {
    expect(statementsAfter(policyOf([{ ...ours, Action: 'sqs:ReceiveMessage' }]))).toEqual([ours]);
  });

  it.each([
    ['ours', ours],
    ['another name', { ...ours, Sid: 'AllowEvents' }],
    [
      'lists',
      {
        ...ours,
        Action: ['sqs:SendMessage'],
        Resource: [queue.arn],
        Principal: { Service: ['events.amazonaws.com'] },
      },
    ],
    ['ArnLike', { ...ours, Condition: { ArnLike: { 'AWS:SourceArn': [rule.arn] } } }],
    ['more than needed', { ...ours, Action: 'SQS:*', Condition: undefined }],
  ])('stays unchanged when it allows the rule already: %s', (_, statement) => {
    expect(policyWith(policyOf([statement]), queue.arn, rule.arn)).toBeUndefined();
  });

  it.each([
    ['another service', { ...ours, Sid: 'x', Principal: { Service: 'sns.amazonaws.com' } }],
    ['a refusal', { ...ours, Sid: 'x', Effect: 'Deny' }],
    ['another queue', { ...ours, Sid: 'x', Resource: `${queue.arn}-2` }],
    [
      'a second condition',
      { ...ours, Sid: 'x', Condition: { ...ours.Condition, Bool: { 'aws:SecureTransport': 'true' } } },
    ],
  ])('gets a statement when its statements do not allow the rule: %s', (_, statement) => {
    expect(statementsAfter(policyOf([statement]))).toHaveLength(2);
  });

  it('is not touched when it cannot be read', () => {
    expect(() => policyWith('nonsense', queue.arn, rule.arn)).toThrow(
      'The policy of the queue is no JSON object',
    );
  });

  it('goes when nothing else is in it', () => {
    expect(policyWithout(policyOf([ours]), rule.arn)).toBe('');
    expect(policyWithout(policyOf([{ Sid: 'Theirs' }]), rule.arn)).toBeUndefined();
    expect(policyWithout(policyOf([sendStatement(queue.arn, staging)]), rule.arn)).toBeUndefined();
    expect(policyWithout(undefined, rule.arn)).toBeUndefined();
  });
});
