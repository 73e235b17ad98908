import { createSecureContext, getCACertificates } from 'node:tls';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { readCaBundle } from './caBundle.ts';
import { isOperation, operation } from './operations.ts';
import type { CredentialProvider } from './session.ts';

/** Settings that any client of the SDK takes, so that all of them share connections and are told apart in CloudTrail. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly requestHandler: NodeHttpHandler;
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly customUserAgent: [string, string][];
}

export interface TransportLimits {
  /** To establish a connection. */
  readonly connectMilliseconds: number;
  /** For one attempt, answer included. */
  readonly requestMilliseconds: number;
  readonly sockets: number;
}

/** One pool of kept-alive connections for all clients of the process. */
export function createTransport(
  limits: TransportLimits,
  caBundle: string | undefined,
  warn: (message: string) => void,
): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets: limits.sockets };
  return new NodeHttpHandler({
    connectionTimeout: limits.connectMilliseconds,
    requestTimeout: limits.requestMilliseconds,
    throwOnRequestTimeout: true,
    // The default writes to the console, between the lines of the log.
    logger: { debug: () => undefined, info: () => undefined, warn, error: warn },
    httpAgent: agent,
    httpsAgent: { ...agent, ...trusting(caBundle) },
  });
}

/** AWS_CA_BUNDLE as the AWS CLI knows it, which the SDK for JavaScript does not: authorities to trust besides. */
function trusting(caBundle: string | undefined): object {
  if (!caBundle) return {};
  const ca = [...getCACertificates('default'), readCaBundle(caBundle)];
  return { secureContext: createSecureContext({ ca }) };
}

// Loaded when first needed: each costs tens of milliseconds and megabytes.

/** `onRequestId` hears the request id of every attempt to change something, whatever became of it. */
export async function organizationsClient(
  settings: ClientSettings,
  onRequestId: (requestId: string) => void,
): Promise<OrganizationsClient> {
  const { OrganizationsClient } = await import('@aws-sdk/client-organizations');
  const client = new OrganizationsClient(settings);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const requestId = isWrite(commandName) && requestIdOf(result.response);
        if (requestId) onRequestId(requestId);
        return result;
      },
    { name: 'noteRequestIds', step: 'deserialize', priority: 'low' },
  );
  return client;
}

function isWrite(commandName: string | undefined): boolean {
  const name = commandName?.replace(/Command$/, '') ?? '';
  return isOperation(name) && operation(name).write === true;
}

function requestIdOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null || !('x-amzn-requestid' in headers)) return undefined;
  const { 'x-amzn-requestid': requestId } = headers;
  return typeof requestId === 'string' ? requestId : undefined;
}

export async function iamClient(settings: ClientSettings): Promise<IAMClient> {
  const { IAMClient } = await import('@aws-sdk/client-iam');
  return new IAMClient(settings);
}

export async function identityCenterClient(settings: ClientSettings): Promise<SSOAdminClient> {
  const { SSOAdminClient } = await import('@aws-sdk/client-sso-admin');
  return new SSOAdminClient(settings);
}

export async function stsClient(settings: ClientSettings): Promise<STSClient> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  return new STSClient(settings);
}
