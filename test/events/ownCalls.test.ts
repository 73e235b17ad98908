import { describe, expect, it } from 'vitest';
import { instanceReader, userAgentOf } from '../../src/cli/version.ts';
import { createOwnCalls } from '../../src/events/ownCalls.ts';
import { virtualClock } from '../harness/virtualClock.ts';

const role = 'arn:aws:iam::111111111111:role/platform/operator';
const agentOf = (instance: string, clusterName = 'production') => {
  const { name, version } = userAgentOf(clusterName, instance);
  return `aws-sdk-js/3 ua/2.1 ${name}/${version}`;
};

function create() {
  const clock = virtualClock();
  const own = createOwnCalls({ clock, instance: 'present', instanceIn: instanceReader('production') });
  const call = (marks: Record<string, string> = {}, at = clock.now()) => ({
    at,
    marks: {
      requestId: 'request-1',
      callerArn: 'arn:aws:sts::111111111111:assumed-role/operator/session',
      issuerArn: role,
      userAgent: agentOf('present'),
      ...marks,
    },
  });
  return { clock, own, call };
}

describe('own calls', () => {
  it('are recognized only by the request id of the answer of AWS', () => {
    const { own, call } = create();
    own.addIdentity(role);
    expect(own.isOwn(call().marks)).toBe(false);
    own.addRequest('request-1');
    expect(own.isOwn(call({ userAgent: 'aws-cli/2.27.0', issuerArn: 'x', callerArn: 'x' }).marks)).toBe(true);
  });

  it.each([role, 'arn:aws:sts::111111111111:assumed-role/operator/another-session'])(
    'are attributed to no caller while the answer of AWS is awaited: %s',
    (arn) => {
      const { own, call } = create();
      own.addIdentity(arn);
      expect(own.isOthers(call())).toBe(false);
    },
  );

  it.each([
    ['a person uses the operator’s role with the AWS CLI', { userAgent: 'aws-cli/2.27.0' }],
    ['a person borrows the user agent', { callerArn: 'x', issuerArn: 'arn:aws:iam::111111111111:role/x' }],
    ['a role of another account has that name', { callerArn: '', issuerArn: 'arn:aws:iam::2:role/operator' }],
    ['the operator of another cluster has the role', { userAgent: agentOf('present', 'staging') }],
    ['another cluster name begins alike', { userAgent: agentOf('present', 'production-2') }],
    ['another cluster name ends alike', { userAgent: agentOf('present', 'pre-production') }],
    ['another cluster name has a dot', { userAgent: agentOf('present', 'production.eu') }],
    ['another program has such a name', { userAgent: 'not-trusted-access-operator/1+production.present' }],
    ['the operator did not name an instance', { userAgent: 'trusted-access-operator/1.2.3+production' }],
  ])('are not assumed when %s', (_, marks) => {
    const { own, call } = create();
    own.addIdentity(role);
    expect(own.isOthers(call(marks))).toBe(true);
  });

  it('are neither recognized nor excluded before this process called AWS', () => {
    const { own, call } = create();
    expect([own.isOwn(call().marks), own.isOthers(call())]).toEqual([false, false]);
    expect(own.isOthers(call({ userAgent: 'aws-cli/2.27.0' }))).toBe(true);
    own.addIdentity('arn:aws:iam::111111111111:role/another');
    expect(own.isOthers(call())).toBe(true);
  });
});

describe('calls of another instance with the same cluster name and role', () => {
  it.each([
    ['this release', agentOf('former')],
    ['the release before this one', 'trusted-access-operator/0.0.1+production.former'],
    [
      'the release after this one',
      '[aws-sdk-js/3 trusted-access-operator/9.0.0-rc.1+build.5+production.former]',
    ],
  ])(
    'are attributed to no caller when a killed process of %s made them before this one began to lead',
    (_, userAgent) => {
      const { clock, own, call } = create();
      clock.skip(3_600_000);
      own.beginToLead();
      own.addIdentity(role);
      expect(own.isOthers(call({ userAgent }, clock.now() - 1_000))).toBe(false);
      // AWS may carry out the last call of a killed process a moment later.
      expect(own.isOthers(call({ userAgent }, clock.now() + 59_000))).toBe(false);
      expect(own.isOwn(call({ userAgent }).marks)).toBe(false);
    },
  );

  it('are attributed to a second installation when it makes them a minute after this process began to lead', () => {
    const { clock, own, call } = create();
    own.beginToLead();
    own.addIdentity(role);
    expect(own.isOthers(call({ userAgent: agentOf('second') }, clock.now() + 60_000))).toBe(true);
  });

  it('count as those of the former leader again after each change of leader', () => {
    const { clock, own, call } = create();
    own.addIdentity(role);
    own.beginToLead();
    clock.skip(600_000);
    const at = clock.now();
    own.beginToLead();
    expect(own.isOthers(call({ userAgent: agentOf('other-replica') }, at))).toBe(false);
  });
});
