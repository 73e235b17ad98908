import { describe, expect, it } from 'vitest';
import { createOwnCalls } from '../../src/events/ownCalls.ts';
import { virtualClock } from './virtualClock.ts';

const agent = 'trusted-access-operator/production';
const marks = {
  requestId: 'r-1',
  callerArn: 'arn:aws:sts::111111111111:assumed-role/operator/session',
  issuerArn: 'arn:aws:iam::111111111111:role/platform/operator',
  userAgent: `aws-sdk-js/3 ua/2.1 ${agent}`,
};

describe('own calls', () => {
  it('are known by the request id AWS answered with', () => {
    const own = createOwnCalls(virtualClock(), agent);
    expect(own.isOwn({ requestId: 'r-1' })).toBe(false);
    own.requests.add('r-1');
    expect(own.isOwn({ requestId: 'r-1' })).toBe(true);
  });

  it.each([
    'arn:aws:iam::111111111111:role/platform/operator',
    'arn:aws:sts::111111111111:assumed-role/operator/another-session',
  ])('are known by user agent and %s before the answer comes', (arn) => {
    const own = createOwnCalls(virtualClock(), agent);
    own.addIdentity(arn);
    expect(own.isOwn(marks)).toBe(true);
  });

  it.each([
    ['somebody uses the operator’s role by hand', { ...marks, userAgent: 'aws-cli/2.27.0' }],
    [
      'somebody else borrows the user agent',
      { ...marks, callerArn: 'x', issuerArn: 'arn:aws:iam::1:role/x' },
    ],
    [
      'the role of that name is in another account',
      { ...marks, callerArn: '', issuerArn: 'arn:aws:iam::2:role/operator' },
    ],
    ['another cluster’s operator has the role', { ...marks, userAgent: 'trusted-access-operator/staging' }],
    ['nothing is told', {}],
  ])('are not assumed when %s', (_, other) => {
    const own = createOwnCalls(virtualClock(), agent);
    own.addIdentity('arn:aws:iam::111111111111:role/platform/operator');
    expect(own.isOwn(other)).toBe(false);
  });
});
