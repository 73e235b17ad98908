import { describe, expect, it } from 'vitest';
import { awsService, iamUser, identityCenterUser, roleSession } from '../../../src/sandbox/callers.ts';
import { putRole, putUser } from '../../../src/sandbox/founding.ts';
import type { Caller } from '../../../src/sandbox/identity.ts';
import { management } from './stage.ts';
import { sso, start, type TrailStage } from './trailStage.ts';

describe('who acted, as CloudTrail tells it', () => {
  const identityOf = (callerOf: (stage: TrailStage) => Caller) => {
    const stage = start();
    stage.listen(management, 'us-east-1');
    // Whether they may is another matter: the record is made either way.
    try {
      stage.act(callerOf(stage), 'EnableAWSServiceAccess', sso);
    } catch {}
    stage.clock.advance(1000);
    return Object(
      stage.heard
        .map((event) => event['detail'])
        .find((told) => Object(told).eventName === 'EnableAWSServiceAccess'),
    );
  };
  const session = ({ aws }: TrailStage, more = {}) =>
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
    const told = identityOf(({ aws }) => iamUser(management, putUser(aws.world, management, 'alice')));
    expect(told.userIdentity).toEqual({
      type: 'IAMUser',
      principalId: expect.stringMatching(/^AIDA/),
      arn: `arn:aws:iam::${management}:user/alice`,
      accountId: management,
      accessKeyId: expect.stringMatching(/^AKIA\w{16}$/),
      userName: 'alice',
    });
    expect(told).not.toHaveProperty('sessionCredentialFromConsole');
  });
  it('a session of a role, with its issuer', () => {
    expect(identityOf((stage) => session(stage)).userIdentity).toEqual({
      ...assumed,
      sessionContext: { sessionIssuer: issuer, attributes },
    });
  });
  it('a session with a source identity', () => {
    const told = identityOf((stage) => session(stage, { sourceIdentity: 'mallory' }));
    expect(told.userIdentity.sessionContext).toEqual({
      sessionIssuer: issuer,
      attributes,
      sourceIdentity: 'mallory',
    });
  });
  it('a session in the console', () => {
    const told = identityOf((stage) => session(stage, { fromConsole: true }));
    expect(told).toMatchObject({
      sessionCredentialFromConsole: 'true',
      userIdentity: { sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
    });
  });
  it('an Identity Center user behind a session', () => {
    const onBehalfOf = {
      userId: 'u-1',
      identityStoreArn: `arn:aws:identitystore::${management}:identitystore/d-1234567890`,
    };
    expect(identityOf((stage) => session(stage, { onBehalfOf })).userIdentity).toMatchObject({
      ...assumed,
      onBehalfOf,
    });
  });
  it('an Identity Center user alone, who has no ARN', () => {
    const told = identityOf(({ aws }) =>
      identityCenterUser(aws.world, management, { userId: 'u-1', identityStoreId: 'd-1234567890' }),
    );
    expect(told.userIdentity).toEqual({
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
    const told = identityOf((stage) => session(stage, { invokedBy }));
    expect(told).toMatchObject({
      userIdentity: { ...assumed, invokedBy },
      sourceIPAddress: invokedBy,
      userAgent: invokedBy,
    });
    expect(told).not.toHaveProperty('tlsDetails');
  });
  it('a service by itself', () => {
    const told = identityOf(() => awsService(management, 'sso.amazonaws.com'));
    expect(told.userIdentity).toEqual({ type: 'AWSService', invokedBy: 'sso.amazonaws.com' });
  });
});
