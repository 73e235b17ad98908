/**
 * Which proxy a request takes, from the environment variables that curl, kubectl and the AWS CLI read. NO_PROXY means
 * what it means to kubectl. Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
import { BlockList, isIP } from 'node:net';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface HttpProxy {
  /** Environment variable that names it. */
  readonly variable: string;
  readonly secure: boolean;
  /** IPv6 addresses without brackets. */
  readonly host: string;
  readonly port: number;
  /** URL without user name and password: the only form that may be shown. */
  readonly shown: string;
  /** Value of the header Proxy-Authorization. */
  readonly authorization: string | undefined;
}

export interface Destination {
  /** With its colon: `https:`. */
  readonly protocol: string;
  /** IPv6 addresses with or without brackets. */
  readonly hostname: string;
  readonly port?: number | undefined;
}

/** Undefined: directly. */
export type ProxyFor = (destination: Destination) => HttpProxy | undefined;

/** A variable cannot be used. The message names it and never shows its value, which may hold a password. */
export class ProxySettingError extends Error {
  override readonly name = 'ProxySettingError';
}

/** Whether any variable names a proxy, or what should be one. */
export function namesProxy(environment: Environment): boolean {
  return ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].some(
    (name) => variableOf(environment, name) !== undefined,
  );
}

/** Undefined when no variable names a proxy. Throws a ProxySettingError. */
export function proxiesOf(environment: Environment): ProxyFor | undefined {
  const forHttps = proxyOf(environment, 'HTTPS_PROXY') ?? proxyOf(environment, 'ALL_PROXY');
  const forHttp = proxyOf(environment, 'HTTP_PROXY') ?? proxyOf(environment, 'ALL_PROXY');
  if (forHttps === undefined && forHttp === undefined) return undefined;
  const isExcepted = exceptionsOf(variableOf(environment, 'NO_PROXY')?.value ?? '');
  return ({ protocol, hostname, port }) => {
    const secure = protocol === 'https:';
    const host = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
    if (isLocal(host) || isExcepted(host, port ?? (secure ? 443 : 80))) return undefined;
    return secure ? forHttps : forHttp;
  };
}

/** Name in the certificate of a proxy. Left to itself Node.js looks for the name of the target, from the header Host. */
export function serverNameOf({ host }: HttpProxy): string {
  return isIP(host) === 0 ? host : '';
}

// ── Variables ────────────────────────────────────────────────────────────────────────────────────

/** Capitals go first, as in kubectl; an empty variable counts as absent. */
function variableOf(environment: Environment, name: string): { name: string; value: string } | undefined {
  for (const spelling of [name, name.toLowerCase()]) {
    const value = environment[spelling]?.trim();
    if (value) return { name: spelling, value };
  }
  return undefined;
}

function proxyOf(environment: Environment, name: string): HttpProxy | undefined {
  const found = variableOf(environment, name);
  return found && parseProxy(found.name, found.value);
}

const example = 'http://proxy.example.com:3128';

function parseProxy(variable: string, value: string): HttpProxy {
  const refused = (what: string) => new ProxySettingError(`${variable} ${what}`);
  const complete = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(complete) ? new URL(complete) : undefined;
  const beyond = url === undefined || url.hostname === '' || url.search !== '' || url.hash !== '';
  if (beyond || !['', '/'].includes(url.pathname)) {
    throw refused(
      `is not the URL of a proxy. Set it to the form ${example}, with special characters of the password percent-encoded`,
    );
  }
  const { protocol, hostname, host } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw refused(`names a proxy with the scheme ${protocol}//. Set it to an http:// or https:// proxy`);
  }
  const secure = protocol === 'https:';
  return {
    variable,
    secure,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    shown: `${protocol}//${host}`,
    authorization: authorizationOf(url, refused),
  };
}

function authorizationOf({ username, password }: URL, refused: (what: string) => Error): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    throw refused('has a user name or password with a stray %. Write it as %25');
  }
}

// ── Exceptions ───────────────────────────────────────────────────────────────────────────────────

const local = new BlockList();
local.addSubnet('127.0.0.0', 8, 'ipv4');
local.addAddress('::1', 'ipv6');
// Metadata of the instance, credentials of ECS tasks and of EKS Pod Identity.
for (const address of ['169.254.169.254', '169.254.170.2', '169.254.170.23']) local.addAddress(address);
for (const address of ['fd00:ec2::254', 'fd00:ec2::23']) local.addAddress(address, 'ipv6');

function isLocal(host: string): boolean {
  return host === 'localhost' || isIn(local, host);
}

function isIn(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

type Exception = (host: string, port: number) => boolean;

function exceptionsOf(list: string): Exception {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const exceptions = entries.map(exceptionOf);
  return (host, port) => exceptions.some((matches) => matches(host, port));
}

function exceptionOf(entry: string): Exception {
  if (entry === '*') return () => true;
  const network = networkOf(entry);
  if (network) return (host) => isIn(network, host);
  const { name, port: onlyPort } = withoutPort(entry);
  const samePort = (port: number) => onlyPort === undefined || onlyPort === port;
  if (isIP(name)) {
    const one = new BlockList();
    one.addAddress(name, isIP(name) === 4 ? 'ipv4' : 'ipv6');
    return (host, port) => samePort(port) && isIn(one, host);
  }
  const domain = name.replace(/^\*\./, '.');
  if (domain.startsWith('.')) return (host, port) => samePort(port) && host.endsWith(domain);
  return (host, port) => samePort(port) && domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** Undefined when the entry is no network in CIDR notation. */
function networkOf(entry: string): BlockList | undefined {
  const [address = '', prefix = '', ...more] = entry.split('/');
  const version = isIP(address);
  const bits = Number(prefix);
  if (version === 0 || more.length > 0 || !/^\d+$/.test(prefix) || bits > (version === 4 ? 32 : 128)) {
    return undefined;
  }
  const network = new BlockList();
  network.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  return network;
}

function withoutPort(entry: string): { name: string; port: number | undefined } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain ?? entry;
  return { name, port: port === undefined ? undefined : Number(port) };
}
