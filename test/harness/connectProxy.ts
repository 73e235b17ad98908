import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as plainRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Certificates } from './certificates.ts';

/** One request that went through the proxy. */
export interface Passed {
  /** Host it was meant for, without port. */
  readonly host: string;
  readonly path: string;
  /** `events.PutEvents` of JSON services, `GetCallerIdentity` of query services. */
  readonly operation: string;
  /** Inside a tunnel, or asked of the proxy itself as plain HTTP. */
  readonly tunnelled: boolean;
}

/** What becomes of a CONNECT, if not a tunnel. */
export type Refusal = { readonly status: number } | 'Silence' | 'Reset';

export interface ConnectProxyOptions {
  readonly certificates: Certificates;
  /** Where every request goes, whatever host it was meant for. */
  readonly upstream: string;
  /** `user:password` without which nothing passes. */
  readonly credentials?: string;
  /** The proxy itself is spoken to over TLS, with these. */
  readonly own?: Certificates;
  /** Resolves when the proxy may open a tunnel. */
  readonly admit?: () => Promise<void>;
  /** Answers in place of upstream. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface ConnectProxy extends AsyncDisposable {
  readonly host: string;
  readonly url: string;
  /** Targets of all CONNECTs, refused ones included, as `host:port`. */
  readonly connects: readonly string[];
  /** The most tunnels that were open at one time. */
  mostTunnels(): number;
  readonly passed: readonly Passed[];
  refusal: Refusal | undefined;
  /** Connections open now from those who call. */
  connections(): number;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

const operationOf = ({ headers }: IncomingMessage, body: string): string =>
  String(headers['x-amz-target'] ?? new URLSearchParams(body).get('Action') ?? '').replace(/^.*\./, '');

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Sends requests on to upstream and notes each. */
function forwarder({ upstream, answer }: ConnectProxyOptions, passed: Passed[]) {
  return async (request: IncomingMessage, response: ServerResponse, tunnelled: boolean) => {
    const { url = '/', headers, method = 'GET' } = request;
    const body = await buffer(request);
    const host = (tunnelled ? String(headers.host) : new URL(url).host).replace(/:\d+$/, '');
    const { pathname: path, search } = new URL(url, 'http://unused');
    passed.push({ host, path, operation: operationOf(request, body.toString('utf8')), tunnelled });
    if (answer?.(request, response) === true) return;
    const { 'proxy-authorization': _, connection: __, ...rest } = headers;
    const outgoing = plainRequest(new URL(path + search, upstream), { method, headers: rest, agent: false });
    outgoing.once('error', () => request.socket.destroy());
    outgoing.once('response', (arrived) => {
      const { connection: ___, ...answered } = arrived.headers;
      response.writeHead(arrived.statusCode ?? 502, answered);
      arrived.pipe(response);
    });
    outgoing.end(body);
  };
}

function authorizes({ credentials }: ConnectProxyOptions) {
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  return ({ headers }: IncomingMessage) => !wanted || headers['proxy-authorization'] === wanted;
}

function connectionsOf(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** A company's proxy: it wants a password, opens every tunnel with certificates of its own authority, and sends on. */
export async function startConnectProxy(options: ConnectProxyOptions): Promise<ConnectProxy> {
  const { certificates, credentials, own } = options;
  const connects: string[] = [];
  const tunnels = new Set<Socket>();
  let mostTunnels = 0;
  const passed: Passed[] = [];
  const tls = { key: certificates.key, cert: certificates.certificate };
  const forward = forwarder(options, passed);
  const isAllowed = authorizes(options);
  const inside = createTlsServer(tls, (request, response) => void forward(request, response, true));
  inside.keepAliveTimeout = 60_000;
  const plain: Listener = (request, response) => {
    if (isAllowed(request)) void forward(request, response, false);
    else response.writeHead(407).end();
  };
  const server = own ? createTlsServer({ key: own.key, cert: own.certificate }, plain) : createServer(plain);
  const sockets = connectionsOf(server);
  const open = async (socket: Socket) => {
    await options.admit?.();
    tunnels.add(socket);
    mostTunnels = Math.max(mostTunnels, tunnels.size);
    socket.once('close', () => tunnels.delete(socket));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    inside.emit('connection', socket);
  };
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    connects.push(request.url ?? '');
    socket.on('error', () => {});
    const refusal = isAllowed(request) ? proxy.refusal : { status: 407 };
    if (refusal === 'Silence') return void socket.on('end', () => socket.end()).resume();
    if (refusal === 'Reset') return void socket.destroy();
    if (refusal !== undefined)
      return void socket.end(`HTTP/1.1 ${refusal.status} No\r\ncontent-length: 0\r\n\r\n`);
    void open(socket);
  });
  const host = `localhost:${await listen(server)}`;
  const proxy: ConnectProxy = {
    host,
    url: `${own ? 'https' : 'http'}://${credentials === undefined ? '' : `${credentials}@`}${host}`,
    connects,
    mostTunnels: () => mostTunnels,
    passed,
    refusal: undefined,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}
