import { CloudError } from '../controller/ports.ts';
import { kindOfName } from './errorNames.ts';
import { failureOf } from './failure.ts';

/** Which permission is missing, and of which key, may stand at the end. */
const longestMessage = 1_024;

/** Why a queue does not deliver. */
export type QueueFault =
  | 'Missing'
  | 'CredentialsUnusable'
  | 'Denied'
  | 'KeyDenied'
  | 'Throttled'
  | 'Unreachable';

/** What an AWS client's error says, without knowing the classes of each client. */
export interface AwsFault {
  /** Error code, for example AccessDeniedException. */
  readonly code: string;
  /** Without what differs from one time to the next: it ends up in conditions, which should not move. */
  readonly message: string;
}

export function awsFault(error: unknown): AwsFault {
  // Credentials that could not be had: the call that failed is another than the one that was to be made.
  if (error instanceof CloudError)
    return { code: error.reason, message: `${error.action}: ${error.message}` };
  const { name, text } = failureOf(error, undefined, longestMessage);
  return { code: name, message: text || name };
}

/** A permission is missing. */
export function isDenied({ code }: AwsFault): boolean {
  return kindOfName(code) === 'Denied';
}

/** The credentials are missing, expired or not accepted: no permission helps. */
export function hasNoCredentials({ code }: AwsFault): boolean {
  return code === 'CredentialsUnusable' || kindOfName(code) === 'Credentials';
}

export function isThrottled({ code }: AwsFault): boolean {
  return kindOfName(code) === 'Throttled';
}

/** Source: SQS API reference, ReceiveMessage errors. */
export function queueFaultOf(fault: AwsFault): QueueFault {
  if (/QueueDoesNotExist|NonExistentQueue|QueueDeletedRecently/.test(fault.code)) return 'Missing';
  if (isThrottled(fault)) return 'Throttled';
  if (/^kms/i.test(fault.code)) return 'KeyDenied';
  if (hasNoCredentials(fault)) return 'CredentialsUnusable';
  if (!isDenied(fault)) return 'Unreachable';
  return /kms:/i.test(fault.message) ? 'KeyDenied' : 'Denied';
}
