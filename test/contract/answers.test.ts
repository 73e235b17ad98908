import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount, addIdentityCenter, join, putRole } from '../../sandbox/aws/seed.ts';
import type { Members } from '../../sandbox/aws/service.ts';
import { rules } from '../sandbox/aws/ruleTable.ts';
import { alpha, beta, type Founded, found, management, sso, stranger } from '../sandbox/aws/seeded.ts';
import { type ModelWatch, watchModels } from './modelWatch.ts';

const services = ['organizations', 'sts', 'iam', 'sso', 'account'];
const principal = { ServicePrincipal: sso };

describe('every refusal of the rules is one that AWS has', () => {
  for (const [what, ask, expected, settings] of rules) {
    it(what, async () => {
      const founded = found(settings);
      const watch = await watchModels(founded.aws.journal, services);
      ask(founded);
      expect(watch.complaints()).toEqual([]);
      if (expected !== 'accepted') expect(refusals(founded).length).toBeGreaterThan(0);
    });
  }
});

const refusals = ({ aws }: Founded) =>
  aws.journal.entries().filter(({ result }) => result.kind === 'Refused');

describe('every operation answers in the shape of its model', () => {
  const founded = found();
  let watch: ModelWatch;

  beforeAll(async () => {
    watch = await watchModels(founded.aws.journal, services);
    addAccount(founded.aws.world, { id: stranger });
    join(founded.aws.world, founded.organization, stranger, 'INVITED');
    lifeOfAnOrganization(founded);
  });

  it('uses no word that AWS does not document', () => expect(watch.complaints()).toEqual([]));

  for (const service of founded.aws.world.services.values()) {
    it.each([...service.operations.keys()])(`${service.name} %s`, (operation) => {
      const answered = founded.aws.journal
        .entries()
        .some((entry) => entry.operation === operation && entry.result.kind === 'Answered');
      expect(answered).toBe(true);
    });
  }
});

/** Everything that can be asked, in an order in which it is granted. */
function lifeOfAnOrganization({ aws, owner, caller }: Founded): void {
  const { world } = aws;
  const act = aws.actAs(owner);
  const ask = (operation: string, input: Members = {}) => act('organizations', operation, input);
  ask('EnableAWSServiceAccess', principal);
  ask('RegisterDelegatedAdministrator', { ...principal, AccountId: alpha });
  ask('ListAWSServiceAccessForOrganization');
  ask('ListDelegatedAdministrators');
  ask('ListDelegatedServicesForAccount', { AccountId: alpha });
  ask('DescribeOrganization');
  ask('DescribeAccount', { AccountId: alpha });
  identityCenterAndRoles(aws, owner, caller(beta));
  aws.actAs(caller(stranger))('organizations', 'LeaveOrganization');
  ask('DeregisterDelegatedAdministrator', { ...principal, AccountId: alpha });
  ask('DisableAWSServiceAccess', principal);
  ask('CloseAccount', { AccountId: beta });
  for (const account of world.state.accounts.values()) {
    const member = account.membership.at(-1)?.value.organizationId !== undefined;
    if (member && account.id !== management) ask('RemoveAccountFromOrganization', { AccountId: account.id });
  }
}

function identityCenterAndRoles(
  aws: Founded['aws'],
  owner: Founded['owner'],
  member: Founded['owner'],
): void {
  const act = aws.actAs(owner);
  act('sts', 'GetCallerIdentity');
  act('sts', 'AssumeRole', {
    RoleArn: putRole(aws.world, management, { name: 'operator' }).arn,
    RoleSessionName: 'me',
  });
  act('iam', 'GetRole', { RoleName: 'AWSServiceRoleForSSO' });
  act('iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn: putRole(aws.world, management, { name: 'operator' }).arn,
    'ActionNames.member.1': 'organizations:EnableAWSServiceAccess',
  });
  const RoleName = 'forwarding';
  const PolicyName = 'put-events';
  const Version = '2012-10-17';
  const trusted = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version, Statement: [trusted] });
  const allowed = { Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version, Statement: [allowed] });
  const tags = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'identity' };
  act('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument, Description: 'x', ...tags });
  act('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument: AssumeRolePolicyDocument });
  act('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument });
  act('iam', 'GetRolePolicy', { RoleName, PolicyName });
  act('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
  act('iam', 'DeleteRole', { RoleName });
  act('account', 'ListRegions');
  const where = { ownerAccountId: member.accountId, region: 'us-east-1' };
  const { arn: InstanceArn } = addIdentityCenter(aws.world, where);
  for (const operation of ['ListInstances', 'DescribeInstance', 'ListPermissionSets', 'ListApplications']) {
    aws.actAs(member)('sso', operation, operation === 'ListInstances' ? {} : { InstanceArn });
  }
}
