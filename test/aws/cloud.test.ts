import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallReport } from '../../src/aws/call.ts';
import { type AwsCloud, type CloudOptions, createCloud } from '../../src/aws/cloud.ts';
import { CloudError, type ReadOptions } from '../../src/controller/ports.ts';
import { realClock } from './clocks.ts';
import {
  assumed,
  identity,
  isolateFromMachine,
  type Loopback,
  type Script,
  startLoopback,
} from './loopback.ts';

const sso = 'sso.amazonaws.com';
const management = '111111111111';
const role = `arn:aws:iam::${management}:role/operator`;
const found = {
  Organization: {
    Id: 'o-abcdefghij',
    MasterAccountId: management,
    Arn: `arn:aws:organizations::${management}:organization/o-abcdefghij`,
    FeatureSet: 'ALL',
  },
};

let server: Loopback | undefined;
let cloud: AwsCloud | undefined;
let calls: CallReport[] = [];
let requestIds: string[] = [];

beforeEach(isolateFromMachine);
afterEach(async () => {
  cloud?.close();
  await server?.stop();
  vi.unstubAllEnvs();
});

async function start(script: Script, options: Partial<CloudOptions> = {}): Promise<Loopback> {
  calls = [];
  requestIds = [];
  server = await startLoopback({ GetCallerIdentity: () => identity(management), ...script });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  cloud = createCloud({
    clock: realClock,
    random: () => 0.5,
    userAgent: { name: 'trusted-access-operator', version: '1.2.3' },
    onCall: (call) => calls.push(call),
    onRequestId: (id) => requestIds.push(id),
    ...options,
  });
  return server;
}

function opened(target?: Parameters<AwsCloud['open']>[0]) {
  if (!cloud) throw new Error('not started');
  return cloud.open(target);
}

const fresh = (): ReadOptions => ({ notBefore: Date.now(), signal: new AbortController().signal });
const forever = new AbortController().signal;

async function refusal(promise: Promise<unknown>): Promise<CloudError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CloudError)) throw new Error(`not a CloudError: ${String(error)}`);
  return error;
}

describe('what AWS has', () => {
  it('reads the organization and its partition', async () => {
    await start({ DescribeOrganization: () => ({ body: found }) });
    expect(await opened().organization(fresh())).toEqual({
      id: 'o-abcdefghij',
      managementAccountId: management,
      partition: 'aws',
      allFeatures: true,
    });
  });

  it('tells consolidated billing from all features', async () => {
    const billing = { Organization: { ...found.Organization, FeatureSet: 'CONSOLIDATED_BILLING' } };
    await start({ DescribeOrganization: () => ({ body: billing }) });
    expect((await opened().organization(fresh()))?.allFeatures).toBe(false);
  });

  it('says undefined when the account is in no organization', async () => {
    await start({ DescribeOrganization: () => ({ error: 'AWSOrganizationsNotInUseException' }) });
    expect(await opened().organization(fresh())).toBeUndefined();
    expect(calls.at(-1)).toMatchObject({ operation: 'DescribeOrganization', result: 'ok' });
  });

  it('never takes an answer without content for an organization', async () => {
    await start({ DescribeOrganization: () => ({ body: {} }) });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({ kind: 'transient' });
  });

  it('reads on past an empty page that carries a token', async () => {
    const since = 1_700_000_000;
    const service = (name: string) => ({ ServicePrincipal: name, DateEnabled: since });
    const loopback = await start({
      ListAWSServiceAccessForOrganization: ({ input }) => {
        if (input['NextToken'] === undefined)
          return { body: { EnabledServicePrincipals: [service(sso)], NextToken: 'a' } };
        if (input['NextToken'] === 'a') return { body: { EnabledServicePrincipals: [], NextToken: 'b' } };
        return { body: { EnabledServicePrincipals: [service('ram.amazonaws.com')] } };
      },
    });
    const services = await opened().enabledServices(fresh());
    expect([...services]).toEqual([
      [sso, { since: new Date(since * 1_000).toISOString() }],
      ['ram.amazonaws.com', { since: new Date(since * 1_000).toISOString() }],
    ]);
    expect(loopback.heard.map(({ input }) => input['MaxResults'])).toEqual([20, 20, 20]);
  });

  it('gives up a list whose page token comes back', async () => {
    const loopback = await start({
      ListDelegatedAdministrators: () => ({ body: { DelegatedAdministrators: [], NextToken: 'again' } }),
    });
    const error = await refusal(opened().administrators(sso, fresh()));
    expect(error).toMatchObject({ kind: 'transient', reason: 'ObservationFailed' });
    expect(loopback.heard.length).toBe(2);
  });

  it('reads State of an administrator and falls back to Status', async () => {
    const DelegationEnabledDate = 1_700_000_000;
    await start({
      ListDelegatedAdministrators: () => ({
        body: {
          DelegatedAdministrators: [
            {
              Id: '222222222222',
              Name: 'identity',
              State: 'PENDING_CLOSURE',
              Status: 'ACTIVE',
              DelegationEnabledDate,
            },
            { Id: '333333333333', Status: 'SUSPENDED' },
          ],
        },
      }),
    });
    expect(await opened().administrators(sso, fresh())).toEqual([
      {
        accountId: '222222222222',
        name: 'identity',
        state: 'PENDING_CLOSURE',
        since: '2023-11-14T22:13:20.000Z',
      },
      { accountId: '333333333333', state: 'SUSPENDED' },
    ]);
  });

  it('says undefined of an account that is not in the organization', async () => {
    await start({
      DescribeAccount: ({ input }) =>
        input['AccountId'] === '222222222222'
          ? { body: { Account: { Id: '222222222222', Status: 'ACTIVE' } } }
          : { error: 'AccountNotFoundException' },
    });
    expect(await opened().accountState('222222222222', fresh())).toBe('ACTIVE');
    expect(await opened().accountState('999999999999', fresh())).toBeUndefined();
  });

  it('tells a role that is not there from one that may not be read', async () => {
    await start({
      GetRole: ({ input }) =>
        input['RoleName'] === 'AWSServiceRoleForSSO'
          ? { error: 'NoSuchEntity', status: 404 }
          : { error: 'AccessDenied', status: 403 },
    });
    expect(await opened().hasServiceLinkedRole(sso, 'AWSServiceRoleForSSO', fresh())).toBe(false);
    const error = await refusal(opened().hasServiceLinkedRole(sso, 'Other', fresh()));
    expect(error).toMatchObject({ kind: 'denied', reason: 'AccessDenied', action: 'iam:GetRole' });
  });

  it('reads once for all who ask', async () => {
    const loopback = await start({
      ListAWSServiceAccessForOrganization: () => ({ body: { EnabledServicePrincipals: [] } }),
    });
    const read = fresh();
    await Promise.all(
      Array.from({ length: 500 }, () => opened({ id: 'o-abcdefghij' }).enabledServices(read)),
    );
    expect(loopback.operations()).toEqual(['ListAWSServiceAccessForOrganization']);
  });

  it('does not take what was read before an own change for the truth', async () => {
    let enabled = false;
    await start({
      EnableAWSServiceAccess: () => {
        enabled = true;
        return { body: {} };
      },
      ListAWSServiceAccessForOrganization: () => ({
        body: { EnabledServicePrincipals: enabled ? [{ ServicePrincipal: sso }] : [] },
      }),
    });
    const old = { notBefore: 0, signal: forever };
    expect((await opened().enabledServices(old)).has(sso)).toBe(false);
    await opened().enableAccess(sso, forever);
    expect((await opened().enabledServices(old)).has(sso)).toBe(true);
  });
});

describe('what is changed', () => {
  it('sends each change with its principal and account, and nothing else', async () => {
    const ok = () => ({ body: {} });
    const loopback = await start({
      EnableAWSServiceAccess: ok,
      DisableAWSServiceAccess: ok,
      RegisterDelegatedAdministrator: ok,
      DeregisterDelegatedAdministrator: ok,
    });
    const organizations = opened();
    await organizations.enableAccess(sso, forever);
    await organizations.registerAdministrator(sso, '222222222222', forever);
    await organizations.deregisterAdministrator(sso, '222222222222', forever);
    await organizations.disableAccess(sso, forever);
    expect(loopback.heard.map(({ operation, input }) => [operation, input])).toEqual([
      ['EnableAWSServiceAccess', { ServicePrincipal: sso }],
      ['RegisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: '222222222222' }],
      ['DeregisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: '222222222222' }],
      ['DisableAWSServiceAccess', { ServicePrincipal: sso }],
    ]);
    expect(requestIds).toEqual(loopback.operations().map((operation) => `request-${operation}`));
  });

  it('takes what is already so for success, and remembers the request all the same', async () => {
    await start({
      RegisterDelegatedAdministrator: () => ({ error: 'AccountAlreadyRegisteredException' }),
      DeregisterDelegatedAdministrator: () => ({ error: 'AccountNotRegisteredException' }),
    });
    await opened().registerAdministrator(sso, '222222222222', forever);
    await opened().deregisterAdministrator(sso, '222222222222', forever);
    expect(calls.map(({ result }) => result)).toEqual(['ok', 'ok']);
    expect(requestIds).toHaveLength(2);
  });

  it('names the missing permission, the reason and the request of a refused change', async () => {
    await start({
      EnableAWSServiceAccess: () => ({ error: 'AccessDeniedException' }),
      RegisterDelegatedAdministrator: () => ({
        error: 'ConstraintViolationException',
        members: { Reason: 'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE' },
      }),
    });
    expect(await refusal(opened().enableAccess(sso, forever))).toMatchObject({
      kind: 'denied',
      reason: 'AccessDenied',
      action: 'organizations:EnableAWSServiceAccess',
    });
    expect(await refusal(opened().registerAdministrator(sso, '222222222222', forever))).toMatchObject({
      kind: 'slotTaken',
      reason: 'TooManyAdministrators',
    });
    expect(calls.map(({ result }) => result)).toEqual(['denied', 'slotTaken']);
    expect(requestIds).toHaveLength(2);
  });

  it('leaves a concurrent change to the reconcile, at once', async () => {
    const loopback = await start({
      EnableAWSServiceAccess: () => ({ error: 'ConcurrentModificationException' }),
    });
    expect(await refusal(opened().enableAccess(sso, forever))).toMatchObject({ kind: 'conflict' });
    expect(loopback.heard).toHaveLength(1);
  });
});

describe('when AWS does not answer well', () => {
  it('tries a broken connection again', async () => {
    const loopback = await start({
      DescribeOrganization: (_, count) => (count < 3 ? 'reset' : { body: found }),
    });
    expect((await opened().organization(fresh()))?.id).toBe('o-abcdefghij');
    expect(loopback.heard).toHaveLength(3);
  });

  it('says what kept failing, after few attempts', async () => {
    const loopback = await start({
      DescribeOrganization: () => ({ error: 'ServiceException', status: 500 }),
    });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({
      kind: 'transient',
      reason: 'ObservationFailed',
      message: 'no usable answer (HTTP 500)',
    });
    expect(loopback.heard).toHaveLength(3);
  });

  it('says it is throttled', async () => {
    await start({ DescribeOrganization: () => ({ error: 'TooManyRequestsException' }) });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({
      kind: 'throttled',
      reason: 'Throttled',
    });
    expect(calls.at(-1)?.result).toBe('throttled');
  });

  it('ends a call without an answer at its time-out', async () => {
    await start({ DescribeOrganization: () => 'hang' }, { limits: { callMilliseconds: 150 } });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({
      kind: 'transient',
      message: 'no usable answer (ETIMEDOUT)',
    });
  });

  it('ends one attempt at its own time-out and tries again', async () => {
    const loopback = await start(
      { DescribeOrganization: (_, count) => (count === 1 ? 'hang' : { body: found }) },
      { limits: { requestMilliseconds: 150 } },
    );
    expect((await opened().organization(fresh()))?.id).toBe('o-abcdefghij');
    expect(loopback.heard).toHaveLength(2);
  });

  it('rejects with the reason of the abort, at once', async () => {
    const loopback = await start({ EnableAWSServiceAccess: () => 'hang' });
    const controller = new AbortController();
    const enabling = opened().enableAccess(sso, controller.signal);
    await vi.waitFor(() => expect(loopback.heard).toHaveLength(1));
    const reason = new Error('lease lost');
    controller.abort(reason);
    await expect(enabling).rejects.toBe(reason);
    expect(calls.at(-1)?.result).toBe('aborted');
  });

  it('ends everything when it is closed', async () => {
    const loopback = await start({ DescribeOrganization: () => 'hang' });
    const reading = refusal(opened().organization(fresh()));
    await vi.waitFor(() => expect(loopback.heard).toHaveLength(1));
    cloud?.close();
    expect((await reading).kind).toBe('transient');
  });

  it('takes an answer that is not JSON for no answer', async () => {
    await start({ DescribeOrganization: () => ({ xml: '<html>captive portal</html>' }) });
    expect(await refusal(opened().organization(fresh()))).toMatchObject({ kind: 'transient' });
  });
});

describe('who asks', () => {
  it('is named in the user agent that CloudTrail shows', async () => {
    const loopback = await start({ DescribeOrganization: () => ({ body: found }) });
    await opened().organization(fresh());
    expect(loopback.heard[0]?.userAgent).toContain('trusted-access-operator/1.2.3');
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
    const assuming = loopback.heard.filter(({ operation }) => operation === 'AssumeRole');
    expect(assuming).toHaveLength(1);
    expect(assuming[0]?.input).toMatchObject({
      RoleArn: role,
      ExternalId: 'our secret',
      RoleSessionName: 'trusted-access-operator',
    });
    expect(assuming[0]?.userAgent).toContain('trusted-access-operator/1.2.3');
    expect(assuming[0]?.authorization).toContain('AKIDOWN');
    const others = loopback.heard.filter(({ operation }) => operation !== 'AssumeRole');
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
    expect(loopback.heard.at(-1)?.authorization).toContain('AKID2');
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
    expect(loopback.heard).toHaveLength(1);
    accessKeyId = 'AKIDTWO';
    later = 55 * 60_000;
    expect(await opened().callerAccount(fresh())).toBe('555555555555');
    expect(loopback.heard).toHaveLength(2);
  });

  it('says so when there are no credentials', async () => {
    await start({});
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const error = await refusal(opened().organization(fresh()));
    expect(error).toMatchObject({ kind: 'denied', reason: 'AccessDenied' });
    expect(error.message).toContain('no usable credentials');
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
    expect(loopback.heard.length).toBe(30);
    expect(loopback.connections()).toBeLessThanOrEqual(2);
  });
});
