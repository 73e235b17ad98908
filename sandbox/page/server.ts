/** Serves the page on loopback: what it is made of, the snapshots as server-sent events, and what it asks for. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Asset } from './assets.ts';
import type { Feed } from './feed.ts';
import { type Refusal, refuseStranger, refuseWithoutKey, safetyHeaders } from './guard.ts';
import { asManifest, asOutsideChange, BadRequest, jsonBody } from './requests.ts';
import type { Answer, ManifestRequest, OutsideChangeRequest } from './view.ts';

export interface PageServerOptions {
  /** What anybody may load, by path: it holds nothing of this sandbox. */
  readonly assets: Readonly<Record<string, Asset>>;
  /** Needed to see and to do anything; unguessable. */
  readonly key: string;
  readonly feed: Feed;
  /** What the page asks for. */
  act(request: OutsideChangeRequest): Answer | Promise<Answer>;
  apply(request: ManifestRequest): Promise<Answer>;
}

export interface PageServer {
  readonly port: number;
  /** Tells every viewer that it is over and breaks all connections; resolves when the port is free. */
  stop(): Promise<void>;
}

/** A browser opens one each; more than that is no person. */
const mostViewers = 20;

/** Listens on a free port of 127.0.0.1. */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const viewers = new Set<ServerResponse>();
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000 }, (request, response) => {
    void serve({ ...options, viewers, port: portOf(server) }, request, response);
  });
  server.maxConnections = 100;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const viewer of viewers) viewer.end('event: end\ndata: {}\n\n');
      // What was written goes out before the connection is broken.
      setImmediate(() => server.closeAllConnections());
      await closed;
    },
  };
}

interface Context extends PageServerOptions {
  readonly viewers: Set<ServerResponse>;
  readonly port: number;
}

function portOf(server: Server): number {
  // A server that listens on a port has an AddressInfo; a string is for pipes.
  return (server.address() as AddressInfo).port;
}

async function serve(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
  const { method = '', headers } = request;
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const refusal = refuseStranger({ method, headers }, context.port) ?? refuseMethod(context, path, method);
  if (refusal) return refuse(response, refusal);
  const asset = ownOf(context.assets, path);
  if (asset) return sendAsset(response, asset, method === 'HEAD');
  const unknown = refuseWithoutKey({ headers }, context.key);
  if (unknown) return refuse(response, unknown);
  if (path === '/events') return stream(context, response);
  try {
    const body = await jsonBody(request);
    const answer = path === '/changes' ? context.act(asOutsideChange(body)) : context.apply(asManifest(body));
    sendJson(response, 200, await answer);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    refuse(response, error instanceof BadRequest ? error.refusal : { status: 500, message });
  }
}

const ownOf = (assets: Readonly<Record<string, Asset>>, path: string): Asset | undefined =>
  Object.hasOwn(assets, path) ? assets[path] : undefined;

function methodsOf({ assets }: Context, path: string): readonly string[] {
  if (ownOf(assets, path)) return ['GET', 'HEAD'];
  if (path === '/events') return ['GET'];
  return path === '/changes' || path === '/manifests' ? ['POST'] : [];
}

function refuseMethod(
  context: Context,
  path: string,
  method: string,
): (Refusal & { allow?: string }) | undefined {
  const methods = methodsOf(context, path);
  if (methods.includes(method)) return undefined;
  if (methods.length === 0) return { status: 404, message: 'There is nothing here; the page is at /.' };
  return { status: 405, message: `${methods.join(' or ')} only.`, allow: methods.join(', ') };
}

function refuse(response: ServerResponse, refusal: Refusal & { allow?: string }): void {
  if (refusal.allow !== undefined) response.setHeader('allow', refusal.allow);
  // What is left of the request is not read.
  response.setHeader('connection', 'close');
  sendJson(response, refusal.status, { done: false, message: refusal.message });
}

function sendJson(response: ServerResponse, status: number, answer: Answer): void {
  const body = JSON.stringify(answer);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function sendAsset(response: ServerResponse, { type, text }: Asset, headOnly: boolean): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(headOnly ? undefined : text);
}

/** A viewer that is slow gets the latest when it is ready again; what came between is of no use to it. */
function stream({ viewers, feed }: Context, response: ServerResponse): void {
  if (viewers.size >= mostViewers) {
    refuse(response, { status: 503, message: 'Too many pages are open.' });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  viewers.add(response);
  let waiting: string | undefined;
  const write = (snapshot: string) => {
    if (response.writableNeedDrain) waiting = snapshot;
    else response.write(`event: snapshot\ndata: ${snapshot}\n\n`);
  };
  response.on('drain', () => {
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) write(next);
  });
  const leave = feed.watch(write);
  response.on('close', () => {
    viewers.delete(response);
    leave();
  });
}
