import { failureOf, TransportError } from './failure.ts';

/**
 * Why a name that AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT made cannot be found: not every service has such an
 * endpoint in every region, and the SDK makes names for all. Undefined when the failure is another one.
 */
export function endpointTrouble(hostname: string, thrown: unknown): TransportError | undefined {
  const { code } = failureOf(thrown);
  if (code !== 'ENOTFOUND') return undefined;
  const variable = variableBehind(hostname);
  if (variable === undefined) return undefined;
  const kind = variable === 'AWS_USE_FIPS_ENDPOINT' ? 'FIPS' : 'dual-stack';
  return new TransportError(
    `${hostname} has no address (${code}): AWS has no ${kind} endpoint for this service there. Unset ${variable}, or give the service another endpoint in AWS_ENDPOINT_URL_<SERVICE>`,
    code,
  );
}

function variableBehind(hostname: string): string | undefined {
  if (/(^|\.|-)fips[.-]|-fips\./.test(hostname)) return 'AWS_USE_FIPS_ENDPOINT';
  return /\.api\.(aws|amazonwebservices\.com\.cn)$/.test(hostname) ? 'AWS_USE_DUALSTACK_ENDPOINT' : undefined;
}
