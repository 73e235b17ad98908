import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { type AwsCloud, createCloud } from '../../src/aws/cloud.ts';
import { type Certificates, makeCertificates } from '../harness/certificates.ts';
import { type ConnectProxy, type ConnectProxyOptions, startConnectProxy } from '../harness/connectProxy.ts';
import { realClock } from './clocks.ts';
import { assumed, identity, isolateFromMachine, type Loopback, startLoopback } from './loopback.ts';

export const management = '111111111111';
export const role = `arn:aws:iam::${management}:role/operator`;
const credentials = 'operator:s3cret-word';

export let certificates: Certificates;
export let folder: string;
export let upstream: Loopback;
export const proxies: ConnectProxy[] = [];
let cloud: AwsCloud | undefined;

const webIdentity = {
  xml: '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>',
};
const instance = { InstanceArn: 'arn:aws:sso:::instance/i', OwnerAccountId: management, Status: 'ACTIVE' };
/** The portal's answer to GetRoleCredentials. */
export const roleCredentials = {
  roleCredentials: {
    accessKeyId: 'AKIDSSO',
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: 4_070_908_800_000,
  },
};

/** Each test gets a machine that knows no AWS, certificates, an AWS to answer, and all closed behind it. */
export function prepare(): void {
  beforeAll(async () => {
    certificates = await makeCertificates([
      ...['', 'eu-west-1.', 'us-east-1.', 'us-gov-west-1.', 'us-gov.', 'sso.eu-west-1.'].map(
        (region) => `DNS:*.${region}amazonaws.com`,
      ),
      'DNS:*.us-east-1.api.aws',
      'DNS:*.global.api.aws',
      'DNS:localhost',
    ]);
  });
  afterAll(() => certificates[Symbol.asyncDispose]());
  beforeEach(async () => {
    isolateFromMachine();
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
      vi.stubEnv(name, undefined);
      vi.stubEnv(name.toLowerCase(), undefined);
    }
    vi.stubEnv('AWS_CA_BUNDLE', certificates.authorityFile);
    folder = await mkdtemp(join(tmpdir(), 'trusted-access-proxy-'));
    upstream = await startLoopback({
      AssumeRole: () => assumed('AKIDROLE'),
      AssumeRoleWithWebIdentity: () => webIdentity,
      GetCallerIdentity: () => identity(management),
      DescribeOrganization: () => ({ error: 'AWSOrganizationsNotInUseException' }),
      GetRole: () => ({ error: 'NoSuchEntity', status: 404 }),
      ListInstances: () => ({ body: { Instances: [instance] } }),
      ListPermissionSets: () => ({ body: { PermissionSets: ['arn:aws:sso:::permissionSet/i/p'] } }),
    });
  });
  afterEach(async () => {
    cloud?.close();
    for (const proxy of proxies.splice(0)) await proxy[Symbol.asyncDispose]();
    await upstream.stop();
    await rm(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
}

/** A company's proxy between the operator and `upstream`. */
export async function startProxy(options: Partial<ConnectProxyOptions> = {}): Promise<ConnectProxy> {
  const proxy = await startConnectProxy({ certificates, upstream: upstream.url, credentials, ...options });
  proxies.push(proxy);
  return proxy;
}

export function start(connectMilliseconds = 3_000, sockets = 64): AwsCloud {
  cloud = createCloud({
    clock: realClock,
    random: Math.random,
    limits: { connectMilliseconds, callMilliseconds: 8_000, sockets },
  });
  return cloud;
}

export const read = () => ({ notBefore: Date.now(), signal: new AbortController().signal });
/** Host and operation of every request that passed. */
export const hosts = ({ passed }: ConnectProxy) =>
  passed.map(({ host, operation }) => `${host} ${operation}`);

/** The process's credentials are those of the profile `p`. */
export async function useProfile(config: string): Promise<void> {
  await writeFile(join(folder, 'config'), config);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_PROFILE', 'p');
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
}

/** What `aws sso login` leaves behind, an hour after its token expired. */
export async function signInWithIdentityCenter(): Promise<void> {
  const session = 'sso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n';
  await useProfile(
    `[profile p]\nsso_session = s\nsso_account_id = ${management}\nsso_role_name = r\n[sso-session s]\n${session}`,
  );
  vi.stubEnv('HOME', folder);
  await mkdir(join(folder, '.aws', 'sso', 'cache'), { recursive: true });
  const token = {
    accessToken: 'old',
    expiresAt: new Date(Date.now() - 3_600_000).toISOString(),
    refreshToken: 'refresh',
    clientId: 'id',
    clientSecret: 'secret',
    registrationExpiresAt: '2099-01-01T00:00:00Z',
  };
  // Named by the SHA-1 of the session's name.
  const name = 'a0f1490a20d0211c997b44bc357e1972deab8ae3.json';
  await writeFile(join(folder, '.aws', 'sso', 'cache', name), JSON.stringify(token));
}
