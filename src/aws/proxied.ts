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
  return {
    handle: (request, handling) =>
      request.protocol === 'https:'
        ? tunnels.handle(request, handling)
        : forwards.handle(forwarded(request, proxy), handling),
    destroy() {
      tunnels.destroy();
      forwards.destroy();
    },
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
