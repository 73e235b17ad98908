import { describe, expect, it } from 'vitest';
import { addAccount, addIdentityCenter, addOrganization } from '../../../sandbox/aws/seed.ts';
import type { Members } from '../../../sandbox/aws/service.ts';
import { alpha, beta, type Founded, found, management, sso, stranger, verdict } from './seeded.ts';

const principal = { ServicePrincipal: sso };
const changes: readonly (readonly [string, Members])[] = [
  ['EnableAWSServiceAccess', principal],
  ['DisableAWSServiceAccess', principal],
  ['RegisterDelegatedAdministrator', { ...principal, AccountId: beta }],
  ['DeregisterDelegatedAdministrator', { ...principal, AccountId: alpha }],
  ['RemoveAccountFromOrganization', { AccountId: beta }],
  ['CloseAccount', { AccountId: beta }],
];
const reads: readonly (readonly [string, Members])[] = [
  ['ListAWSServiceAccessForOrganization', {}],
  ['ListDelegatedAdministrators', principal],
  ['ListDelegatedServicesForAccount', { AccountId: alpha }],
  ['DescribeAccount', { AccountId: beta }],
];

/** alpha administers IAM Identity Center, beta nothing. */
const delegated = (): Founded => {
  const founded = found();
  founded.ask('EnableAWSServiceAccess', principal);
  founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId: alpha });
  return founded;
};

describe('who may do what in an organization', () => {
  it.each([...changes])('%s is for the management account alone', (operation, input) => {
    for (const accountId of [alpha, beta]) {
      const founded = delegated();
      expect(verdict(founded.ask(operation, input, founded.caller(accountId)))).toBe('AccessDeniedException');
    }
  });
  it.each([...reads])('%s is for the management account and administrators', (operation, input) => {
    const founded = delegated();
    const by = (accountId: string) => verdict(founded.ask(operation, input, founded.caller(accountId)));
    expect([by(management), by(alpha), by(beta)]).toEqual(['accepted', 'accepted', 'AccessDeniedException']);
  });
  it('DescribeOrganization is for any member', () => {
    const founded = delegated();
    for (const accountId of [management, alpha, beta]) {
      const answer = founded.ask('DescribeOrganization', {}, founded.caller(accountId));
      expect(answer).toMatchObject({
        Organization: { Id: founded.organization.id, MasterAccountId: management },
      });
    }
  });
  it.each([...changes, ...reads, ['DescribeOrganization', {}] as const])(
    '%s outside any organization: not in use',
    (operation, input) => {
      const founded = delegated();
      addAccount(founded.aws.world, { id: stranger });
      expect(verdict(founded.ask(operation, input, founded.caller(stranger)))).toBe(
        'AWSOrganizationsNotInUseException',
      );
    },
  );
  it('the management account of another organization sees its own', () => {
    const founded = delegated();
    const other = addOrganization(founded.aws.world, { managementAccountId: stranger });
    const answer = founded.ask('DescribeOrganization', {}, founded.caller(stranger));
    expect(answer).toMatchObject({ Organization: { Id: other.id } });
    expect(verdict(founded.ask('DescribeAccount', { AccountId: alpha }, founded.caller(stranger)))).toBe(
      'AccountNotFoundException',
    );
  });
});

describe('IAM Identity Center instances', () => {
  const list = (founded: Founded, accountId: string, region: string) =>
    founded.aws.actAs(founded.caller(accountId), region)('sso', 'ListInstances');
  it('are seen in their region, by their organization alone', () => {
    const founded = delegated();
    addAccount(founded.aws.world, { id: stranger });
    const instance = addIdentityCenter(founded.aws.world, {
      ownerAccountId: management,
      region: 'eu-west-1',
    });
    const seen = { Instances: [{ InstanceArn: instance.arn, OwnerAccountId: management, Status: 'ACTIVE' }] };
    expect(list(founded, management, 'eu-west-1')).toMatchObject(seen);
    expect(list(founded, beta, 'eu-west-1')).toMatchObject(seen);
    expect(list(founded, management, 'us-east-1')).toEqual({ Instances: [] });
    expect(list(founded, stranger, 'eu-west-1')).toEqual({ Instances: [] });
  });
  it('list their permission sets page by page', () => {
    const founded = delegated();
    const { world } = founded.aws;
    const { arn, permissionSets } = addIdentityCenter(world, {
      ownerAccountId: management,
      region: 'eu-west-1',
      permissionSets: 45,
    });
    const act = founded.aws.actAs(founded.owner, 'eu-west-1');
    const seen: unknown[] = [];
    let token: Members = {};
    for (;;) {
      const page = act('sso', 'ListPermissionSets', { InstanceArn: arn, ...token });
      seen.push(page['PermissionSets']);
      if (page['NextToken'] === undefined) break;
      token = { NextToken: page['NextToken'] };
    }
    expect(seen.flat().sort()).toEqual([...permissionSets].sort());
    expect(seen).toHaveLength(3);
  });
});
