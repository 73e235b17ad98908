import { describe, expect, it, vi } from 'vitest';
import { realClock } from './clocks.ts';
import { assumed, identity } from './loopback.ts';
import {
  calls,
  forever,
  found,
  fresh,
  management,
  opened,
  refusal,
  role,
  sso,
  start,
  tidyUp,
} from './scripted.ts';

tidyUp();

describe('who asks', () => {
  it('is named in the user agent that CloudTrail shows', async () => {
    const loopback = await start({ DescribeOrganization: () => ({ body: found }) });
    await opened().organization(fresh());
    expect(loopback.received[0]?.userAgent).toContain('trusted-access-operator/1.2.3');
  });

  it('assumes a role once for all equal targets, with its external id', async () => {
    const loopback = await start({
      AssumeRole: () => assumed('AKIDROLE'),
      DescribeOrganization: () => ({ body: found }),
      ListDelegatedAdministrators: () => ({ body: {} }),
    });
    const target = { roleArn: role, externalId: 'our secret' };
    await Promise.all([
      opened(target).organization(fresh()),
      opened({ ...target, id: 'o-abcdefghij' }).administrators(sso, fresh()),
      opened({ ...target }).callerAccount(fresh()),
    ]);
    const assuming = loopback.received.filter(({ operation }) => operation === 'AssumeRole');
    expect(assuming).toHaveLength(1);
    expect(assuming[0]?.input).toMatchObject({
      RoleArn: role,
      ExternalId: 'our secret',
      RoleSessionName: 'trusted-access-operator',
    });
    expect(assuming[0]?.userAgent).toContain('trusted-access-operator/1.2.3');
    expect(assuming[0]?.authorization).toContain('AKIDOWN');
    const others = loopback.received.filter(({ operation }) => operation !== 'AssumeRole');
    expect(others).toHaveLength(2);
    for (const { authorization } of others) expect(authorization).toContain('AKIDROLE');
    expect(calls.filter(({ operation }) => operation !== 'AssumeRole')).toEqual(
      others.map(() => expect.objectContaining({ account: management })),
    );
  });

  it('does not share a role between external ids', async () => {
    const loopback = await start({
      AssumeRole: ({ input }) => assumed(`AKID${String(input['ExternalId'])}`),
    });
    await opened({ roleArn: role, externalId: 'one' }).callerAccount(fresh());
    await opened({ roleArn: role, externalId: 'two' }).callerAccount(fresh());
    expect(loopback.operations()).toEqual(['AssumeRole', 'AssumeRole']);
  });

  it('renews a role before it expires, for all calls at once', async () => {
    let later = 0;
    const loopback = await start(
      {
        AssumeRole: (_, count) => assumed(`AKID${count}`, 60 * count),
        DescribeAccount: () => ({ body: { Account: { State: 'ACTIVE' } } }),
      },
      { clock: { ...realClock, now: () => Date.now() + later } },
    );
    const organizations = opened({ roleArn: role });
    const ask = () =>
      Promise.all(
        ['2', '3'].map((digit) =>
          organizations.accountState(digit.repeat(12), {
            notBefore: Number.POSITIVE_INFINITY,
            signal: forever,
          }),
        ),
      );
    await ask();
    later = 50 * 60_000;
    await ask();
    expect(loopback.operations().filter((operation) => operation === 'AssumeRole')).toHaveLength(1);
    later = 53 * 60_000;
    await ask();
    expect(loopback.operations().filter((operation) => operation === 'AssumeRole')).toHaveLength(2);
    expect(loopback.received.at(-1)?.authorization).toContain('AKID2');
  });

  it('works on with valid credentials while newer ones cannot be had', async () => {
    let later = 0;
    const loopback = await start(
      {
        AssumeRole: (_, count) => (count === 1 ? assumed('AKID1') : { error: 'AccessDenied', status: 403 }),
        DescribeAccount: () => ({ body: { Account: { State: 'ACTIVE' } } }),
      },
      { clock: { ...realClock, now: () => Date.now() + later } },
    );
    const organizations = opened({ roleArn: role });
    const ask = () =>
      organizations.accountState('222222222222', { notBefore: Number.POSITIVE_INFINITY, signal: forever });
    await ask();
    later = 55 * 60_000;
    expect(await ask()).toBe('ACTIVE');
    expect(await ask()).toBe('ACTIVE');
    expect(loopback.operations().filter((operation) => operation === 'AssumeRole')).toHaveLength(2);
    later = 61 * 60_000;
    expect((await refusal(ask())).action).toBe('sts:AssumeRole');
  });

  it('renews a role whose credentials AWS no longer accepts, once', async () => {
    const loopback = await start({
      AssumeRole: (_, count) => assumed(`AKID${count}`),
      DescribeAccount: ({ authorization }) =>
        authorization.includes('AKID2')
          ? { body: { Account: { State: 'ACTIVE' } } }
          : { error: 'ExpiredTokenException' },
    });
    expect(await opened({ roleArn: role }).accountState('222222222222', fresh())).toBe('ACTIVE');
    expect(loopback.operations()).toEqual(['AssumeRole', 'DescribeAccount', 'AssumeRole', 'DescribeAccount']);
  });

  it('names the role that cannot be assumed', async () => {
    await start({ AssumeRole: () => ({ error: 'AccessDenied', status: 403 }) });
    const error = await refusal(opened({ roleArn: role }).organization(fresh()));
    expect(error).toMatchObject({ kind: 'denied', reason: 'AccessDenied', action: 'sts:AssumeRole' });
    expect(error.message).toContain(role);
  });

  it('does not keep a refusal to assume a role', async () => {
    await start({
      AssumeRole: (_, count) => (count === 1 ? { error: 'AccessDenied', status: 403 } : assumed('AKIDROLE')),
      DescribeOrganization: () => ({ body: found }),
    });
    await refusal(opened({ roleArn: role }).organization(fresh()));
    expect((await opened({ roleArn: role }).organization(fresh()))?.id).toBe('o-abcdefghij');
  });

  it('asks for its own account once per set of credentials', async () => {
    let accessKeyId = 'AKIDONE';
    let later = 0;
    const loopback = await start(
      {
        GetCallerIdentity: ({ authorization }) =>
          identity(authorization.includes('AKIDTWO') ? '555555555555' : management),
      },
      {
        clock: { ...realClock, now: () => Date.now() + later },
        credentials: async () => ({
          accessKeyId,
          secretAccessKey: 's',
          expiration: new Date(Date.now() + 3_600_000),
        }),
      },
    );
    expect(await opened().callerAccount(fresh())).toBe(management);
    expect(await opened().callerAccount(fresh())).toBe(management);
    expect(loopback.received).toHaveLength(1);
    accessKeyId = 'AKIDTWO';
    later = 55 * 60_000;
    expect(await opened().callerAccount(fresh())).toBe('555555555555');
    expect(loopback.received).toHaveLength(2);
  });

  it('says so when there are no credentials', async () => {
    await start({});
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const error = await refusal(opened().organization(fresh()));
    expect(error).toMatchObject({ kind: 'denied', reason: 'CredentialsUnusable' });
    expect(error.message).toContain('no usable credentials');
  });

  it('says so when the authorities to trust cannot be read', async () => {
    await start({});
    vi.stubEnv('AWS_CA_BUNDLE', '/nonexistent/authorities.pem');
    const error = await refusal(opened().organization(fresh()));
    expect(error.message).toBe(
      'AWS_CA_BUNDLE names /nonexistent/authorities.pem, which does not exist. Set it to a file of PEM certificates, or unset it.',
    );
  });

  it('keeps tokens out of what it says of a wrong signature', async () => {
    await start({
      DescribeOrganization: () => ({
        error: 'SignatureDoesNotMatch',
        status: 403,
        members: { message: 'x-amz-security-token:VERYSECRET' },
      }),
    });
    const error = await refusal(opened().organization(fresh()));
    expect(error.kind).toBe('denied');
    expect(JSON.stringify([error.message, error.cause])).not.toContain('VERYSECRET');
  });

  it('keeps requests, with their tokens, out of what it rejects with', async () => {
    await start({
      AssumeRole: () => assumed('AKIDROLE'),
      EnableAWSServiceAccess: () => ({ error: 'AccessDeniedException' }),
    });
    const error = await refusal(opened({ roleArn: role }).enableAccess(sso, forever));
    expect(error.cause).toEqual({
      name: 'AccessDeniedException',
      status: 400,
      text: 'words of AccessDeniedException',
    });
  });

  it('shares few connections among many calls', async () => {
    const loopback = await start(
      {
        AssumeRole: () => assumed('AKIDROLE'),
        DescribeAccount: () => ({ body: { Account: { State: 'ACTIVE' } } }),
        GetRole: () => ({ error: 'NoSuchEntity', status: 404 }),
      },
      { limits: { sockets: 2 } },
    );
    for (let account = 0; account < 10; account += 1) {
      const target = { roleArn: `arn:aws:iam::${String(account).repeat(12)}:role/operator` };
      await opened(target).accountState('222222222222', fresh());
      await opened(target).hasServiceLinkedRole(sso, 'AWSServiceRoleForSSO', fresh());
    }
    expect(loopback.received.length).toBe(30);
    expect(loopback.connections()).toBeLessThanOrEqual(2);
  });
});
