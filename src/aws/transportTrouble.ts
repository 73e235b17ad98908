import { failureOf, TransportError } from '../awsApi/failure.ts';
import { untrusted } from './authorities.ts';

/** What people can do about a connection that failed, where its error alone does not tell. Undefined otherwise. */
export function transportTrouble(hostname: string, thrown: unknown): TransportError | undefined {
  // The SDK's handler renames errors that pass.
  if (thrown instanceof TransportError) return new TransportError(thrown.message, thrown.code);
  const { code } = failureOf(thrown);
  if (code === undefined) return undefined;
  const message = untrusted(hostname, code);
  return message === undefined ? withoutAddress(hostname, code) : new TransportError(message, code);
}

/**
 * Not every service has a FIPS or dual-stack endpoint in every region, and the SDK makes names for all.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
function withoutAddress(hostname: string, code: string): TransportError | undefined {
  if (code !== 'ENOTFOUND') return undefined;
  const variable = variableBehind(hostname);
  if (variable === undefined) return undefined;
  const kind = variable === 'AWS_USE_FIPS_ENDPOINT' ? 'FIPS' : 'dual-stack';
  // The SDK takes no endpoint of one's own for these two beside FIPS.
  const remedy = /^(portal\.sso|oidc)\b/.test(hostname)
    ? 'Use credentials that do not come from IAM Identity Center'
    : 'Set another endpoint in AWS_ENDPOINT_URL_<SERVICE>';
  return new TransportError(
    `${hostname} does not resolve (${code}): AWS has no ${kind} endpoint for this service there. ${remedy}, or unset ${variable}`,
    code,
  );
}

function variableBehind(hostname: string): string | undefined {
  if (/^([a-z0-9-]+\.)?[a-z0-9]+-fips\.|\.fips\./.test(hostname)) return 'AWS_USE_FIPS_ENDPOINT';
  return /\.api\.(aws|amazonwebservices\.com\.cn)$/.test(hostname) ? 'AWS_USE_DUALSTACK_ENDPOINT' : undefined;
}
