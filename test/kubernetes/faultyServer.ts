/** A loopback HTTP server that speaks list and watch as far as a reflector can tell, and fails by script. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type Fault = (received: Received, response: ServerResponse) => void;

export interface OpenWatch {
  readonly query: URLSearchParams;
  send(type: string, object: unknown): void;
  raw(text: string): void;
  end(): void;
  reset(): void;
  readonly closed: boolean;
}

type Item = Readonly<Record<string, unknown>> & { readonly metadata: Readonly<Record<string, unknown>> };

export const statusOf = (code: number, reason: string, message: string, extra: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
  ...extra,
});

export const answer =
  (code: number, body: unknown, headers: Record<string, string> = {}): Fault =>
  (_received, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

export const refuse = (code: number, reason: string, message = reason, headers = {}): Fault =>
  answer(code, statusOf(code, reason, message), headers);

export const reset: Fault = (_received, response) => {
  response.socket?.resetAndDestroy();
};

export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  /** Path of a kubeconfig for it. */
  readonly kubeconfig: string;
  readonly items: Map<string, Item>;
  readonly lists: Received[];
  readonly watches: OpenWatch[];
  readonly calls: Received[];
  /** The next lists, watches and other calls each take one; then all is well again. */
  readonly listFaults: Fault[];
  readonly watchFaults: Fault[];
  readonly callFaults: Fault[];
  /** What other calls are answered; default 404. */
  onCall: Fault;
  version: number;
  /** Replaces the token in the kubeconfig. */
  rotateToken(token: string): Promise<void>;
  connections(): number;
  openWatches(): readonly OpenWatch[];
}

const query = (request: IncomingMessage) => new URL(request.url ?? '/', 'http://127.0.0.1');

async function receive(request: IncomingMessage): Promise<Received> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { pathname, searchParams } = query(request);
  return {
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    contentType: request.headers['content-type'],
    authorization: request.headers.authorization,
    body,
  };
}

function openWatch(received: Received, response: ServerResponse): OpenWatch {
  let closed = false;
  response.on('close', () => {
    closed = true;
  });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const raw = (text: string) => void response.write(text);
  return {
    query: received.query,
    send: (type, object) => raw(`${JSON.stringify({ type, object })}\n`),
    raw,
    end: () => void response.end(),
    reset: () => response.socket?.resetAndDestroy(),
    get closed() {
      return closed;
    },
  };
}

function page(server: FaultyServer, received: Received): unknown {
  const all = [...server.items.values()];
  const limit = Number(received.query.get('limit') ?? 0) || all.length;
  const from = Number(received.query.get('continue') ?? 0);
  const next = from + limit < all.length ? String(from + limit) : undefined;
  return {
    kind: 'List',
    metadata: { resourceVersion: String(server.version), ...(next === undefined ? {} : { continue: next }) },
    items: all.slice(from, from + limit),
  };
}

export async function startFaultyServer(
  collection = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses',
): Promise<FaultyServer> {
  const folder = await mkdtemp(join(tmpdir(), 'faulty-'));
  const http = createServer();
  let connections = 0;
  http.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(url));
  const server: FaultyServer = {
    url,
    kubeconfig,
    items: new Map(),
    lists: [],
    watches: [],
    calls: [],
    listFaults: [],
    watchFaults: [],
    callFaults: [],
    onCall: refuse(404, 'NotFound'),
    version: 100,
    rotateToken: (token) => writeFile(kubeconfig, kubeconfigFor(url, token)),
    connections: () => connections,
    openWatches: () => server.watches.filter(({ closed }) => !closed),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
  http.on('request', async (request, response) => {
    const received = await receive(request);
    if (received.path !== collection || received.method !== 'GET') {
      server.calls.push(received);
      return (server.callFaults.shift() ?? server.onCall)(received, response);
    }
    if (received.query.get('watch') === 'true') {
      const fault = server.watchFaults.shift();
      if (fault !== undefined) return fault(received, response);
      return void server.watches.push(openWatch(received, response));
    }
    server.lists.push(received);
    (server.listFaults.shift() ?? answer(200, page(server, received)))(received, response);
  });
  return server;
}

const kubeconfigFor = (url: string, token = 'first-token'): string => `apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: here, cluster: { server: "${url}" } }]
users: [{ name: me, user: { token: ${token} } }]
contexts: [{ name: here, context: { cluster: here, user: me } }]
`;
