import {
  blockedNames,
  clockNames,
  kindOfName,
  missingCredentialNames,
  unknownTokenNames,
  withReason,
} from '../awsApi/errorNames.ts';
import type { Failure } from '../awsApi/failure.ts';
import type { CloudErrorKind } from '../controller/ports.ts';
import type { Reason } from '../crds/reasons.ts';
import { serviceFor } from '../crds/services.ts';
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
      /** The message says already what to do. */
      readonly remedied?: true;
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
  switch (kindOfName(name)) {
    case 'Denied':
      return denied(failure, question);
    case 'Credentials':
      return badCredentials(failure, question);
    case 'Throttled':
      return failed('throttled', 'Throttled', 'AWS is throttling requests');
    case 'Conflict':
      return failed('conflict', passing(question), 'another change of the organization is in progress');
    case 'Transient':
      return transient(failure, question);
    case undefined:
      break;
  }
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

function denied(failure: Failure, { operation: name, role }: Question): Verdict {
  if (name === 'GetCallerIdentity') return unusable(`AWS rejects the credentials: ${said(failure)}`);
  const about = role === undefined ? '' : `role ${role} cannot be assumed: `;
  return failed('denied', 'AccessDenied', `${about}${said(failure)}`);
}

/** AWS's own words stay out: with a wrong signature they repeat the request, its token included. */
function badCredentials(failure: Failure, { role }: Question): Verdict {
  const about = role === undefined ? '' : ` while assuming role ${role}`;
  const { name, skewMilliseconds } = failure;
  if (skewMilliseconds !== undefined && Math.abs(skewMilliseconds) > skewTolerated) {
    return unusable(clockMessage(skewMilliseconds, name), true);
  }
  if (clockNames.has(name)) {
    const message = `AWS refused the time of the request${about} (${name}). Synchronize the clock of this machine with NTP.`;
    return unusable(message, true);
  }
  if (missingCredentialNames.has(name))
    return unusable(`There are no usable credentials${about}: ${said(failure)}`);
  const what = /expired/i.test(name) ? 'has expired' : 'are not accepted by AWS';
  return unusable(
    /expired/i.test(name)
      ? `The session of the credentials ${what}${about} (${name})`
      : `The credentials ${what}${about} (${name})`,
  );
}

/** AWS takes requests whose time is this far off (milliseconds). Source: IAM user guide, "Signing AWS API requests". */
const skewTolerated = 5 * 60_000;

/** In whole minutes: the message ends up in a condition, which should not move. */
function clockMessage(skew: number, name: string): string {
  const minutes = Math.round(Math.abs(skew) / 60_000);
  const way = skew > 0 ? 'behind' : 'ahead of';
  return `The clock of this machine is ${minutes} minutes ${way} that of AWS, so AWS refuses the signature (${name}). Synchronize it with NTP.`;
}

function unusable(message: string, remedied = false): Verdict {
  return {
    kind: 'Failed',
    error: 'denied',
    reason: 'CredentialsUnusable',
    message,
    credentials: true,
    ...(remedied && { remedied }),
  };
}

// ── Anything else: by HTTP status or by what the network says ────────────────────────────────────

function byTransport(failure: Failure, question: Question): Verdict {
  const { status, code } = failure;
  if (status === 429) return failed('throttled', 'Throttled', 'AWS is throttling requests');
  if (status === 401 || status === 403) return denied(failure, question);
  const answered = status !== undefined && status >= 400 && status < 500 && status !== 408;
  if (answered && code === undefined) return failed('blocked', 'Blocked', said(failure));
  return transient(failure, question);
}

function transient(failure: Failure, question: Question): Verdict {
  if (isUntrusted(failure))
    return failed(
      'denied',
      'ObservationFailed',
      failure.name === 'TransportError' ? failure.text : noAnswer(failure),
    );
  if (failure.name === 'TransportError') return failed('transient', passing(question), failure.text);
  return failed('transient', passing(question), noAnswer(failure));
}

/** Certificates that cannot be trusted do not become so by waiting. */
function isUntrusted({ code = '' }: Failure): boolean {
  return /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_ALTNAME)/.test(code);
}

/** That a call had no answer, and why: bounded, the same from one time to the next. */
export function noAnswer(failure: Failure): string {
  const { code, status, name, host } = failure;
  const what = code ?? (status !== undefined && status >= 500 ? `HTTP ${status}` : name);
  const where = host === undefined ? '' : ` ${host}`;
  if (isUntrusted(failure)) {
    return `The TLS certificate of the endpoint cannot be trusted (${what}). ${tlsRemedy(what)}`;
  }
  return `no usable answer (${what}${where})`;
}

function tlsRemedy(code: string): string {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'Check the clock of this machine and the certificate of the proxy or endpoint.';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Check AWS_ENDPOINT_URL: the certificate is for another host.';
  return 'Set AWS_CA_BUNDLE to a PEM file with the authority that signed it, for example that of your proxy.';
}

/** What a failure that passes says of the resource: a read leaves something unknown, a write is still to come. */
function passing({ operation: name }: Question): Reason {
  return operation(name).write ? 'Progressing' : 'ObservationFailed';
}

function said({ name, reason, text }: Failure): string {
  const word = reason ?? name;
  return text === '' ? word : `${text} (${word})`;
}
