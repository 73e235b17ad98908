import type { QueueFault } from './sqsSource.ts';

/** What an AWS client's error says, without knowing the class of each client. */
export interface AwsFault {
  /** Error code, for example AccessDeniedException. */
  readonly code: string;
  readonly message: string;
}

export function awsFault(error: unknown): AwsFault {
  if (!(error instanceof Error)) return { code: 'Unknown', message: String(error) };
  return { code: error.name, message: error.message === '' ? error.name : error.message };
}

const credentialCodes = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

export function isDenied({ code }: AwsFault): boolean {
  return /AccessDenied|UnauthorizedOperation/.test(code) || credentialCodes.has(code);
}

export function isThrottled({ code }: AwsFault): boolean {
  return /Throttl|TooManyRequests|^OverLimit$|RequestLimitExceeded/.test(code);
}

/** Source: SQS API reference, ReceiveMessage errors. */
export function queueFaultOf(fault: AwsFault): QueueFault {
  if (/QueueDoesNotExist|NonExistentQueue|QueueDeletedRecently/.test(fault.code)) return 'Missing';
  if (fault.code.startsWith('Kms') && !isThrottled(fault)) return 'KeyDenied';
  if (/kms:/i.test(fault.message) && isDenied(fault)) return 'KeyDenied';
  if (isDenied(fault)) return 'Denied';
  return isThrottled(fault) ? 'Throttled' : 'Unreachable';
}
