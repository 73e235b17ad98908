/** Names of errors by what they mean, as the service models and the common errors of AWS have them. */

export const withReason = new Set(['ConstraintViolationException', 'InvalidInputException']);

export const blockedNames = new Set([
  ...withReason,
  'UnsupportedAPIEndpointException',
  'RegionDisabledException',
]);

export const deniedNames = new Set([
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

export const credentialNames = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
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
  'RequestTimeTooSkewed',
  'AuthFailure',
  'CredentialsProviderError',
  'TokenProviderError',
]);

export const throttledNames = new Set([
  'TooManyRequestsException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
  'PriorRequestNotComplete',
  'SlowDown',
]);

export const conflictNames = new Set([
  'ConcurrentModificationException',
  'ConcurrentModification',
  'ConflictException',
]);

export const transientNames = new Set([
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
