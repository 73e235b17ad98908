/**
 * An agent of Node.js whose connections lead through a proxy. Written here because node:http knows CONNECT by itself,
 * and what is there falls short. `proxyEnv` of Node.js does nothing before 22.21, says nothing of it, and reads no CIDR
 * in NO_PROXY. The time-out of hpagent also ends idle connections. Neither names the variable that is wrong.
 * Source: https://nodejs.org/api/http.html#event-connect
 */
import { request as plainRequest, STATUS_CODES } from 'node:http';
import { Agent, type AgentOptions, type RequestOptions, request as tlsRequest } from 'node:https';
import { isIPv6, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { TransportError } from '../awsApi/failure.ts';
import { untrusted } from './authorities.ts';
import { type HttpProxy, serverNameOf } from './proxies.ts';

/** `milliseconds`: the longest the proxy may be silent until the tunnel is there. */
export function tunnelAgent(
  proxy: HttpProxy,
  options: AgentOptions & { readonly secureContext?: SecureContext },
  milliseconds: number,
): Agent {
  const agent = new Agent(options);
  const direct = agent.createConnection.bind(agent);
  agent.createConnection = (wanted, connected) => {
    // Node.js takes an error alone, which its types do not know.
    const failed = connected as ((error: Error) => void) | undefined;
    connect(proxy, targetOf(wanted), { secureContext: options.secureContext, timeout: milliseconds }).then(
      (socket) => {
        const through: RequestOptions & { readonly socket: Socket } = { ...wanted, socket };
        connected?.(null, direct(through) ?? socket);
      },
      (error: Error) => failed?.(error),
    );
    return undefined;
  };
  return agent;
}

function targetOf({ host, port }: RequestOptions): string {
  const name = host ?? 'localhost';
  return `${isIPv6(name) ? `[${name}]` : name}:${port ?? 443}`;
}

/** Resolves to the connection on which the target speaks. */
function connect(
  proxy: HttpProxy,
  target: string,
  options: RequestOptions & { readonly secureContext: SecureContext | undefined },
): Promise<Socket> {
  const { variable, shown } = proxy;
  const refused = (what: string, code?: string) =>
    new TransportError(`proxy ${shown} (${variable}) ${what}`, code);
  return new Promise((resolve, reject) => {
    const request = (proxy.secure ? tlsRequest : plainRequest)({
      ...options,
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      servername: serverNameOf(proxy),
      path: target,
      headers: {
        host: target,
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      },
      agent: false,
    });
    request.once('connect', ({ statusCode = 0 }, socket) => {
      socket.setTimeout(0);
      if (statusCode >= 200 && statusCode < 300) return resolve(socket as Socket);
      socket.destroy();
      const status = `${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trim();
      reject(refused(`answered ${status} for ${target}. ${remedyOf(proxy, statusCode)}`));
    });
    request.once('response', (response) => {
      response.destroy();
      reject(refused(`does not answer CONNECT. ${otherProxy(proxy)}`));
    });
    request.once('timeout', () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.name;
      const distrust = untrusted(`proxy ${shown} (${variable})`, code);
      if (distrust !== undefined) return reject(new TransportError(distrust, code));
      reject(refused(`cannot be reached (${code}). ${otherProxy(proxy)}`, code));
    });
    request.end();
  });
}

function otherProxy({ variable }: HttpProxy): string {
  return `Check ${variable} and the network`;
}

function remedyOf({ variable, authorization }: HttpProxy, statusCode: number): string {
  if (statusCode === 407) {
    return authorization === undefined
      ? `Set a user name and password in ${variable}`
      : `Check the user name and password in ${variable}`;
  }
  return 'Allow the host in the proxy, or add it to NO_PROXY';
}
