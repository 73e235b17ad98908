import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BindAddress } from './bindAddress.ts';

/** Milliseconds that a client has to take its answer when the server closes. */
const longestGoodbye = 1_000;

export interface Check {
  readonly ok: boolean;
  /** What is the matter, or what is well: shown in the body. */
  readonly message: string;
}

export type Checks = Readonly<Record<string, () => Check>>;

export interface HealthServerOptions {
  readonly health: BindAddress;
  readonly metrics: BindAddress;
  /** Failing: the process should be started again. */
  readonly healthz: Checks;
  /** Failing: the process cannot do its work now. */
  readonly readyz: Checks;
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

export interface HealthServer extends AsyncDisposable {
  /** Undefined when it is off. */
  readonly healthPort: number | undefined;
  readonly metricsPort: number | undefined;
  /** Answers what was asked, then closes. */
  close(): Promise<void>;
}

interface Answer {
  readonly code: number;
  readonly body: string;
  readonly contentType?: string;
}

type Route = (url: URL) => Answer | Promise<Answer>;

/** The API server's own form: one line a check, the verdict last; a check alone under `/readyz/NAME`. */
function probe(name: string, checks: Checks): Route {
  return (url) => {
    const only = url.pathname.split('/')[2];
    const chosen = Object.entries(checks).filter(
      ([check]) => only === undefined || only === '' || check === only,
    );
    if (only && chosen.length === 0) return { code: 404, body: `there is no check ${only}\n` };
    const results = chosen.map(([check, run]) => ({ check, ...run() }));
    const ok = results.every((result) => result.ok);
    if (ok && !url.searchParams.has('verbose')) return { code: 200, body: 'ok' };
    const lines = results.map(({ check, ok: good, message }) => `[${good ? '+' : '-'}]${check}: ${message}`);
    return {
      code: ok ? 200 : 500,
      body: `${[...lines, `${name} check ${ok ? 'passed' : 'failed'}`].join('\n')}\n`,
    };
  };
}

async function answer(routes: ReadonlyMap<string, Route>, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { code: 405, body: 'GET or HEAD\n' };
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  const route = url && routes.get(url.pathname.split('/')[1] ?? '');
  if (!url || !route)
    return { code: 404, body: `try ${[...routes.keys()].map((name) => `/${name}`).join(', ')}\n` };
  try {
    return await route(url);
  } catch (error) {
    return { code: 500, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

function send(response: ServerResponse, { code, body, contentType }: Answer): void {
  response.writeHead(code, {
    'content-type': contentType ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

async function listen(
  { host, port }: Exclude<BindAddress, 'off'>,
  routes: ReadonlyMap<string, Route>,
): Promise<Server> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(routes, request).then((result) => send(response, result));
  });
  // Nobody asks these for more than a few connections at a time.
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const what = [...routes.keys()].map((name) => `/${name}`).join(', ');
      reject(new Error(`cannot serve ${what} on ${host ?? ''}:${port}: ${cause.message}`, { cause }));
    });
    server.listen(port, host, () => resolve());
  });
  return server;
}

const portOf = (server: Server | undefined): number | undefined =>
  // A server that listens on a port has an AddressInfo; a string is for pipes.
  server && (server.address() as AddressInfo).port;

/** Lets answers under way go out, but waits for no client that is slow or says nothing. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), longestGoodbye);
  await closed;
  clearTimeout(patience);
}

const same = (one: BindAddress, other: BindAddress): boolean =>
  one !== 'off' && other !== 'off' && one.host === other.host && one.port === other.port && one.port !== 0;

/**
 * `/healthz` and `/readyz` on one address, `/metrics` on another, or all on one when both are the same.
 * @throws Error that names the address when it cannot be listened on.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const probes: [string, Route][] = [
    ['healthz', probe('healthz', options.healthz)],
    ['readyz', probe('readyz', options.readyz)],
  ];
  const metrics: [string, Route] = [
    'metrics',
    async () => ({ code: 200, body: await options.render(), contentType: options.contentType }),
  ];
  const shared = same(options.health, options.metrics);
  const health =
    options.health === 'off'
      ? undefined
      : await listen(options.health, new Map(shared ? [...probes, metrics] : probes));
  const scraped = await (async () => {
    if (shared || options.metrics === 'off') return shared ? health : undefined;
    try {
      return await listen(options.metrics, new Map([metrics]));
    } catch (error) {
      if (health) await close(health);
      throw error;
    }
  })();
  const ports = { healthPort: portOf(health), metricsPort: portOf(scraped) };
  const servers = new Set([health, scraped].filter((server) => server !== undefined));
  const closeAll = async () => {
    await Promise.all([...servers].map(close));
    servers.clear();
  };
  return { ...ports, close: closeAll, [Symbol.asyncDispose]: closeAll };
}
