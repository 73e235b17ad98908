import { describe, expect, it } from 'vitest';
import { AwsError } from '../../sandbox/aws/awsError.ts';
import { addIdentityCenter, setAccountState } from '../../sandbox/aws/seed.ts';
import { services } from '../../src/crds/services.ts';
import { alpha, beta, fixture, management, tidyUp } from './fixture.ts';
import { forever, refusal, sso } from './scripted.ts';

tidyUp();

describe('on a simulated AWS', () => {
  it('access and administrators are enabled, swapped, taken back, each change seen by the next read', async () => {
    const { requestIds, organizations, simulated, read } = await fixture({
      settings: { throttles: 'off', emptyPages: true },
    });
    expect(await organizations.callerAccount(read())).toBe(management);
    expect(await organizations.organization(read())).toMatchObject({
      managementAccountId: management,
      allFeatures: true,
    });
    await organizations.enableAccess(sso, forever);
    expect((await organizations.enabledServices(read())).get(sso)?.since).toMatch(/^20/);
    await organizations.registerAdministrator(sso, alpha, forever);
    expect(await organizations.administrators(sso, read())).toMatchObject([
      { accountId: alpha, state: 'ACTIVE' },
    ]);
    expect(await refusal(organizations.registerAdministrator(sso, beta, forever))).toMatchObject({
      kind: 'slotTaken',
    });
    await organizations.registerAdministrator(sso, alpha, forever);
    await organizations.deregisterAdministrator(sso, alpha, forever);
    await organizations.deregisterAdministrator(sso, alpha, forever);
    await organizations.registerAdministrator(sso, beta, forever);
    expect(await organizations.administrators(sso, read())).toMatchObject([{ accountId: beta }]);
    await organizations.deregisterAdministrator(sso, beta, forever);
    await organizations.disableAccess(sso, forever);
    await organizations.disableAccess(sso, forever);
    expect(await organizations.enabledServices(read())).toEqual(new Map());

    const writes = simulated.journal
      .writes()
      .filter(({ operation }) => /ServiceAccess|Administrator/.test(operation));
    expect(requestIds).toEqual(writes.map(({ requestId }) => requestId));
    for (const { userAgent, caller } of writes) {
      expect(userAgent).toContain('trusted-access-operator/1.2.3');
      expect(caller?.arn).toContain('assumed-role/trusted-access-operator/trusted-access-operator');
    }
  });

  it('what an account or an organization does not allow has its reason', async () => {
    const { organizations, world, read } = await fixture({ settings: { throttles: 'off' } });
    setAccountState(world, beta, 'SUSPENDED');
    expect(await refusal(organizations.registerAdministrator(sso, alpha, forever))).toMatchObject({
      kind: 'notEnabled',
    });
    await organizations.enableAccess(sso, forever);
    const refused = async (account: string) =>
      (await refusal(organizations.registerAdministrator(sso, account, forever))).reason;
    expect(await refused(management)).toBe('ManagementAccountNotAllowed');
    expect(await refused('999999999999')).toBe('AccountNotFound');
    expect(await refused(beta)).toBe('AccountNotActive');
    expect(await organizations.accountState(beta, read())).toBe('SUSPENDED');
    expect(await organizations.accountState('999999999999', read())).toBeUndefined();
    expect(await refusal(organizations.enableAccess('nobody.amazonaws.com', forever))).toMatchObject({
      kind: 'blocked',
      reason: 'UnrecognizedServicePrincipal',
    });
  });

  it('consolidated billing is reported from all features before anything else fails', async () => {
    const { organizations, read } = await fixture({ features: 'CONSOLIDATED_BILLING' });
    expect(await organizations.organization(read())).toMatchObject({ allFeatures: false });
    expect(await refusal(organizations.enabledServices(read()))).toMatchObject({
      kind: 'blocked',
      reason: 'NotAllFeatures',
    });
  });

  it('a role that may only read names the permission it lacks', async () => {
    const { organizations, read } = await fixture({
      statements: [{ actions: ['organizations:Describe*', 'organizations:List*'] }],
    });
    expect(await organizations.enabledServices(read())).toEqual(new Map());
    expect(await refusal(organizations.enableAccess(sso, forever))).toMatchObject({
      kind: 'denied',
      action: 'organizations:EnableAWSServiceAccess',
    });
    expect(
      await refusal(organizations.hasServiceLinkedRole(sso, 'AWSServiceRoleForSSO', read())),
    ).toMatchObject({
      kind: 'denied',
      action: 'iam:GetRole',
    });
  });

  it('a wrong external id is reported by the role that cannot be assumed', async () => {
    const { connected, role, read } = await fixture();
    const error = await refusal(
      connected.open({ roleArn: role.arn, externalId: 'guessed' }).organization(read()),
    );
    expect(error).toMatchObject({ kind: 'denied', action: 'sts:AssumeRole' });
    expect(error.message).toContain(role.arn);
  });

  it('a change whose answer is lost is done once and succeeds', async () => {
    const { organizations, simulated, read } = await fixture({ settings: { throttles: 'off' } });
    await organizations.enableAccess(sso, forever);
    simulated.faults.add({
      operation: 'RegisterDelegatedAdministrator',
      times: 1,
      effect: { kind: 'ResponseLost' },
    });
    await organizations.registerAdministrator(sso, alpha, forever);
    expect(simulated.journal.count('RegisterDelegatedAdministrator')).toBe(2);
    expect(await organizations.administrators(sso, read())).toHaveLength(1);
  });

  it('a change that fails on AWS’s side leaves each of its request ids', async () => {
    const { requestIds, organizations, simulated } = await fixture({ settings: { throttles: 'off' } });
    const error = new AwsError('ServiceException', 'not today', { status: 500 });
    simulated.faults.add({ operation: 'EnableAWSServiceAccess', times: 2, effect: { kind: 'Error', error } });
    await organizations.enableAccess(sso, forever);
    expect(requestIds).toEqual(
      simulated.journal
        .writes()
        .filter(({ operation }) => operation === 'EnableAWSServiceAccess')
        .map(({ requestId }) => requestId),
    );
    expect(requestIds).toHaveLength(3);
  });

  it('Identity Center is found with all its permission sets', async () => {
    const { organizations, world, read } = await fixture({
      settings: { throttles: 'off', pageSize: 20, emptyPages: true },
    });
    addIdentityCenter(world, { ownerAccountId: alpha, region: 'eu-west-1' });
    const instance = addIdentityCenter(world, {
      ownerAccountId: management,
      region: 'ap-northeast-1',
      permissionSets: 45,
    });
    const organization = await organizations.organization(read());
    if (!organization) throw new Error('no organization');
    expect(await organizations.identityCenter(organization, undefined, read())).toEqual({
      use: 'InUse',
      instanceArn: instance.arn,
      region: 'ap-northeast-1',
      permissionSets: 45,
    });
  });

  it('the whole catalog is read at the documented rates, none refused, each once', async () => {
    // More generous than documented: on a busy machine what was sent apart arrives together. The rates themselves are
    // held by pacing.test.ts, on a virtual clock.
    const { organizations, simulated, read, clock } = await fixture({
      settings: { throttles: { scale: 3 } },
    });
    const round = read();
    const startedAt = clock.now();
    await Promise.all(
      services.map(async ({ principal }) => {
        await Promise.all([organizations.callerAccount(round), organizations.organization(round)]);
        await organizations.enabledServices(round);
        await organizations.administrators(principal, round);
      }),
    );
    const seconds = (clock.now() - startedAt) / 1_000;
    const { journal } = simulated;
    expect(journal.entries().filter(({ result }) => result.kind === 'Refused')).toEqual([]);
    expect(journal.count('ListDelegatedAdministrators')).toBe(services.length);
    expect(journal.count('DescribeOrganization')).toBe(1);
    expect(journal.count('ListAWSServiceAccessForOrganization')).toBe(1);
    // 8 at once, the others 5 a second.
    expect(seconds).toBeGreaterThanOrEqual((services.length - 8) / 5);
  });

  it('throttling by another caller slows the operator down and passes', async () => {
    const { calls, organizations, simulated, read } = await fixture();
    const refused = new AwsError('TooManyRequestsException', 'too many', { status: 400 });
    simulated.faults.add({
      operation: 'DescribeOrganization',
      times: 3,
      effect: { kind: 'Error', error: refused },
    });
    expect(await refusal(organizations.organization(read()))).toMatchObject({
      kind: 'throttled',
      reason: 'Throttled',
    });
    expect((await organizations.organization(read()))?.managementAccountId).toBe(management);
    expect(
      calls.filter(({ operation }) => operation === 'DescribeOrganization').map(({ result }) => result),
    ).toEqual(['throttled', 'ok']);
  });
});
