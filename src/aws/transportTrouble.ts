import { failureOf, TransportError } from './failure.ts';

/** What people can do about a connection that failed, where its error alone does not tell. Undefined otherwise. */
export function transportTrouble(hostname: string, thrown: unknown): TransportError | undefined {
  // The SDK's handler renames errors that pass.
  if (thrown instanceof TransportError) return new TransportError(thrown.message, thrown.code);
  const { code } = failureOf(thrown);
  if (code === undefined) return undefined;
  return untrusted(hostname, code) ?? withoutAddress(hostname, code);
}

/** Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrustedCodes = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function untrusted(hostname: string, code: string): TransportError | undefined {
  if (!untrustedCodes.has(code)) return undefined;
  return new TransportError(
    `the certificate of ${hostname} comes from an unknown authority (${code}). If a proxy signs its own certificates, set AWS_CA_BUNDLE to the file of its authority`,
    code,
  );
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
    ? 'Use other credentials than those of IAM Identity Center'
    : 'Name another in AWS_ENDPOINT_URL_<SERVICE>';
  return new TransportError(
    `${hostname} has no address (${code}): AWS has no ${kind} endpoint for this service there. ${remedy}, or unset ${variable}`,
    code,
  );
}

function variableBehind(hostname: string): string | undefined {
  if (/^([a-z0-9-]+\.)?[a-z0-9]+-fips\.|\.fips\./.test(hostname)) return 'AWS_USE_FIPS_ENDPOINT';
  return /\.api\.(aws|amazonwebservices\.com\.cn)$/.test(hostname) ? 'AWS_USE_DUALSTACK_ENDPOINT' : undefined;
}
