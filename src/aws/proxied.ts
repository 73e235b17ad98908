import { finished } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type HttpProxy, serverNameOf } from './proxies.ts';
import type { TransportOptions } from './transport.ts';
import { tunnelAgent } from './tunnel.ts';

type Handle = NodeHttpHandler['handle'];
type HttpRequest = Parameters<Handle>[0];

export interface Proxied {
  readonly handle: Handle;
  destroy(): void;
}

/** Request handler for what goes through one proxy: TLS in a tunnel, plain HTTP asked of the proxy itself. */
export function proxiedBy(proxy: HttpProxy, options: TransportOptions): Proxied {
  const { httpsAgent, connectionTimeout } = options;
  const tunnels = new NodeHttpHandler({
    ...options,
    httpsAgent: tunnelAgent(proxy, httpsAgent, connectionTimeout),
    // The tunnel's own names the proxy; this one also counts the wait for a free connection.
    connectionTimeout: 2 * connectionTimeout,
  });
  const servername = serverNameOf(proxy);
  const forwards = new NodeHttpHandler({ ...options, httpsAgent: { ...httpsAgent, servername } });
  const places = new Map<string, Turns>();
  const placesAt = (hostname: string): Turns => {
    const turns = places.get(hostname) ?? createTurns(httpsAgent.maxSockets);
    places.set(hostname, turns);
    return turns;
  };
  return {
    handle(request, handling) {
      if (request.protocol !== 'https:') return forwards.handle(forwarded(request, proxy), handling);
      // Node.js counts a connection when it is there: without this, calls side by side would all open a tunnel.
      return placesAt(request.hostname)(() => tunnels.handle(request, handling));
    },
    destroy() {
      tunnels.destroy();
      forwards.destroy();
    },
  };
}

type Handled = Awaited<ReturnType<Handle>>;
type Turns = (send: () => Promise<Handled>) => Promise<Handled>;

/** Sends at most so many requests at the same time, the others in the order they came. */
function createTurns(most: number): Turns {
  let free = most;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async (send) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const handled = await send();
      // The connection is free again after the body, and after Node.js has put it back.
      finished(handled.response.body, () => setImmediate(release));
      return handled;
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** Source: RFC 9112, section 3.2.2. */
function forwarded(request: HttpRequest, proxy: HttpProxy): HttpRequest {
  const { hostname, port, path, headers } = request;
  const target = `http://${hostname}${port === undefined ? '' : `:${port}`}${path}`;
  return Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
    protocol: proxy.secure ? 'https:' : 'http:',
    hostname: proxy.host,
    port: proxy.port,
    path: target,
    headers: {
      ...headers,
      ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
    },
  });
}
