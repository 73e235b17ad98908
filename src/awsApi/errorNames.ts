/**
 * Names of AWS errors by what they mean, as the service models and the common errors of AWS have them. The one table:
 * whatever speaks with AWS asks it.
 */

export const withReason = new Set(['ConstraintViolationException', 'InvalidInputException']);

export const blockedNames = new Set([
  ...withReason,
  'UnsupportedAPIEndpointException',
  'RegionDisabledException',
]);

const deniedNames = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AccessDeniedForDependencyException',
  'UnauthorizedOperation',
  'NotAuthorized',
  'OptInRequired',
  'SubscriptionRequiredException',
]);

export const unknownTokenNames = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidClientTokenIdException',
  'AuthFailure',
  'OptInRequired',
]);

/** Of the credentials: none were found. */
export const missingCredentialNames = new Set(['CredentialsProviderError', 'TokenProviderError']);

/** Of the credentials: AWS refused the time of the request. */
export const clockNames = new Set(['RequestTimeTooSkewed', 'RequestExpired']);

const credentialNames = new Set([
  ...missingCredentialNames,
  ...clockNames,
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidClientTokenIdException',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
  'InvalidToken',
  'InvalidIdentityToken',
  'InvalidIdentityTokenException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'AuthFailure',
  'InvalidSecurity',
  'NotAuthenticated',
]);

const throttledNames = new Set([
  'TooManyRequestsException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'OverLimit',
  'BandwidthLimitExceeded',
  'PriorRequestNotComplete',
  'SlowDown',
]);

const conflictNames = new Set([
  'ConcurrentModificationException',
  'ConcurrentModification',
  'ConflictException',
]);

const transientNames = new Set([
  'ServiceException',
  'InternalServerException',
  'InternalFailure',
  'InternalError',
  'ServiceFailure',
  'ServiceFailureException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'FinalizingOrganizationException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  'AbortError',
  'IDPCommunicationError',
]);

/** What an error's name says, whichever service it came from. */
export type NameKind = 'Denied' | 'Credentials' | 'Throttled' | 'Conflict' | 'Transient';

/** Denied: a permission is missing. Credentials: AWS does not accept the credentials, or there are none. */
export function kindOfName(name: string): NameKind | undefined {
  if (credentialNames.has(name)) return 'Credentials';
  if (deniedNames.has(name) || /AccessDenied/.test(name)) return 'Denied';
  if (throttledNames.has(name) || /Throttl|TooManyRequests/i.test(name)) return 'Throttled';
  if (conflictNames.has(name)) return 'Conflict';
  return transientNames.has(name) ? 'Transient' : undefined;
}
