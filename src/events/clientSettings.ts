import type { SQSClientConfig } from '@aws-sdk/client-sqs';

/** What every AWS client here is made with. Absent credentials: the SDK's default chain. */
export interface ClientSettings {
  readonly credentials?: NonNullable<SQSClientConfig['credentials']>;
  /** Mark that tells the operator's own calls from others, and in CloudTrail who called. */
  readonly userAgent?: string;
  /** The environment variables that name endpoints and regions. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Milliseconds. Every call ends by itself. */
const callTimeout = 10_000;
const connectionTimeout = 5_000;

/** Common part of a client's configuration. `requestTimeout` in milliseconds: longer for long polls. */
export function clientConfig(settings: ClientSettings, region: string, requestTimeout = callTimeout) {
  return {
    region,
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    ...(settings.userAgent === undefined ? {} : { customUserAgent: settings.userAgent }),
    requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
  };
}

/**
 * Endpoint that the environment sets for a service, by the name in `AWS_ENDPOINT_URL_<SERVICE>`, or for all.
 * Source: AWS SDKs and tools reference guide, "Service-specific endpoints".
 */
export function configuredEndpoint(
  { environment }: ClientSettings,
  service: 'SQS' | 'EVENTBRIDGE' | 'CLOUDTRAIL',
): string | undefined {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const own = environment[`AWS_ENDPOINT_URL_${service}`];
  return (own === '' ? undefined : own) ?? environment['AWS_ENDPOINT_URL'];
}

export function defaultRegion({ environment }: ClientSettings): string | undefined {
  return environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
}
