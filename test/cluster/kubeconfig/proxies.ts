import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface ProxyServer extends AsyncDisposable {
  readonly port: number;
  /** What clients asked to be connected to, and their Proxy-Authorization where they sent one. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
}

async function listening(server: Server, asked: ProxyServer['asked']): Promise<ProxyServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(client: Socket, target: string, greeting: string | Buffer): void {
  const [host, port] = target.split(':');
  const upstream = connect(Number(port), host ?? '', () => {
    client.write(greeting);
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on('error', () => client.destroy());
}

/** Tunnels by CONNECT. */
export function connectProxy(): Promise<ProxyServer> {
  const asked: ProxyServer['asked'] = [];
  const server = createHttpServer();
  server.on('connect', (request, client: Socket) => {
    const target = request.url ?? '';
    asked.push({ target, authorization: request.headers['proxy-authorization'] });
    pass(client, target, 'HTTP/1.1 200 Connection established\r\n\r\n');
  });
  return listening(server, asked);
}

/** SOCKS 5 without authentication, for IPv4 addresses and names (RFC 1928). */
export function socksProxy(): Promise<ProxyServer> {
  const asked: ProxyServer['asked'] = [];
  const server = createServer((client) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const isName = request[3] === 3;
        const length = isName ? (request[4] ?? 0) : 4;
        const start = isName ? 5 : 4;
        const address = request.subarray(start, start + length);
        const host = isName ? address.toString() : address.join('.');
        const target = `${host}:${request.readUInt16BE(start + length)}`;
        asked.push({ target, authorization: undefined });
        pass(client, target, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      });
    });
  });
  return listening(server, asked);
}
