import type { Environment } from './proxies.ts';

type Service = 'ACCOUNT' | 'IAM' | 'ORGANIZATIONS' | 'SSO_ADMIN' | 'STS';

export interface EndpointChoice {
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
}

/**
 * An endpoint that the environment names goes before FIPS and dual-stack, which the SDK refuses beside it.
 * Source: AWS SDKs and tools reference guide, "Service-specific endpoints".
 */
export function endpointChoice(service: Service, environment: Environment): EndpointChoice {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return {};
  const named = environment[`AWS_ENDPOINT_URL_${service}`] || environment['AWS_ENDPOINT_URL'];
  return named ? { useFipsEndpoint: false, useDualstackEndpoint: false } : {};
}
