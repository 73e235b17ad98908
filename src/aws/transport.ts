import type { AgentOptions } from 'node:https';
import type { SecureContext } from 'node:tls';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { CloudError } from '../controller/ports.ts';
import { authoritiesOf } from './authorities.ts';
import type { Proxied } from './proxied.ts';
import { type Environment, type HttpProxy, proxiesOf } from './proxies.ts';
import { transportTrouble } from './transportTrouble.ts';

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

/** Of each of its NodeHttpHandlers. */
export interface TransportOptions extends NodeHttpHandlerOptions {
  readonly connectionTimeout: number;
  readonly httpAgent: AgentOptions;
  readonly httpsAgent: AgentOptions & {
    readonly maxSockets: number;
    readonly secureContext?: SecureContext;
  };
}

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
  const pool = { keepAlive: true, maxSockets: limits.sockets };
  const options: TransportOptions = {
    connectionTimeout: limits.connectMilliseconds,
    requestTimeout: limits.requestMilliseconds,
    throwOnRequestTimeout: true,
    // The default writes to the console, between the lines of the log.
    logger: { debug: () => undefined, info: () => undefined, warn, error: warn },
    httpAgent: pool,
    httpsAgent: { ...pool, ...(secureContext && { secureContext }) },
  };
  const direct = new NodeHttpHandler(options);
  const proxied = new Map<HttpProxy, Promise<Proxied>>();
  const through = (proxy: HttpProxy): Promise<Proxied> => {
    // Loaded when first needed: most have no proxy.
    const open = async () => (await import('./proxied.ts')).proxiedBy(proxy, options);
    const handler = proxied.get(proxy) ?? open();
    proxied.set(proxy, handler);
    return handler;
  };
  return {
    metadata: direct.metadata,
    httpHandlerConfigs: () => direct.httpHandlerConfigs(),
    // One client must not change what all share.
    updateHttpClientConfig: () => undefined,
    async handle(request, handling) {
      try {
        const proxy = proxyFor?.(request);
        const handler = proxy === undefined ? direct : await through(proxy);
        return await handler.handle(request, handling);
      } catch (error) {
        throw transportTrouble(request.hostname, error) ?? error;
      }
    },
    destroy() {
      direct.destroy();
      for (const handler of proxied.values()) void handler.then(({ destroy }) => destroy());
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
    throw new CloudError('denied', 'ObservationFailed', 'transport', message);
  }
}
