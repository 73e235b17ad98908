import { describe, expect, it } from 'vitest';
import { calls, forever, found, fresh, management, opened, refusal, sso, start, tidyUp } from './scripted.ts';

tidyUp();

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

  it('reports consolidated billing from all features', async () => {
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
    expect(loopback.received.map(({ input }) => input['MaxResults'])).toEqual([20, 20, 20]);
  });

  it('gives up a list whose page token comes back', async () => {
    const loopback = await start({
      ListDelegatedAdministrators: () => ({ body: { DelegatedAdministrators: [], NextToken: 'again' } }),
    });
    const error = await refusal(opened().administrators(sso, fresh()));
    expect(error).toMatchObject({ kind: 'transient', reason: 'ObservationFailed' });
    expect(loopback.received.length).toBe(2);
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

  it('shows of the name of an account, which its owner chose, nothing that is not seen', async () => {
    const named = (Id: string, Name: string) => ({ Id, Name, Status: 'ACTIVE' });
    await start({
      ListDelegatedAdministrators: () => ({
        body: {
          DelegatedAdministrators: [
            named('222222222222', '\u001b[2Jaudit\u202e\u2028team'),
            named('333333333333', '\u200b\u0007'),
            named('444444444444', '𝒜'.repeat(500)),
          ],
        },
      }),
    });
    const [first, second, third] = await opened().administrators(sso, fresh());
    expect(first?.name).toBe('[2Jaudit team');
    expect(second).toEqual({ accountId: '333333333333', state: 'ACTIVE' });
    expect(third?.name?.length).toBeLessThanOrEqual(256);
    expect(third?.name?.isWellFormed()).toBe(true);
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

  it('reports a role that is not there from one that may not be read', async () => {
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
