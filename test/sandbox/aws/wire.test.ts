import {
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  ListAWSServiceAccessForOrganizationCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { ListInstancesCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addIdentityCenter, issueKeys, putRole } from '../../../sandbox/aws/seed.ts';
import { type Founded, found, management, sso } from './seeded.ts';

const enable = new EnableAWSServiceAccessCommand({ ServicePrincipal: sso });
const list = new ListAWSServiceAccessForOrganizationCommand({});

let founded: Founded;
let endpoint: string;
let keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

beforeEach(async () => {
  founded = found();
  endpoint = await founded.aws.start();
  keys = issueKeys(founded.aws.world, founded.owner);
});
afterEach(() => founded.aws.stop());

const client = (credentials = keys, maxAttempts = 1) =>
  new OrganizationsClient({ endpoint, region: 'us-east-1', credentials, maxAttempts });

describe('over the wire', () => {
  it('the request id the caller sees is the one in the journal and in the record', async () => {
    const ids: string[] = [];
    founded.aws.world.records.subscribe((record) => {
      if (record.kind === 'AwsApiCall') ids.push(record.requestId);
    });
    const { $metadata } = await client().send(enable);
    expect(ids[0]).toBe($metadata.requestId);
    expect(founded.aws.journal.writes()[0]).toMatchObject({ requestId: $metadata.requestId });
  });
  it('the journal knows who asked for what with which program, and that nothing was written', async () => {
    await client().send(new DescribeOrganizationCommand({}));
    expect(founded.aws.journal.entries()).toMatchObject([
      {
        service: 'organizations',
        operation: 'DescribeOrganization',
        readOnly: true,
        caller: { arn: founded.owner.arn, accessKeyId: keys.accessKeyId },
        userAgent: expect.stringContaining('aws-sdk-js'),
        result: { kind: 'Answered' },
      },
    ]);
    expect(founded.aws.journal.writes()).toEqual([]);
  });
  it('a throttled call says so in a way the SDK retries', async () => {
    founded.ask('EnableAWSServiceAccess', { ServicePrincipal: sso });
    for (let i = 0; i < 3; i++) await client().send(list);
    const refusal = await client()
      .send(list)
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      name: 'TooManyRequestsException',
      Type: expect.any(String),
      $metadata: { httpStatusCode: 400 },
    });
    const retried = client(keys, 3).send(list);
    while (founded.aws.journal.count('ListAWSServiceAccessForOrganization') < 5) await tick();
    founded.clock.advance(1000);
    expect((await retried).$metadata.attempts).toBeGreaterThan(1);
  });
  it('a session that expired is reported so', async () => {
    const role = putRole(founded.aws.world, management, { name: 'operator' });
    const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: keys });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'me' }),
    );
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    await client(session).send(list);
    founded.clock.advance(3_600_000);
    await expect(client(session).send(list)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
    const late = new STSClient({ endpoint, region: 'us-east-1', credentials: session });
    await expect(late.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: expect.stringMatching(/^ExpiredToken/),
    });
  });
  it('a session without its token, or with another, is not recognized', async () => {
    const role = putRole(founded.aws.world, management, { name: 'operator' });
    const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: keys });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'me' }),
    );
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
    };
    for (const credentials of [session, { ...session, sessionToken: 'stolen' }]) {
      await expect(client(credentials).send(list)).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
      });
    }
  });
  it('the record says from where and with what, unless the identity sits elsewhere', async () => {
    const seen: unknown[] = [];
    founded.aws.world.records.subscribe((record) => {
      if (record.kind === 'AwsApiCall') seen.push(record.sourceIp, record.userAgent);
    });
    await client().send(list);
    await client(issueKeys(founded.aws.world, { ...founded.owner, sourceIp: '203.0.113.9' })).send(list);
    const program = expect.stringContaining('aws-sdk-js');
    expect(seen).toEqual(['127.0.0.1', program, '203.0.113.9', program]);
  });
  it('unknown keys are refused in the words of each protocol', async () => {
    const unknown = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    await expect(client(unknown).send(list)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
    const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: unknown });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });
  it('Identity Center answers for the region that was signed for', async () => {
    addIdentityCenter(founded.aws.world, { ownerAccountId: management, region: 'eu-west-1' });
    const count = async (region: string) => {
      const sso = new SSOAdminClient({ endpoint, region, credentials: keys });
      return (await sso.send(new ListInstancesCommand({}))).Instances?.length;
    };
    expect([await count('eu-west-1'), await count('us-east-1')]).toEqual([1, 0]);
  });
  it.each([
    [
      'an operation nobody knows',
      { 'x-amz-target': 'AWSOrganizationsV20161128.Dance' },
      '{}',
      'UnknownOperation',
    ],
    [
      'a body that is no JSON',
      { 'x-amz-target': 'AWSOrganizationsV20161128.ListRoots' },
      '{',
      'UnknownOperation',
    ],
    [
      'no signature',
      { 'x-amz-target': 'AWSOrganizationsV20161128.DescribeAccount' },
      '{}',
      'MissingAuthenticationToken',
    ],
    [
      'a body cut short',
      { 'x-amz-target': 'AWSOrganizationsV20161128.DescribeAccount' },
      '{"a"',
      'Serialization',
    ],
    ['an action nobody knows', {}, 'Action=Dance&Version=2011-06-15', 'InvalidAction'],
    ['nothing at all', {}, '', 'InvalidAction'],
  ])('%s is refused without harm', async (_, headers, body, code) => {
    const response = await fetch(endpoint, { method: 'POST', headers, body });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).toContain(code);
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

/** Lets what is under way go on; polling of a real socket, bounded by the test's own time-out. */
const tick = () => new Promise((resolve) => setImmediate(resolve));
