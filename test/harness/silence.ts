import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export interface Silence extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Connections taken so far. */
  accepted(): number;
}

/** A listener on loopback that takes every connection and never says a word. */
export async function startSilence(): Promise<Silence> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
