import type { CloudErrorKind } from '../controller/ports.ts';
import type { Reason } from '../crds/reasons.ts';
import { serviceFor } from '../crds/services.ts';
import {
  blockedNames,
  conflictNames,
  credentialNames,
  deniedNames,
  throttledNames,
  transientNames,
  unknownTokenNames,
  withReason,
} from './errorNames.ts';
import type { Failure } from './failure.ts';
import { type OperationName, operation } from './operations.ts';

/** What was asked of AWS, as far as it decides what a failure means. */
export interface Question {
  readonly operation: OperationName;
  readonly principal?: string;
  /** The role to be assumed. */
  readonly role?: string;
  /** Asked in a region that an account has only after enabling it. */
  readonly optInRegion?: boolean;
}

export type Verdict =
  /** AWS already has it so. */
  | { readonly kind: 'Done' }
  /** What was asked for does not exist. */
  | { readonly kind: 'Absent' }
  | {
      readonly kind: 'Failed';
      readonly error: CloudErrorKind;
      readonly reason: Reason;
      readonly message: string;
      /** The credentials themselves were not accepted: newer ones may be. */
      readonly credentials?: true;
    };

/** The one place that looks at error names and reasons; never at wording, which AWS changes. Total: never throws. */
export function classify(failure: Failure, question: Question): Verdict {
  return (
    alreadySo(failure, question) ??
    absent(failure, question) ??
    refusedByReason(failure, question) ??
    refusedByName(failure, question) ??
    byTransport(failure, question)
  );
}

function failed(error: CloudErrorKind, reason: Reason, message: string): Verdict {
  return { kind: 'Failed', error, reason, message };
}

function alreadySo({ name, reason }: Failure, question: Question): Verdict | undefined {
  const done: Verdict = { kind: 'Done' };
  switch (question.operation) {
    case 'RegisterDelegatedAdministrator':
      return name === 'AccountAlreadyRegisteredException' ? done : undefined;
    case 'DeregisterDelegatedAdministrator':
      return name === 'AccountNotRegisteredException' ? done : undefined;
    case 'DisableAWSServiceAccess':
      return reason === 'SERVICE_ACCESS_NOT_ENABLED' ? done : undefined;
    default:
      return undefined;
  }
}

function absent({ name }: Failure, question: Question): Verdict | undefined {
  const none: Verdict = { kind: 'Absent' };
  switch (question.operation) {
    case 'DescribeOrganization':
      return name === 'AWSOrganizationsNotInUseException' ? none : undefined;
    case 'DescribeAccount':
      return name === 'AccountNotFoundException' ? none : undefined;
    case 'GetRole':
      return name === 'NoSuchEntityException' || name === 'NoSuchEntity' ? none : undefined;
    case 'ListInstances':
      // A region that is not enabled in the account does not know the account's tokens.
      return question.optInRegion && unknownTokenNames.has(name) ? none : undefined;
    default:
      return undefined;
  }
}

// ── Reasons of ConstraintViolationException and InvalidInputException ────────────────────────────

type ByReason = (failure: Failure, question: Question) => Verdict;

const slotTaken: ByReason = (failure, { operation }) =>
  operation === 'DisableAWSServiceAccess'
    ? stillAdministered(failure)
    : failed('slotTaken', 'TooManyAdministrators', said(failure));

/**
 * The plan deregisters before it disables, so this is a stale view of AWS or somebody who was registered since:
 * looking again soon decides which.
 */
function stillAdministered(failure: Failure): Verdict {
  return failed('conflict', 'AdministratorsUnmanaged', said(failure));
}

const reasons: Readonly<Record<string, ByReason>> = {
  SERVICE_ACCESS_NOT_ENABLED: (failure) => failed('notEnabled', 'Progressing', said(failure)),
  DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE: slotTaken,
  MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED: slotTaken,
  CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR: (failure) =>
    failed('blocked', 'ManagementAccountNotAllowed', said(failure)),
  CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR: (failure) =>
    failed('blocked', 'AccountNotActive', said(failure)),
  ORGANIZATION_NOT_IN_ALL_FEATURES_MODE: (failure) => failed('blocked', 'NotAllFeatures', said(failure)),
  // Also seen for a known principal while access or all features are off: then it passes.
  UNRECOGNIZED_SERVICE_PRINCIPAL: (failure, { principal }) =>
    failed(
      principal !== undefined && serviceFor(principal).catalogued ? 'transient' : 'blocked',
      'UnrecognizedServicePrincipal',
      said(failure),
    ),
};

function refusedByReason(failure: Failure, question: Question): Verdict | undefined {
  if (failure.reason === undefined) return undefined;
  const known = Object.hasOwn(reasons, failure.reason) ? reasons[failure.reason] : undefined;
  if (known) return known(failure, question);
  return withReason.has(failure.name) ? failed('blocked', 'Blocked', said(failure)) : undefined;
}

// ── Names ────────────────────────────────────────────────────────────────────────────────────────

function refusedByName(failure: Failure, question: Question): Verdict | undefined {
  const { name } = failure;
  if (deniedNames.has(name)) return denied(failure, question);
  if (credentialNames.has(name)) return badCredentials(failure, question);
  if (throttledNames.has(name)) return failed('throttled', 'Throttled', 'too many requests');
  if (conflictNames.has(name)) {
    return failed('conflict', passing(question), 'another change of the organization was under way');
  }
  if (transientNames.has(name)) return transient(failure, question);
  switch (name) {
    case 'AWSOrganizationsNotInUseException':
      return failed('blocked', 'OrganizationNotInUse', said(failure));
    case 'AccountNotFoundException':
      return failed('blocked', 'AccountNotFound', said(failure));
    case 'AccountAlreadyRegisteredException':
      return stillAdministered(failure);
    default:
      return blockedNames.has(name) ? failed('blocked', 'Blocked', said(failure)) : undefined;
  }
}

function denied(failure: Failure, { role }: Question): Verdict {
  const about = role === undefined ? '' : `role ${role} cannot be assumed: `;
  return failed('denied', 'AccessDenied', `${about}${said(failure)}`);
}

/** AWS's own words stay out: with a wrong signature they repeat the request, its token included. */
function badCredentials(failure: Failure, { role }: Question): Verdict {
  const about = role === undefined ? '' : ` while assuming role ${role}`;
  const missing = failure.name === 'CredentialsProviderError' || failure.name === 'TokenProviderError';
  const message = missing
    ? `no usable credentials${about}: ${said(failure)}`
    : `AWS does not accept the credentials${about} (${failure.name})`;
  return { kind: 'Failed', error: 'denied', reason: 'AccessDenied', message, credentials: true };
}

// ── Anything else: by HTTP status or by what the network says ────────────────────────────────────

function byTransport(failure: Failure, question: Question): Verdict {
  const { status, code } = failure;
  if (status === 429) return failed('throttled', 'Throttled', 'too many requests');
  if (status === 401 || status === 403) return denied(failure, question);
  const answered = status !== undefined && status >= 400 && status < 500 && status !== 408;
  if (answered && code === undefined) return failed('blocked', 'Blocked', said(failure));
  return transient(failure, question);
}

function transient(failure: Failure, question: Question): Verdict {
  const { code, status, name } = failure;
  if (name === 'TransportError') return failed('transient', passing(question), failure.text);
  const what = code ?? (status !== undefined && status >= 500 ? `HTTP ${status}` : name);
  return failed('transient', passing(question), `no usable answer (${what})`);
}

/** What a failure that passes says of the resource: a read leaves something unknown, a write is still to come. */
function passing({ operation: name }: Question): Reason {
  return operation(name).write ? 'Progressing' : 'ObservationFailed';
}

function said({ name, reason, text }: Failure): string {
  const word = reason ?? name;
  return text === '' ? word : `${text} (${word})`;
}
