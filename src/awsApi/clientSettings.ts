import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { OrganizationTarget } from '../controller/ports.ts';

/** What any client of the SDK is made with: credentials, shared connections, and the user agent that CloudTrail shows. */
export type ClientSettings = { readonly region: string } & Pick<
  SQSClientConfig,
  'credentials' | 'requestHandler' | 'customUserAgent' | 'maxAttempts' | 'retryMode'
>;

/** Settings for one set of credentials. Default region: the target's, or where the operator runs. */
export type SettingsFor = (
  target: OrganizationTarget | undefined,
  region?: string,
) => Promise<ClientSettings>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Endpoint that the environment sets for SQS, or for all services.
 * Source: AWS SDKs and tools reference guide, "Service-specific endpoints".
 */
export function configuredSqsEndpoint(environment: Environment): string | undefined {
  return configuredEndpoint('SQS', environment);
}

function configuredEndpoint(service: string, environment: Environment): string | undefined {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment['AWS_ENDPOINT_URL'] || undefined;
}

/** Neither FIPS nor dual-stack: the SDK refuses both beside an endpoint that the user chose. */
export const regionalByDefault = { useFipsEndpoint: false, useDualstackEndpoint: false } as const;

/** The same settings, fit for a service whose endpoint the environment may have set. */
export function settingsOf(
  service: 'CLOUDTRAIL' | 'EVENTBRIDGE' | 'IAM' | 'STS',
  settings: ClientSettings,
  environment: Environment = process.env,
) {
  return configuredEndpoint(service, environment) === undefined
    ? settings
    : { ...settings, ...regionalByDefault };
}

/** Loads and makes something once, at the first call; again after a failure. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
