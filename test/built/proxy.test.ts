/** The built executable behind a company's proxy, which wants a password and signs certificates by itself. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { first, manifest } from '../cluster/fixture.ts';
import { openAwsWithEvents } from '../faults/awsWithEvents.ts';
import { runBinary, runToEnd } from '../harness/binary.ts';
import { type Certificates, makeCertificates } from '../harness/certificates.ts';
import { type ConnectProxy, startConnectProxy } from '../harness/connectProxy.ts';
import { eventually } from '../harness/eventually.ts';

const password = 's3cret-word';
const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0', '--log-level=debug'];

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates([
    ...[
      '*.amazonaws.com',
      '*.us-east-1.amazonaws.com',
      '*.eu-west-1.amazonaws.com',
      '*.us-east-1.api.aws',
    ].map((name) => `DNS:${name}`),
    'DNS:localhost',
  ]);
});
afterAll(() => certificates[Symbol.asyncDispose]());

/** An AWS that is reached through the proxy alone, and a folder with one manifest. */
async function behindProxy(settings: NodeJS.ProcessEnv = {}) {
  const aws = await openAwsWithEvents();
  const { AWS_ENDPOINT_URL: upstream, ...credentials } = aws.environment;
  const proxy = await startConnectProxy({ certificates, upstream, credentials: `operator:${password}` });
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-proxy-'));
  await writeFile(join(folder, 'sso.yaml'), manifest({ spec: `delegatedAdministrators: ["${first}"]` }));
  return {
    aws,
    proxy,
    folder,
    environment: {
      ...credentials,
      HTTPS_PROXY: proxy.url,
      AWS_CA_BUNDLE: certificates.authorityFile,
      ...settings,
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await aws[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const operationsAt = ({ passed }: ConnectProxy, host: string) =>
  passed.filter((one) => one.host === host).map(({ operation }) => operation);
const isReceive = ({ operation }: { operation: string }) => operation === 'ReceiveMessage';

describe('The built executable behind a proxy', () => {
  it('doctor reaches every service through the proxy and shows no password', async () => {
    await using fixture = await behindProxy();
    const { proxy, environment } = fixture;
    const { code, stdout, stderr } = await runToEnd(
      ['doctor', '--no-cluster', '--event-queue', fixture.aws.queue],
      environment,
    );
    expect(stdout + stderr).not.toContain(password);
    expect(stdout).toContain(`through http://${proxy.host} (HTTPS_PROXY): sts.us-east-1.amazonaws.com`);
    expect(code, stdout).toBe(0);
    const called = (host: string) => operationsAt(proxy, `${host}.amazonaws.com`);
    expect(called('sts.us-east-1')).toContain('GetCallerIdentity');
    expect(called('organizations.us-east-1')).toContain('ListAWSServiceAccessForOrganization');
    expect(called('iam')).toContain('GetRole');
    expect(called('sso.eu-west-1')).toContain('ListInstances');
    expect(called('cloudtrail.us-east-1')).toContain('DescribeTrails');
    expect(called('events.us-east-1')).toContain('PutEvents');
    expect(called('sqs.us-east-1')).toContain('ReceiveMessage');
  });

  it.each([
    ['', {}, ['sqs.us-east-1.amazonaws.com', 'organizations.us-east-1.amazonaws.com']],
    [
      ' at FIPS endpoints',
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      ['sqs-fips.us-east-1.amazonaws.com', 'organizations-fips.us-east-1.amazonaws.com'],
    ],
    [
      ' at dual-stack endpoints',
      { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      ['sqs.us-east-1.api.aws', 'organizations.us-east-1.api.aws'],
    ],
  ])(
    'run reads the queue and changes AWS%s over few tunnels',
    async (_where, settings, [sqs = '', orgs = '']) => {
      await using fixture = await behindProxy(settings);
      const { proxy, environment, folder, aws } = fixture;
      await using operator = await runBinary(
        ['run', `--manifests=${folder}`, `--event-queue=${aws.queue}`, ...off],
        environment,
      );
      await eventually(() => {
        expect(aws.administrators()).toEqual([first]);
        expect(proxy.passed.filter(isReceive).length).toBeGreaterThan(1);
      });
      const status = await eventually(() => readFile(join(folder, '.status', 'sso.yaml'), 'utf8'));
      await operator.stop();
      expect(operatorsHosts(proxy)).toEqual(expect.arrayContaining([sqs, orgs]));
      expect(operationsAt(proxy, orgs)).toContain('RegisterDelegatedAdministrator');
      expect(new Set(proxy.passed.filter(isReceive).map(({ host }) => host))).toEqual(new Set([sqs]));
      // Calls side by side need a connection each; those after one another share it.
      const tunnels = proxy.connects.filter((target) => target === `${orgs}:443`).length;
      expect(tunnels).toBeLessThan(operationsAt(proxy, orgs).length / 2);
      expect(operator.stdout() + operator.stderr() + status).not.toContain(password);
    },
  );

  it('a wrong password is logged with the variable and without the password', async () => {
    await using fixture = await behindProxy();
    const HTTPS_PROXY = `http://operator:wr0ng-word@${fixture.proxy.host}`;
    const { code, stdout, stderr } = await runToEnd(
      ['run', '--once', `--manifests=${fixture.folder}`, ...off],
      { ...fixture.environment, HTTPS_PROXY },
    );
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('407 Proxy Authentication Required');
    expect(stdout + stderr).toContain('Check the user name and password in HTTPS_PROXY');
    expect(stdout + stderr).not.toContain('wr0ng-word');
    expect(fixture.proxy.passed).toEqual([]);
  });

  it.each([
    ['AWS_ENDPOINT_URL on 127.0.0.1', '127.0.0.1', ['']],
    ['AWS_ENDPOINT_URL on [::1]', '::1', ['']],
    [
      'AWS_ENDPOINT_URL_* on [::1]',
      '::1',
      ['_STS', '_ORGANIZATIONS', '_ACCOUNT', '_IAM', '_SSO_ADMIN', '_SQS', '_EVENTBRIDGE', '_CLOUDTRAIL'],
    ],
  ])('run reaches every service at %s past the proxy', async (_what, address, services) => {
    await using fixture = await behindProxy();
    const { aws, proxy, folder, environment } = fixture;
    await using relay = await relayTo(aws.environment.AWS_ENDPOINT_URL, address);
    const past = Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL${service}`, relay.url]));
    await using operator = await runBinary(
      ['run', `--manifests=${folder}`, `--event-queue=${aws.queue}`, ...off],
      { ...environment, ...past },
    );
    await eventually(() => {
      expect(aws.administrators()).toEqual([first]);
      expect(aws.aws.journal.entries().map(({ operation }) => operation)).toContain('ReceiveMessage');
    });
    await operator.stop();
    expect(proxy.connects).toEqual([]);
    expect(proxy.passed).toEqual([]);
  });
});

/** The same server at another address of loopback. */
async function relayTo(upstream: string, address: string) {
  const port = Number(new URL(upstream).port);
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].map((one) => one.destroy()));
  });
  server.listen(0, address);
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${own}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

function operatorsHosts({ passed }: ConnectProxy): string[] {
  return [...new Set(passed.map(({ host }) => host))];
}
