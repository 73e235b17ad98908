import type { SecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CloudError } from '../controller/ports.ts';
import { authoritiesOf } from './authorities.ts';
import { endpointTrouble } from './endpoints.ts';
import { type Environment, type HttpProxy, proxiesOf } from './proxies.ts';

export interface TransportLimits {
  /** To establish a connection. */
  readonly connectMilliseconds: number;
  /** For one attempt, answer included. */
  readonly requestMilliseconds: number;
  /** Connections to one endpoint. */
  readonly sockets: number;
}

/** Request handler of the SDK's clients. */
export type Transport = Pick<
  NodeHttpHandler,
  'handle' | 'destroy' | 'metadata' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
>;

type Handle = Transport['handle'];
type HttpRequest = Parameters<Handle>[0];

/**
 * One pool of kept-alive connections for all clients of the process, through the proxies that the environment names.
 * Throws a CloudError when a variable of the environment cannot be used.
 */
export function createTransport(
  limits: TransportLimits,
  environment: Environment,
  warn: (message: string) => void,
): Transport {
  const { proxyFor, secureContext } = readSettings(environment);
  const agent = { keepAlive: true, maxSockets: limits.sockets };
  const tlsAgent = { ...agent, ...(secureContext && { secureContext }) };
  const options = {
    requestTimeout: limits.requestMilliseconds,
    throwOnRequestTimeout: true,
    // The default writes to the console, between the lines of the log.
    logger: { debug: () => undefined, info: () => undefined, warn, error: warn },
  };
  const direct = new NodeHttpHandler({
    ...options,
    connectionTimeout: limits.connectMilliseconds,
    httpAgent: agent,
    httpsAgent: tlsAgent,
  });
  const tunnels = new Map<HttpProxy, Promise<NodeHttpHandler>>();
  const through = (proxy: HttpProxy): Promise<NodeHttpHandler> => {
    const open = async () => {
      // Loaded when first needed: most have no proxy.
      const { tunnelAgent } = await import('./tunnel.ts');
      // The tunnel has its own time-out for connecting, which names the proxy.
      const httpsAgent = tunnelAgent(proxy, tlsAgent, limits.connectMilliseconds);
      return new NodeHttpHandler({ ...options, httpsAgent });
    };
    const tunnel = tunnels.get(proxy) ?? open();
    tunnels.set(proxy, tunnel);
    return tunnel;
  };
  const send: Handle = async (request, handling) => {
    const proxy = proxyFor?.(request);
    if (proxy === undefined) return direct.handle(request, handling);
    if (request.protocol !== 'https:') return direct.handle(forwarded(request, proxy), handling);
    return (await through(proxy)).handle(request, handling);
  };
  return {
    metadata: direct.metadata,
    httpHandlerConfigs: () => direct.httpHandlerConfigs(),
    // One client must not change what all share.
    updateHttpClientConfig: () => undefined,
    async handle(request, handling) {
      try {
        return await send(request, handling);
      } catch (error) {
        throw endpointTrouble(request.hostname, error) ?? error;
      }
    },
    destroy() {
      direct.destroy();
      for (const tunnel of tunnels.values()) void tunnel.then((handler) => handler.destroy());
    },
  };
}

interface Settings {
  readonly proxyFor: ReturnType<typeof proxiesOf>;
  readonly secureContext: SecureContext | undefined;
}

function readSettings(environment: Environment): Settings {
  try {
    return { proxyFor: proxiesOf(environment), secureContext: authoritiesOf(environment) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CloudError('transient', 'ObservationFailed', 'transport', message);
  }
}

/** Plain HTTP is asked of the proxy itself. Source: RFC 9112, section 3.2.2. */
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
