import { describe, expect, it } from 'vitest';
import { createOwnCalls } from '../../src/events/ownCalls.ts';
import { virtualClock } from './virtualClock.ts';

const agent = 'trusted-access-operator/production';
const create = (...assumedRoles: string[]) =>
  createOwnCalls({ clock: virtualClock(), userAgent: agent, assumedRoles: () => assumedRoles });
const marks = {
  requestId: 'r-1',
  callerArn: 'arn:aws:sts::111111111111:assumed-role/operator/session',
  issuerArn: 'arn:aws:iam::111111111111:role/platform/operator',
  userAgent: `aws-sdk-js/3 ua/2.1 ${agent}`,
};

describe('own calls', () => {
  it('are known by the request id AWS answered with', () => {
    const own = create();
    expect(own.isOwn({ requestId: 'r-1' })).toBe(false);
    own.addRequest('r-1');
    expect(own.isOwn({ requestId: 'r-1' })).toBe(true);
  });

  it.each([
    'arn:aws:iam::111111111111:role/platform/operator',
    'arn:aws:sts::111111111111:assumed-role/operator/another-session',
  ])('are known by user agent and %s before the answer comes', (arn) => {
    const own = create();
    own.addIdentity(arn);
    expect(own.isOwn(marks)).toBe(true);
  });

  it('are known by the roles that resources name', () => {
    expect(create('arn:aws:iam::111111111111:role/operator').isOwn(marks)).toBe(true);
    expect(create('arn:aws:iam::111111111111:role/other').isOwn(marks)).toBe(false);
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
    const own = create();
    own.addIdentity('arn:aws:iam::111111111111:role/platform/operator');
    expect(own.isOwn(other)).toBe(false);
  });
});
