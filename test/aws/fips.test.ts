import { describe, expect, it, vi } from 'vitest';
import type { AwsCloud } from '../../src/aws/cloud.ts';
import { transportTrouble } from '../../src/aws/transportTrouble.ts';
import { TransportError } from '../../src/awsApi/failure.ts';
import { partitionOf } from '../../src/awsApi/partitions.ts';
import { management, prepare, read, start, startProxy, upstream } from './proxyFixture.ts';

prepare();

/** Uses every client there is for a resource. */
async function useAll(cloud: AwsCloud, region: string): Promise<void> {
  const organizations = cloud.open({ region });
  await organizations.callerAccount(read());
  await organizations.organization(read());
  await organizations.hasServiceLinkedRole('sso.amazonaws.com', 'AWSServiceRoleForSSO', read());
  const partition = partitionOf(region).id;
  const organization = { id: 'o-abcdefghij', managementAccountId: management, partition, allFeatures: true };
  await organizations.identityCenter(organization, region, read());
}

const fips = { AWS_USE_FIPS_ENDPOINT: 'true' };
const dualStack = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };

describe('FIPS and dual-stack endpoints', () => {
  it.each([
    [
      'us-east-1',
      fips,
      [
        'sts-fips.us-east-1.amazonaws.com',
        'organizations-fips.us-east-1.amazonaws.com',
        'iam-fips.amazonaws.com',
        // The only one that the documentation lists.
        'sso-fips.us-east-1.api.aws',
      ],
    ],
    [
      'us-gov-west-1',
      fips,
      [
        'sts.us-gov-west-1.amazonaws.com',
        'organizations.us-gov-west-1.amazonaws.com',
        'iam.us-gov.amazonaws.com',
        'sso.us-gov-west-1.amazonaws.com',
      ],
    ],
    [
      'us-east-1',
      dualStack,
      [
        'sts.us-east-1.api.aws',
        'organizations.us-east-1.api.aws',
        'iam.global.api.aws',
        'sso.us-east-1.api.aws',
      ],
    ],
  ])('use the documented name of every service in %s with %j', async (region, environment, hosts) => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_REGION', region);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await useAll(start(), region);
    expect([...new Set(proxy.passed.map(({ host }) => host))]).toEqual(hosts);
  });

  it.each([fips, dualStack])('an endpoint in AWS_ENDPOINT_URL goes before %j', async (environment) => {
    vi.stubEnv('AWS_ENDPOINT_URL', upstream.url);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await useAll(start(), 'us-east-1');
    expect(upstream.operations()).toEqual([
      'GetCallerIdentity',
      'DescribeOrganization',
      'GetRole',
      'ListInstances',
      'ListPermissionSets',
    ]);
  });

  it('an endpoint of one service leaves FIPS to the others', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
    vi.stubEnv('AWS_ENDPOINT_URL_SSO_ADMIN', upstream.url);
    await useAll(start(), 'us-east-1');
    expect(proxy.passed.map(({ host }) => host)).toEqual([
      'sts-fips.us-east-1.amazonaws.com',
      'organizations-fips.us-east-1.amazonaws.com',
      'iam-fips.amazonaws.com',
    ]);
    expect(upstream.operations()).toContain('ListInstances');
  });
});

describe('A name that AWS does not have', () => {
  const missing = (hostname: string) =>
    transportTrouble(hostname, Object.assign(new Error(), { code: 'ENOTFOUND' }))?.message;

  it.each([
    ['sts-fips.eu-west-1.amazonaws.com', 'AWS_USE_FIPS_ENDPOINT', 'AWS_ENDPOINT_URL_<SERVICE>'],
    ['iam-fips.amazonaws.com', 'AWS_USE_FIPS_ENDPOINT', 'AWS_ENDPOINT_URL_<SERVICE>'],
    ['sso-fips.eu-west-1.api.aws', 'AWS_USE_FIPS_ENDPOINT', 'AWS_ENDPOINT_URL_<SERVICE>'],
    [
      'portal.sso-fips.eu-west-1.amazonaws.com',
      'AWS_USE_FIPS_ENDPOINT',
      'credentials that do not come from IAM Identity Center',
    ],
    [
      'oidc-fips.us-east-1.amazonaws.com',
      'AWS_USE_FIPS_ENDPOINT',
      'credentials that do not come from IAM Identity Center',
    ],
    ['events.eu-west-1.api.aws', 'AWS_USE_DUALSTACK_ENDPOINT', 'AWS_ENDPOINT_URL_<SERVICE>'],
  ])('%s is reported with %s and the way out', (hostname, variable, remedy) => {
    expect(missing(hostname)).toContain(`${hostname} does not resolve (ENOTFOUND)`);
    expect(missing(hostname)).toContain(variable);
    expect(missing(hostname)).toContain(remedy);
  });

  it('keeps its original error when it is neither a FIPS nor a dual-stack name', () => {
    expect(missing('sts.eu-west-1.amazonaws.com')).toBeUndefined();
    expect(transportTrouble('x-fips.y', new TransportError('said', undefined))?.message).toBe('said');
  });
});
