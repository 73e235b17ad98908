import { describe, expect, it } from 'vitest';
import { awsService, identityCenterUser, roleSession, rootUser } from '../../../sandbox/aws/callers.ts';
import type { CloudRecord } from '../../../sandbox/aws/records.ts';
import { addOrganization, putRole } from '../../../sandbox/aws/seed.ts';
import { alpha, type Founded, found, management, sso, stranger, verdict } from './seeded.ts';

const principal = { ServicePrincipal: sso };

const listening = (founded: Founded): CloudRecord[] => {
  const records: CloudRecord[] = [];
  founded.aws.world.records.subscribe((record) => records.push(record));
  return records;
};
const names = (records: readonly CloudRecord[]) => records.map(({ eventName }) => eventName);

describe('the record of a call', () => {
  it('says what was asked, in the spelling of CloudTrail, and where it is kept', () => {
    const founded = found({ enableCreatesServiceLinkedRole: false });
    const records = listening(founded);
    founded.ask('EnableAWSServiceAccess', principal);
    founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId: alpha });
    expect(records).toMatchObject([
      {
        kind: 'AwsApiCall',
        eventName: 'EnableAWSServiceAccess',
        eventSource: 'organizations.amazonaws.com',
        account: management,
        region: 'us-east-1',
        readOnly: false,
        time: founded.clock.now(),
        requestParameters: { servicePrincipal: sso },
        responseElements: null,
      },
      { requestParameters: { servicePrincipal: sso, accountId: alpha } },
    ]);
    expect(records[0]).not.toHaveProperty('errorCode');
  });
  it('is made of reads and of refused calls too, and says so', () => {
    const founded = found();
    const records = listening(founded);
    founded.ask('DescribeOrganization');
    founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId: alpha });
    expect(records).toMatchObject([
      { eventName: 'DescribeOrganization', readOnly: true },
      { eventName: 'RegisterDelegatedAdministrator', errorCode: 'ConstraintViolationException' },
    ]);
  });
  it('is kept in the home region of the partition, whatever region was signed for', () => {
    const founded = found();
    addOrganization(founded.aws.world, { managementAccountId: stranger, partition: 'aws-cn' });
    const records = listening(founded);
    founded.aws.actAs(founded.caller(stranger), 'cn-north-1')('organizations', 'DescribeOrganization');
    expect(records).toMatchObject([{ region: 'cn-northwest-1', account: stranger }]);
  });
  it('names a session, the role behind it, and the person behind that', () => {
    const founded = found();
    const { world } = founded.aws;
    const role = putRole(world, management, { name: 'AWSReservedSSO_Admin_0123456789abcdef' });
    const session = roleSession(world, management, role, {
      sessionName: 'ada@example.com',
      onBehalfOf: { userId: 'u-1', identityStoreArn: 'arn:aws:identitystore::1:identitystore/d-1' },
      sourceIp: '203.0.113.9',
      fromConsole: true,
    });
    const records = listening(founded);
    founded.ask('DisableAWSServiceAccess', principal, session);
    expect(records).toMatchObject([
      {
        sourceIp: '203.0.113.9',
        caller: {
          type: 'AssumedRole',
          arn: `arn:aws:sts::${management}:assumed-role/${role.name}/ada@example.com`,
          sessionIssuer: { arn: role.arn, userName: role.name },
          onBehalfOf: { userId: 'u-1' },
          fromConsole: true,
        },
      },
    ]);
  });
  it('names the root user, an Identity Center user and a service', () => {
    const founded = found();
    const { world } = founded.aws;
    const records = listening(founded);
    const user = { userId: 'u-2', identityStoreId: 'd-0123456789' };
    for (const caller of [
      rootUser(world, management),
      identityCenterUser(world, management, user),
      awsService(management, 'controltower.amazonaws.com'),
    ]) {
      expect(verdict(founded.ask('DisableAWSServiceAccess', principal, caller))).toBe('accepted');
    }
    expect(records).toMatchObject([
      { caller: { type: 'Root', arn: `arn:aws:iam::${management}:root` } },
      { caller: { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u-2' } } },
      {
        caller: { type: 'AWSService', invokedBy: 'controltower.amazonaws.com' },
        sourceIp: 'controltower.amazonaws.com',
      },
    ]);
  });
});

describe('what AWS does by itself is recorded after the call that caused it', () => {
  it('an enabled service makes its role, once', () => {
    const founded = found();
    const records = listening(founded);
    founded.ask('EnableAWSServiceAccess', principal);
    founded.ask('DisableAWSServiceAccess', principal);
    founded.ask('EnableAWSServiceAccess', principal);
    expect(names(records)).toEqual([
      'EnableAWSServiceAccess',
      'CreateServiceLinkedRole',
      'DisableAWSServiceAccess',
      'EnableAWSServiceAccess',
    ]);
    expect(records[1]).toMatchObject({ eventSource: 'iam.amazonaws.com', caller: { invokedBy: sso } });
  });
  it('an account is closed in its own time', () => {
    const founded = found({ closeAccountDelay: 3000 });
    const records = listening(founded);
    founded.ask('CloseAccount', { AccountId: alpha });
    expect(founded.ask('DescribeAccount', { AccountId: alpha })).toMatchObject({
      Account: { State: 'PENDING_CLOSURE', Status: 'PENDING_CLOSURE' },
    });
    founded.clock.advance(3000);
    expect(records.filter(({ kind }) => kind === 'AwsServiceEvent')).toMatchObject([
      { eventName: 'CloseAccountResult', account: management },
    ]);
    expect(founded.ask('DescribeAccount', { AccountId: alpha })).toMatchObject({
      Account: { State: 'CLOSED' },
    });
  });
  it('a departure is reported to the management account', () => {
    const founded = found();
    const records = listening(founded);
    founded.ask('LeaveOrganization', {}, founded.caller(alpha));
    expect(records).toMatchObject([
      { eventName: 'LeaveOrganization', account: alpha },
      {
        eventName: 'AccountDepartedOrganization',
        account: management,
        serviceEventDetails: { accountId: alpha },
      },
    ]);
  });
});
