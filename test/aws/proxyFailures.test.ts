import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { untrusted } from '../../src/aws/authorities.ts';
import { makeCertificates } from '../harness/certificates.ts';
import { eventually } from '../harness/eventually.ts';
import { folder, management, prepare, proxies, read, start, startProxy } from './proxyFixture.ts';
import { refusal } from './scripted.ts';

prepare();

describe('When a proxy fails', () => {
  it('a wrong proxy password is reported with the variable and without the password', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url.replace('s3cret-word', 'wr0ng-word'));
    const { message, kind } = await refusal(start().open(undefined).callerAccount(read()));
    expect(kind).toBe('transient');
    expect(message).toBe(
      `proxy http://${proxy.host} (HTTPS_PROXY) answered 407 Proxy Authentication Required for sts.eu-west-1.amazonaws.com:443. Check the user name and password in HTTPS_PROXY`,
    );
    expect(proxy.connects).toHaveLength(1);
    await eventually(() => expect(proxy.connections()).toBe(0));
  });

  it('a missing proxy password is asked for', async () => {
    const proxy = await startProxy();
    vi.stubEnv('https_proxy', `http://${proxy.host}`);
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toContain('Set a user name and password in https_proxy');
  });

  it('a host that the proxy does not allow is named', async () => {
    const proxy = await startProxy();
    proxy.refusal = { status: 403 };
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toContain('answered 403 Forbidden for sts.eu-west-1.amazonaws.com:443');
    expect(message).toContain('NO_PROXY');
  });

  it.each([
    ['never answers', 'Silence', 'ETIMEDOUT'],
    ['hangs up', 'Reset', 'ECONNRESET'],
  ] as const)('a proxy that %s is named, and no connection to it is left', async (_what, trouble, code) => {
    const proxy = await startProxy();
    proxy.refusal = trouble;
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const organizations = start(200).open(undefined);
    const { message } = await refusal(organizations.callerAccount(read()));
    expect(message).toBe(
      `proxy http://${proxy.host} (HTTPS_PROXY) cannot be reached (${code}). Check HTTPS_PROXY and the network`,
    );
    await eventually(() => expect(proxy.connections()).toBe(0));
    proxy.refusal = undefined;
    expect(await organizations.callerAccount(read())).toBe(management);
  });

  it('names a proxy that refuses connections', async () => {
    const proxy = await startProxy();
    await proxies.pop()?.[Symbol.asyncDispose]();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toContain(`proxy http://${proxy.host} (HTTPS_PROXY) cannot be reached (ECONNREFUSED)`);
  });

  it('a certificate of an unknown authority is reported with AWS_CA_BUNDLE', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('AWS_CA_BUNDLE', undefined);
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toMatch(
      /^the certificate of sts\.eu-west-1\.amazonaws\.com comes from an unknown authority/,
    );
    expect(message).toContain('set AWS_CA_BUNDLE to the file of its authority');
  });

  it('a TLS proxy with a certificate of an unknown authority is named', async () => {
    await using own = await makeCertificates(['DNS:localhost']);
    const proxy = await startProxy({ own });
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toContain(
      `the certificate of proxy https://${proxy.host} (HTTPS_PROXY) comes from an unknown authority`,
    );
  });

  it('NODE_EXTRA_CA_CERTS that cannot be used is named when a certificate is not trusted', () => {
    const file = '/nonexistent/extra.pem';
    const message = untrusted('sts.amazonaws.com', 'SELF_SIGNED_CERT_IN_CHAIN', {
      NODE_EXTRA_CA_CERTS: file,
    });
    expect(message).toContain(`NODE_EXTRA_CA_CERTS names ${file}, which does not exist.`);
    expect(untrusted('sts.amazonaws.com', 'ECONNRESET')).toBeUndefined();
  });

  it.each([
    ['no certificate at all', 'rubbish', 'which holds no PEM certificate'],
    [
      'a damaged one',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'whose certificate 1 cannot be read',
    ],
  ])('an AWS_CA_BUNDLE that holds %s is refused with the file’s name', async (_what, text, why) => {
    const bundle = join(folder, 'bundle.pem');
    await writeFile(bundle, text);
    vi.stubEnv('AWS_CA_BUNDLE', bundle);
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toContain(`AWS_CA_BUNDLE names ${bundle}, ${why}.`);
  });

  it('a proxy setting that cannot be read is refused without its value', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://user:s3cret#word@proxy:3128');
    const { message } = await refusal(start().open(undefined).callerAccount(read()));
    expect(message).toContain('HTTPS_PROXY is not the URL of a proxy');
    expect(message).not.toContain('s3cret');
  });
});
