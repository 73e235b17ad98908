import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionLost } from '../awsError.ts';
import type { Faults } from '../faults.ts';
import type { World } from '../world.ts';
import { answer } from './endpoint.ts';

export interface RunningServer {
  /** The one address of all services. */
  readonly url: string;
  /** Breaks every connection; resolves when the port is free. */
  stop(): Promise<void>;
}

/** Larger than the largest queue message in a batch. */
const largestBody = 4 * 1024 * 1024;

/** Listens on loopback; `port` 0: any free one. */
export async function listen(world: World, faults: Faults, port: number): Promise<RunningServer> {
  const server = createServer((request, response) => {
    void serve(world, faults, request, response);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function serve(
  world: World,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const body = await readBody(request);
    const {
      status,
      headers,
      body: text,
    } = await answer(
      world,
      faults,
      {
        path: request.url ?? '/',
        headers: request.headers,
        body,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      },
      gone.signal,
    );
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
  } catch (error) {
    if (!(error instanceof ConnectionLost) && !gone.signal.aborted) {
      // A mistake of the simulated AWS itself: say so where the caller's log will show it.
      response.writeHead(500, { 'x-amzn-ErrorType': 'InternalFailure' }).end(`${error}`);
      return;
    }
    // Resetting, not closing: the caller must not take silence for an answer.
    request.socket.resetAndDestroy();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestBody) throw new ConnectionLost(false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
