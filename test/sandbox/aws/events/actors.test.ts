import { describe, expect, it } from 'vitest';
import { awsService, iamUser, identityCenterUser, roleSession } from '../../../../sandbox/aws/callers.ts';
import type { Caller } from '../../../../sandbox/aws/identity.ts';
import { putRole, putUser } from '../../../../sandbox/aws/seed.ts';
import { management } from './fixture.ts';
import { sso, start, type TrailFixture } from './trailFixture.ts';

describe('who acted, as CloudTrail reports it', () => {
  const identityOf = (callerOf: (fixture: TrailFixture) => Caller) => {
    const fixture = start();
    fixture.listen(management, 'us-east-1');
    // Whether they may is another matter: the record is made either way.
    try {
      fixture.act(callerOf(fixture), 'EnableAWSServiceAccess', sso);
    } catch {}
    fixture.clock.advance(1000);
    return Object(
      fixture.received
        .map((event) => event['detail'])
        .find((reported) => Object(reported).eventName === 'EnableAWSServiceAccess'),
    );
  };
  const session = ({ aws }: TrailFixture, more = {}) =>
    roleSession(aws.world, management, putRole(aws.world, management, { name: 'Admin' }), {
      sessionName: 'mallory@example.com',
      ...more,
    });
  const issuer = {
    type: 'Role',
    principalId: expect.stringMatching(/^AROA/),
    arn: `arn:aws:iam::${management}:role/Admin`,
    accountId: management,
    userName: 'Admin',
  };
  const assumed = {
    type: 'AssumedRole',
    principalId: expect.stringMatching(/^AROA\w+:mallory@example\.com$/),
    arn: `arn:aws:sts::${management}:assumed-role/Admin/mallory@example.com`,
    accountId: management,
    accessKeyId: expect.stringMatching(/^ASIA\w{16}$/),
  };
  const attributes = { creationDate: '2026-05-03T21:05:09Z', mfaAuthenticated: 'false' };

  it('the root user', () => {
    expect(identityOf(({ root }) => root).userIdentity).toEqual({
      type: 'Root',
      principalId: management,
      arn: `arn:aws:iam::${management}:root`,
      accountId: management,
      accessKeyId: expect.stringMatching(/^AKIA\w{16}$/),
    });
  });
  it('an IAM user', () => {
    const reported = identityOf(({ aws }) => iamUser(management, putUser(aws.world, management, 'alice')));
    expect(reported.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: expect.stringMatching(/^AIDA/),
      arn: `arn:aws:iam::${management}:user/alice`,
      accountId: management,
      accessKeyId: expect.stringMatching(/^AKIA\w{16}$/),
      userName: 'alice',
    });
    expect(reported).not.toHaveProperty('sessionCredentialFromConsole');
  });
  it('a session of a role, with its issuer', () => {
    expect(identityOf((fixture) => session(fixture)).userIdentity).toEqual({
      ...assumed,
      sessionContext: { sessionIssuer: issuer, attributes },
    });
  });
  it('a session with a source identity', () => {
    const reported = identityOf((fixture) => session(fixture, { sourceIdentity: 'mallory' }));
    expect(reported.userIdentity.sessionContext).toEqual({
      sessionIssuer: issuer,
      attributes,
      sourceIdentity: 'mallory',
    });
  });
  it('a session in the console', () => {
    const reported = identityOf((fixture) => session(fixture, { fromConsole: true }));
    expect(reported).toMatchObject({
      sessionCredentialFromConsole: 'true',
      userIdentity: { sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
    });
  });
  it('an Identity Center user behind a session', () => {
    const onBehalfOf = {
      userId: 'u-1',
      identityStoreArn: `arn:aws:identitystore::${management}:identitystore/d-1234567890`,
    };
    expect(identityOf((fixture) => session(fixture, { onBehalfOf })).userIdentity).toMatchObject({
      ...assumed,
      onBehalfOf,
    });
  });
  it('an Identity Center user alone, who has no ARN', () => {
    const reported = identityOf(({ aws }) =>
      identityCenterUser(aws.world, management, { userId: 'u-1', identityStoreId: 'd-1234567890' }),
    );
    expect(reported.userIdentity).toEqual({
      type: 'IdentityCenterUser',
      accountId: management,
      onBehalfOf: {
        userId: 'u-1',
        identityStoreArn: `arn:aws:identitystore::${management}:identitystore/d-1234567890`,
      },
      credentialId: expect.any(String),
    });
  });
  it('a service on behalf of a session', () => {
    const invokedBy = 'controltower.amazonaws.com';
    const reported = identityOf((fixture) => session(fixture, { invokedBy }));
    expect(reported).toMatchObject({
      userIdentity: { ...assumed, invokedBy },
      sourceIPAddress: invokedBy,
      userAgent: invokedBy,
    });
    expect(reported).not.toHaveProperty('tlsDetails');
  });
  it('a service by itself', () => {
    const reported = identityOf(() => awsService(management, 'sso.amazonaws.com'));
    expect(reported.userIdentity).toEqual({ type: 'AWSService', invokedBy: 'sso.amazonaws.com' });
  });
});
