import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of one request, on the wire. */
export type Trouble =
  /** Answered by the proxy; it never arrives. */
  | {
      readonly kind: 'Answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'Garbage' }
  /** Taken, and nothing is ever said. */
  | { readonly kind: 'Silence' }
  /** The connection is reset: before the request is sent on, or when it was done and the answer would begin. */
  | { readonly kind: 'Reset'; readonly when: 'Before' | 'After' }
  /** Half of the answer's body arrives, then the connection is reset, or nothing comes any more. */
  | { readonly kind: 'Half'; readonly end: 'Reset' | 'Silence' }
  /** The answer's stream is cut so many milliseconds after it began. */
  | { readonly kind: 'Cut'; readonly milliseconds: number }
  /** So many milliseconds pass first. */
  | { readonly kind: 'Slow'; readonly milliseconds: number };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds of a clock that nobody sets. */
  readonly at: number;
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** Asked for each request; may be replaced at any time. */
  troubled: (request: ProxiedRequest) => Trouble | undefined;
  /** All that came, troubled or not. */
  readonly requests: readonly ProxiedRequest[];
  /** Connections open now from those who call. */
  connections(): number;
  /** Resets every connection, in the middle of whatever it carries. */
  cut(): void;
}

export interface Upstream {
  readonly url: string;
  /** Put on each request, for example who it is from. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly certificateAuthority?: string;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function sendOn(upstream: Upstream, request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = new URL(request.url ?? '/', upstream.url);
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const { connection: _, 'transfer-encoding': __, ...headers } = request.headers;
    const options: RequestOptions & { ca?: string } = {
      method: request.method ?? 'GET',
      headers: { ...headers, ...upstream.headers, host: url.host, 'content-length': String(body.length) },
      agent: false,
      ...(upstream.certificateAuthority !== undefined && { ca: upstream.certificateAuthority }),
    };
    const outgoing = send(url, options, resolve);
    outgoing.once('error', reject);
    request.socket.once('close', () => outgoing.destroy());
    outgoing.end(body);
  });
}

async function half(answer: IncomingMessage, response: ServerResponse, end: 'Reset' | 'Silence') {
  const body = await buffer(answer);
  response.writeHead(answer.statusCode ?? 200, { ...answer.headers, 'content-length': String(body.length) });
  response.write(body.subarray(0, Math.floor(body.length / 2)));
  if (end === 'Reset') setTimeout(() => response.socket?.resetAndDestroy(), 20);
}

async function pass(
  trouble: Trouble | undefined,
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  if (trouble?.kind === 'Answer')
    return void response.writeHead(trouble.status, trouble.headers).end(trouble.body);
  if (trouble?.kind === 'Garbage') return void request.socket.end('\u0000\u0001no HTTP at all\r\n\r\n');
  if (trouble?.kind === 'Silence') return;
  if (trouble?.kind === 'Reset' && trouble.when === 'Before') return void request.socket.resetAndDestroy();
  if (trouble?.kind === 'Slow') await pause(trouble.milliseconds);
  const answer = await sendOn(upstream, request, body);
  answer.once('error', () => request.socket.resetAndDestroy());
  if (trouble?.kind === 'Reset') return void request.socket.resetAndDestroy();
  if (trouble?.kind === 'Half') return half(answer, response, trouble.end);
  if (trouble?.kind === 'Cut') setTimeout(() => request.socket.resetAndDestroy(), trouble.milliseconds);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders();
  answer.pipe(response);
}

/** Between a program and the server it talks to, over plain HTTP on loopback: what networks and servers do, on demand. */
export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const requests: ProxiedRequest[] = [];
  const server = createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const proxied = { method, path, headers, at: performance.now() };
    requests.push(proxied);
    // An upstream that is not there is a connection that breaks.
    pass(proxy.troubled(proxied), upstream, request, response).catch(() => request.socket.resetAndDestroy());
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${address.port}`,
    troubled: () => undefined,
    requests,
    connections: () => sockets.size,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
  return proxy;
}

/** The most requests that came within one second. */
export function mostInASecond(requests: readonly ProxiedRequest[]): number {
  let first = 0;
  let most = 0;
  for (const [index, { at }] of requests.entries()) {
    while ((requests[first]?.at ?? at) < at - 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
