import { describe, expect, it } from 'vitest';
import { isUserAgentOf, userAgentOf } from '../../src/cli/version.ts';
import { createOwnCalls } from '../../src/events/ownCalls.ts';
import { virtualClock } from '../harness/virtualClock.ts';

const agent = 'trusted-access-operator/1.2.3+production';
const create = (...assumedRoles: string[]) =>
  createOwnCalls({
    clock: virtualClock(),
    isOwnAgent: isUserAgentOf('production'),
    assumedRoles: () => assumedRoles,
  });
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
    [
      'another cluster’s operator has the role',
      { ...marks, userAgent: 'trusted-access-operator/1.2.3+staging' },
    ],
    [
      'another cluster’s name begins alike',
      { ...marks, userAgent: 'trusted-access-operator/1.2.3+production-2' },
    ],
    [
      'another cluster’s name ends alike',
      { ...marks, userAgent: 'trusted-access-operator/1.2.3+pre-production' },
    ],
    ['another program has such a name', { ...marks, userAgent: 'not-trusted-access-operator/1+production' }],
    ['nothing is told', {}],
  ])('are not assumed when %s', (_, other) => {
    const own = create();
    own.addIdentity('arn:aws:iam::111111111111:role/platform/operator');
    expect(own.isOwn(other)).toBe(false);
    expect(own.isOthers(other)).toBe(true);
  });

  it.each([
    ['release', userAgentOf('production').version],
    ['release before this one', '0.0.1+production'],
    ['release after this one', '99.0.0-rc.1+build.5+production'],
  ])('are known when they were made by a process of the same cluster before: of a %s', (_, version) => {
    const own = create();
    own.addIdentity('arn:aws:iam::111111111111:role/platform/operator');
    for (const userAgent of [
      `aws-sdk-js/3 ua/2.1 trusted-access-operator/${version}`,
      `[aws-sdk-js/3 trusted-access-operator/${version}]`,
    ]) {
      expect(own.isOwn({ ...marks, userAgent })).toBe(true);
      expect(own.isOthers({ ...marks, userAgent })).toBe(false);
    }
  });

  it('are neither own nor another’s as long as it is not known who the operator is', () => {
    const own = create();
    expect([own.isOwn(marks), own.isOthers(marks)]).toEqual([false, false]);
    // Whoever has another user agent is somebody else, whoever the operator is.
    expect(own.isOthers({ ...marks, userAgent: 'aws-cli/2.27.0' })).toBe(true);
    own.addIdentity('arn:aws:iam::111111111111:role/platform/operator');
    expect([own.isOwn(marks), own.isOthers(marks)]).toEqual([true, false]);
  });
});
