import { describe, expect, it } from 'vitest';
import { type Environment, ProxySettingError, proxiesOf } from '../../src/aws/proxies.ts';

const sts = 'https://sts.us-east-1.amazonaws.com';

/** Proxy that a request takes, as the environment has it; `directly` without one. */
function wayTo(url: string, environment: Environment): string {
  const { protocol, hostname, port } = new URL(url);
  const found = proxiesOf(environment)?.({
    protocol,
    hostname,
    port: port === '' ? undefined : Number(port),
  });
  return found?.shown ?? 'directly';
}

function refusalOf(environment: Environment): string {
  try {
    proxiesOf(environment);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ProxySettingError)) throw error;
    return error.message;
  }
}

describe('The proxy of a request', () => {
  it.each([
    ['HTTPS_PROXY', 'http://one:3128'],
    ['https_proxy', 'http://one:3128'],
    ['ALL_PROXY', 'http://one:3128'],
    ['all_proxy', 'http://one:3128'],
  ])('%s names the proxy of an https:// endpoint', (variable, proxy) => {
    expect(wayTo(sts, { [variable]: proxy })).toBe(proxy);
  });

  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])(
    '%s names the proxy of an http:// endpoint',
    (variable) => {
      expect(wayTo('http://sts.example.com', { [variable]: 'http://one:3128' })).toBe('http://one:3128');
    },
  );

  it('HTTP_PROXY has no effect on https:// endpoints, nor HTTPS_PROXY on http:// endpoints', () => {
    expect(wayTo(sts, { HTTP_PROXY: 'http://one:3128' })).toBe('directly');
    expect(wayTo('http://sts.example.com', { HTTPS_PROXY: 'http://one:3128' })).toBe('directly');
  });

  it('HTTPS_PROXY goes before https_proxy, and https_proxy before ALL_PROXY', () => {
    const environment = {
      HTTPS_PROXY: 'http://one:1',
      https_proxy: 'http://two:2',
      ALL_PROXY: 'http://three:3',
    };
    expect(wayTo(sts, environment)).toBe('http://one:1');
    expect(wayTo(sts, { ...environment, HTTPS_PROXY: ' ' })).toBe('http://two:2');
    expect(wayTo(sts, { ALL_PROXY: 'http://three:3' })).toBe('http://three:3');
  });

  it('no request has a proxy when no variable names one', () => {
    expect(proxiesOf({ NO_PROXY: 'example.com', HTTPS_PROXY: '' })).toBeUndefined();
  });

  it.each([
    ['http://proxy.example.com:3128/', 'http://proxy.example.com:3128', 'proxy.example.com', 3128],
    ['proxy.example.com:3128', 'http://proxy.example.com:3128', 'proxy.example.com', 3128],
    ['http://proxy.example.com', 'http://proxy.example.com', 'proxy.example.com', 80],
    ['https://proxy.example.com', 'https://proxy.example.com', 'proxy.example.com', 443],
    ['http://[fd00::1]:3128', 'http://[fd00::1]:3128', 'fd00::1', 3128],
    [' http://10.0.0.1:8080\n', 'http://10.0.0.1:8080', '10.0.0.1', 8080],
  ])('HTTPS_PROXY=%j means the proxy that it means to kubectl', (value, shown, host, port) => {
    const found = proxiesOf({ HTTPS_PROXY: value })?.({ protocol: 'https:', hostname: 'sts.example.com' });
    expect(found).toMatchObject({ shown, host, port, authorization: undefined });
  });

  it('the proxy gets the user name and password of its URL decoded, and what is shown of it has neither', () => {
    const HTTPS_PROXY = 'http://us%40er:p%25ss@word@proxy:3128';
    const found = proxiesOf({ HTTPS_PROXY })?.({ protocol: 'https:', hostname: 'sts.example.com' });
    expect(found?.authorization).toBe(`Basic ${Buffer.from('us@er:p%ss@word').toString('base64')}`);
    expect(found?.shown).toBe('http://proxy:3128');
  });

  it.each([
    ['http://user:s3cret#x@proxy:3128', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://user:12#s3cret@proxy:3128', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://user:12/s3cret@proxy:3128', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://', 'HTTPS_PROXY is not the URL of a proxy'],
    ['http://user:s3cret%zz@proxy:3128', 'HTTPS_PROXY has a user name or password with a stray %'],
    ['socks5://user:s3cret@proxy:1080', 'HTTPS_PROXY names a proxy with the scheme socks5://'],
  ])('HTTPS_PROXY=%j is refused by a message without the value', (value, message) => {
    const refusal = refusalOf({ HTTPS_PROXY: value });
    expect(refusal).toContain(message);
    expect(refusal).not.toContain('s3cret');
    expect(refusalOf({ https_proxy: value })).toContain('https_proxy');
  });
});

describe('Requests without a proxy', () => {
  const proxied = { ALL_PROXY: 'http://one:3128' };

  it.each([
    'http://localhost:5000',
    'http://127.0.0.1:5000',
    'http://127.9.9.9',
    'http://[::1]:5000',
    'http://169.254.169.254/latest/meta-data/',
    'http://169.254.170.2/credentials',
    'http://169.254.170.23/v1/credentials',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://[fd00:ec2::23]/v1/credentials',
  ])('%s is never reached through a proxy', (url) => {
    expect(wayTo(url, proxied)).toBe('directly');
  });

  it.each([
    ['*', sts],
    ['example.com,*', sts],
    ['amazonaws.com', sts],
    ['amazonaws.com', 'https://amazonaws.com'],
    ['.amazonaws.com', sts],
    ['*.amazonaws.com', sts],
    ['AmazonAWS.com', sts],
    [' example.com , amazonaws.com ', sts],
    ['example.com amazonaws.com', sts],
    ['sts.us-east-1.amazonaws.com', sts],
    ['sts.us-east-1.amazonaws.com:443', sts],
    ['amazonaws.com:8443', 'https://sts.us-east-1.amazonaws.com:8443'],
    ['10.0.0.0/8', 'https://10.1.2.3'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.1.2.3:443', 'https://10.1.2.3'],
    ['fd00::/8', 'https://[fd12::1]'],
    ['[fd12::1]:443', 'https://[fd12::1]'],
    ['fd12::1', 'https://[fd12::1]'],
  ])('NO_PROXY=%j leaves out %s', (list, url) => {
    expect(wayTo(url, { ...proxied, NO_PROXY: list })).toBe('directly');
    expect(wayTo(url, { ...proxied, no_proxy: list })).toBe('directly');
  });

  it.each([
    ['', sts],
    ['naws.com', sts],
    ['.sts.us-east-1.amazonaws.com', sts],
    ['amazonaws.com.cn', sts],
    ['amazonaws.com:8443', sts],
    ['10.0.0.0/8', 'https://11.0.0.1'],
    ['10.0.0.0/33', 'https://10.0.0.1'],
    ['10.1.2.3:8443', 'https://10.1.2.3'],
    ['0.0.0.0/0', sts],
    [',', sts],
    [':443', sts],
  ])('NO_PROXY=%j does not leave out %s', (list, url) => {
    expect(wayTo(url, { ...proxied, NO_PROXY: list })).toBe('http://one:3128');
  });
});
