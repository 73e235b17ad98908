import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Certificates, makeCertificates } from '../harness/certificates.ts';
import type { ConnectProxy } from '../harness/connectProxy.ts';
import { identity } from './loopback.ts';
import {
  certificates,
  folder,
  hosts,
  management,
  prepare,
  read,
  role,
  roleCredentials,
  signInWithIdentityCenter,
  start,
  startProxy,
  upstream,
  useProfile,
} from './proxyFixture.ts';

prepare();

describe('Through a proxy with a password and an authority of its own', () => {
  it('the operator assumes a role and reads its organization through the proxy', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    expect(await start().open({ roleArn: role }).organization(read())).toBeUndefined();
    expect(hosts(proxy)).toEqual([
      'sts.eu-west-1.amazonaws.com AssumeRole',
      'organizations.us-east-1.amazonaws.com DescribeOrganization',
    ]);
  });

  it('the operator exchanges a web identity through the proxy', async () => {
    const proxy = await startProxy();
    vi.stubEnv('https_proxy', proxy.url);
    await writeFile(join(folder, 'token'), 'a.b.c');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
    vi.stubEnv('AWS_ROLE_ARN', role);
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    expect(hosts(proxy)).toEqual([
      'sts.eu-west-1.amazonaws.com AssumeRoleWithWebIdentity',
      'sts.eu-west-1.amazonaws.com GetCallerIdentity',
    ]);
  });

  it('the operator renews the token of IAM Identity Center and fetches credentials through the proxy', async () => {
    const proxy = await startProxy({
      answer({ url = '' }, response) {
        const renewed = {
          accessToken: 'renewed',
          expiresIn: 3_600,
          tokenType: 'Bearer',
          refreshToken: 'next',
        };
        const body = url === '/token' ? renewed : url.startsWith('/federation') ? roleCredentials : undefined;
        if (body === undefined) return false;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        return true;
      },
    });
    vi.stubEnv('ALL_PROXY', proxy.url);
    await signInWithIdentityCenter();
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    expect(proxy.passed.map(({ host, path }) => `${host}${path}`)).toEqual([
      'oidc.eu-west-1.amazonaws.com/token',
      'portal.sso.eu-west-1.amazonaws.com/federation/credentials',
      'sts.eu-west-1.amazonaws.com/',
    ]);
    expect(upstream.received[0]?.authorization).toContain('AKIDSSO');
  });

  it('the operator assumes the role of a profile with credentials of a program through the proxy', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    await useProfile(
      '[profile p]\nrole_arn = arn:aws:iam::222222222222:role/r\nsource_profile = q\nregion = eu-west-1\n' +
        `[profile q]\ncredential_process = echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s"}'\n`,
    );
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    expect(hosts(proxy)).toEqual([
      'sts.eu-west-1.amazonaws.com AssumeRole',
      'sts.eu-west-1.amazonaws.com GetCallerIdentity',
    ]);
    expect(upstream.received[0]?.authorization).toContain('AKIDPROCESS');
  });

  it('one tunnel serves call after call', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const organizations = start().open(undefined);
    for (let call = 0; call < 5; call += 1) await organizations.organization(read());
    expect(proxy.passed).toHaveLength(5);
    expect(proxy.connects).toEqual(['organizations.us-east-1.amazonaws.com:443']);
  });

  it('calls side by side never have more tunnels open than connections are allowed', async () => {
    const proxy = await startProxy();
    expect(await sideBySide(proxy, 40)).toEqual(Array(40).fill(management));
    expect(proxy.passed).toHaveLength(40);
    expect(proxy.mostTunnels()).toBe(4);
  });

  it('a call whose answer is still being sent keeps its place among the allowed tunnels', async () => {
    const later = Promise.withResolvers<void>();
    let asked = 0;
    const proxy = await startProxy({
      async admit() {
        asked += 1;
        if (asked > 1) await later.promise;
      },
      answer(_request, response) {
        // The head alone, while three other tunnels are still being opened.
        response.writeHead(200, { 'content-type': 'text/xml' }).flushHeaders();
        setImmediate(later.resolve);
        const { xml = '' } = identity(management) as { xml?: string };
        void later.promise.then(() => setTimeout(() => response.end(xml), 50));
        return true;
      },
    });
    expect(await sideBySide(proxy, 8)).toEqual(Array(8).fill(management));
    expect(proxy.mostTunnels()).toBe(4);
  });

  it('the operator speaks TLS to a proxy whose URL says https://', async () => {
    await using own = await makeCertificates(['DNS:localhost']);
    const proxy = await startProxy({ own });
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    await trustBoth(own);
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    expect(proxy.connects).toEqual(['sts.eu-west-1.amazonaws.com:443']);
  });

  it.each([false, true])(
    'an http:// endpoint is asked of the proxy itself (proxy over TLS: %s)',
    async (secure) => {
      await using own = await makeCertificates(['DNS:localhost']);
      const proxy = await startProxy(secure ? { own } : {});
      await trustBoth(own);
      vi.stubEnv('HTTP_PROXY', proxy.url);
      vi.stubEnv('AWS_ENDPOINT_URL', 'http://aws.example.com:5000/base');
      expect(await start().open(undefined).callerAccount(read())).toBe(management);
      expect(proxy.connects).toEqual([]);
      expect(proxy.passed).toEqual([
        { host: 'aws.example.com', path: '/base/', operation: 'GetCallerIdentity', tunnelled: false },
      ]);
    },
  );
});

describe('Past a proxy', () => {
  it('calls to endpoints on 127.0.0.1 and [::1] go past the proxy', async () => {
    const proxy = await startProxy();
    vi.stubEnv('ALL_PROXY', proxy.url);
    vi.stubEnv('AWS_ENDPOINT_URL', upstream.url);
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    await using six = await onLoopbackSix();
    vi.stubEnv('AWS_ENDPOINT_URL', six.url);
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    expect(proxy.passed).toEqual([]);
    expect(proxy.connects).toEqual([]);
  });

  it('questions for the credentials of a container go past the proxy', async () => {
    const proxy = await startProxy();
    vi.stubEnv('ALL_PROXY', proxy.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    await using agent = await onLoopbackSix({
      AccessKeyId: 'AKIDPOD',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: '2099-01-01T00:00:00Z',
    });
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${agent.url}/v1/credentials`);
    expect(await start().open(undefined).callerAccount(read())).toBe(management);
    expect(hosts(proxy)).toEqual(['sts.eu-west-1.amazonaws.com GetCallerIdentity']);
    expect(upstream.received[0]?.authorization).toContain('AKIDPOD');
  });
});

/** Accounts that so many calls at once through the proxy are answered with, four connections allowed. */
async function sideBySide(proxy: ConnectProxy, count: number) {
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(await start(3_000, 4).clientSettings(undefined));
  const calls = Array.from({ length: count }, () => client.send(new GetCallerIdentityCommand({})));
  return (await Promise.all(calls)).map(({ Account }) => Account);
}

/** The authorities of the proxy and of what it opens, in one file. */
async function trustBoth({ authority }: Certificates): Promise<void> {
  await writeFile(join(folder, 'authorities.pem'), `${authority}\n# another\n${certificates.authority}`);
  vi.stubEnv('AWS_CA_BUNDLE', join(folder, 'authorities.pem'));
}

/** A server on [::1] that answers with that JSON, or as STS does. */
async function onLoopbackSix(json?: Readonly<Record<string, string>>) {
  const server = createServer((_request, response) => {
    const answer = identity(management);
    const xml = typeof answer === 'object' && 'xml' in answer ? answer.xml : '';
    response
      .writeHead(200, { 'content-type': json ? 'application/json' : 'text/xml' })
      .end(json ? JSON.stringify(json) : xml);
  });
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://[::1]:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
