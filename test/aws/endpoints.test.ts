import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsCloud, createCloud } from '../../src/aws/cloud.ts';
import { organizationsRegion, partitionOf } from '../../src/awsApi/partitions.ts';
import { realClock } from './clocks.ts';
import { assumed, identity, isolateFromMachine, type Loopback, startLoopback } from './loopback.ts';

const management = '111111111111';
const servers: Loopback[] = [];
let cloud: AwsCloud | undefined;

beforeEach(isolateFromMachine);
afterEach(async () => {
  cloud?.close();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  vi.unstubAllEnvs();
});

async function simulated(): Promise<Loopback> {
  const server = await startLoopback({
    AssumeRole: () => assumed('AKIDROLE'),
    AssumeRoleWithWebIdentity: () => ({
      xml: '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>',
    }),
    GetCallerIdentity: () => identity(management),
    DescribeOrganization: () => ({ error: 'AWSOrganizationsNotInUseException' }),
    GetRole: () => ({ error: 'NoSuchEntity', status: 404 }),
    ListInstances: () => ({
      body: {
        Instances: [
          { InstanceArn: 'arn:aws:sso:::instance/i', OwnerAccountId: management, Status: 'ACTIVE' },
        ],
      },
    }),
    // In use, so that one region is enough.
    ListPermissionSets: () => ({ body: { PermissionSets: ['a'] } }),
  });
  servers.push(server);
  return server;
}

function start(): AwsCloud {
  cloud = createCloud({ clock: realClock, random: Math.random });
  return cloud;
}

const read = () => ({ notBefore: Date.now(), signal: new AbortController().signal });
const organization = {
  id: 'o-abcdefghij',
  managementAccountId: management,
  partition: 'aws',
  allFeatures: true,
};

/** Uses every client there is. */
async function useAll(target?: Parameters<AwsCloud['open']>[0]): Promise<void> {
  const organizations = start().open(target);
  await organizations.callerAccount(read());
  await organizations.organization(read());
  await organizations.hasServiceLinkedRole('sso.amazonaws.com', 'AWSServiceRoleForSSO', read());
  await organizations.identityCenter(organization, undefined, read());
}

const scopeOf = (authorization: string) =>
  /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization)?.slice(1);

describe('AWS_ENDPOINT_URL', () => {
  it('is where every client goes, the one that assumes roles included', async () => {
    const server = await simulated();
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    await useAll();
    await useAll({ roleArn: `arn:aws:iam::${management}:role/operator` });
    expect(new Set(server.operations())).toEqual(
      new Set([
        'GetCallerIdentity',
        'DescribeOrganization',
        'GetRole',
        'ListInstances',
        'ListPermissionSets',
        'AssumeRole',
      ]),
    );
  });

  it('is overridden by the variable of one service', async () => {
    const general = await simulated();
    const own = {
      ORGANIZATIONS: await simulated(),
      IAM: await simulated(),
      SSO_ADMIN: await simulated(),
      STS: await simulated(),
    };
    vi.stubEnv('AWS_ENDPOINT_URL', general.url);
    for (const [service, { url }] of Object.entries(own)) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, url);
    await useAll({ roleArn: `arn:aws:iam::${management}:role/operator` });
    expect(general.received).toEqual([]);
    expect(own.STS.operations()).toEqual(['AssumeRole']);
    expect(own.ORGANIZATIONS.operations()).toEqual(['DescribeOrganization']);
    expect(own.IAM.operations()).toEqual(['GetRole']);
    expect(own.SSO_ADMIN.operations()).toEqual(['ListInstances', 'ListPermissionSets']);
  });

  it('is where web identities are exchanged, as in a pod with a service account', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'web-identity-'));
    try {
      const token = join(folder, 'token');
      await writeFile(token, 'a.b.c');
      const server = await simulated();
      vi.stubEnv('AWS_ENDPOINT_URL_STS', server.url);
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
      vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', token);
      vi.stubEnv('AWS_ROLE_ARN', `arn:aws:iam::${management}:role/pod`);
      expect(await start().open(undefined).callerAccount(read())).toBe(management);
      expect(server.operations()).toEqual(['AssumeRoleWithWebIdentity', 'GetCallerIdentity']);
      expect(server.received[1]?.authorization).toContain('AKIDWEB');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the region calls are signed for', () => {
  const role = (partition: string) => `arn:${partition}:iam::${management}:role/operator`;
  it.each([
    ['where the operator runs', undefined, ['us-east-1', 'organizations'], ['eu-west-1', 'sts']],
    ['of a commercial role', { roleArn: role('aws') }, ['us-east-1', 'organizations'], ['eu-west-1', 'sts']],
    [
      'of a Chinese role',
      { roleArn: role('aws-cn') },
      ['cn-northwest-1', 'organizations'],
      ['cn-northwest-1', 'sts'],
    ],
    [
      'of a role in GovCloud',
      { roleArn: role('aws-us-gov') },
      ['us-gov-west-1', 'organizations'],
      ['us-gov-west-1', 'sts'],
    ],
    [
      'of the European sovereign cloud',
      { region: 'eusc-de-east-1' },
      ['eusc-de-east-1', 'organizations'],
      ['eusc-de-east-1', 'sts'],
    ],
    [
      'that the resource names',
      { roleArn: role('aws-cn'), region: 'cn-north-1' },
      ['cn-northwest-1', 'organizations'],
      ['cn-north-1', 'sts'],
    ],
  ])('is that %s', async (_, target, organizations, sts) => {
    const server = await simulated();
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    const opened = start().open(target);
    await opened.organization(read());
    await opened.callerAccount(read());
    const scopes = new Map(
      server.received.map(({ operation, authorization }) => [operation, scopeOf(authorization)]),
    );
    expect(scopes.get('DescribeOrganization')).toEqual(organizations);
    expect(scopes.get('AssumeRole') ?? scopes.get('GetCallerIdentity')).toEqual(sts);
  });

  it.each([
    ['us-east-1', 'https://organizations.us-east-1.amazonaws.com/'],
    ['cn-northwest-1', 'https://organizations.cn-northwest-1.amazonaws.com.cn/'],
    ['us-gov-west-1', 'https://organizations.us-gov-west-1.amazonaws.com/'],
    ['us-iso-east-1', 'https://organizations.us-iso-east-1.c2s.ic.gov/'],
    ['us-isob-east-1', 'https://organizations.us-isob-east-1.sc2s.sgov.gov/'],
    ['eu-isoe-west-1', 'https://organizations.eu-isoe-west-1.cloud.adc-e.uk/'],
    ['us-isof-south-1', 'https://organizations.us-isof-south-1.csp.hci.ic.gov/'],
    ['eusc-de-east-1', 'https://organizations.eusc-de-east-1.amazonaws.eu/'],
  ])('%s has the endpoint of its partition', (region, url) => {
    expect(organizationsRegion(partitionOf(region).id)).toBe(region);
    const { endpointProvider } = new OrganizationsClient({ region }).config;
    expect(endpointProvider({ Region: region }).url.href).toBe(url);
  });

  it('is regional for the other services and global for IAM', () => {
    const sts = new STSClient({ region: 'eu-west-1' }).config;
    const iam = new IAMClient({ region: 'us-east-1' }).config;
    const identityCenter = new SSOAdminClient({ region: 'eu-west-1' }).config;
    expect(sts.endpointProvider({ Region: 'eu-west-1' }).url.host).toBe('sts.eu-west-1.amazonaws.com');
    expect(iam.endpointProvider({ Region: 'us-east-1' }).url.host).toBe('iam.amazonaws.com');
    expect(identityCenter.endpointProvider({ Region: 'eu-west-1' }).url.host).toBe(
      'sso.eu-west-1.amazonaws.com',
    );
  });
});
