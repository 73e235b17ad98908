import type { AccountClient } from '@aws-sdk/client-account';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { STSClient } from '@aws-sdk/client-sts';
import { endpointChoice } from './endpointChoice.ts';
import { isOperation, operation } from './operations.ts';
import type { CredentialProvider } from './session.ts';
import type { Transport } from './transport.ts';

/** Settings that any client of the SDK takes, so that all of them share connections and are told apart in CloudTrail. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly requestHandler: Transport;
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly customUserAgent: [string, string][];
}

// Loaded when first needed: each costs tens of milliseconds and megabytes.

/** `onRequestId` hears the request id of every attempt to change something, whatever became of it. */
export async function organizationsClient(
  settings: ClientSettings,
  onRequestId: (requestId: string) => void,
): Promise<OrganizationsClient> {
  const { OrganizationsClient } = await import('@aws-sdk/client-organizations');
  const client = new OrganizationsClient({ ...settings, ...endpointChoice('ORGANIZATIONS', process.env) });
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

export async function accountClient(settings: ClientSettings): Promise<AccountClient> {
  const { AccountClient } = await import('@aws-sdk/client-account');
  return new AccountClient({ ...settings, ...endpointChoice('ACCOUNT', process.env) });
}

export async function iamClient(settings: ClientSettings): Promise<IAMClient> {
  const { IAMClient } = await import('@aws-sdk/client-iam');
  return new IAMClient({ ...settings, ...endpointChoice('IAM', process.env) });
}

export async function identityCenterClient(settings: ClientSettings): Promise<SSOAdminClient> {
  const { SSOAdminClient } = await import('@aws-sdk/client-sso-admin');
  const chosen = { ...settings, ...endpointChoice('SSO_ADMIN', process.env) };
  const client = new SSOAdminClient(chosen);
  // Outside GovCloud its only FIPS endpoints are dual-stack: sso-fips.us-east-1.api.aws.
  // Source: AWS General Reference, "AWS IAM Identity Center endpoints and quotas"
  const dualStackOnly = !settings.region.startsWith('us-gov-') && (await client.config.useFipsEndpoint());
  return dualStackOnly ? new SSOAdminClient({ ...chosen, useDualstackEndpoint: true }) : client;
}

export async function stsClient(settings: ClientSettings): Promise<STSClient> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  return new STSClient({ ...settings, ...endpointChoice('STS', process.env) });
}
