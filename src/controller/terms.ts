/** The terms that all files of the controller share: facts, obstacles, actions, notices. */
import type { Reason } from '../crds/reasons.ts';
import type { LastDrift } from '../crds/status.ts';

/**
 * What kind of failure it is, decided in one place by the adapter:
 * - transient: server side or network; again with backoff
 * - throttled: too many requests; again with backoff
 * - conflict: another change was under way, again soon
 * - denied: a permission is missing (reason AccessDenied), or the credentials or settings of this process cannot be
 *   used (any other reason), and the message then says what to do
 * - blocked: AWS says no for a reason that only a change elsewhere lifts; `reason` says which
 * - slotTaken: the service has as many administrators as it allows
 * - notEnabled: register before enable
 */
export type CloudErrorKind =
  | 'transient'
  | 'throttled'
  | 'conflict'
  | 'denied'
  | 'blocked'
  | 'slotTaken'
  | 'notEnabled';

export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly kind: CloudErrorKind;
  /** For denied, blocked and the retried kinds: the condition reason. */
  readonly reason: Reason;
  /** The IAM action that was called, for example `organizations:RegisterDelegatedAdministrator`. */
  readonly action: string;

  constructor(
    kind: CloudErrorKind,
    reason: Reason,
    action: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.kind = kind;
    this.reason = reason;
    this.action = action;
  }
}

/** AWS said no, and waiting some seconds would not change that. */
export function isRefusal({ kind }: CloudError): boolean {
  return kind === 'blocked' || kind === 'denied';
}

/** Not that an account is missing or not active: it was seen to be, right before, so AWS itself is not sure. */
const finalReasons: ReadonlySet<Reason> = new Set<Reason>([
  'ManagementAccountNotAllowed',
  'DelegationNotSupported',
  'UnrecognizedServicePrincipal',
  'NotAllFeatures',
  'OrganizationNotInUse',
]);

/** Only a change of the spec, of the account or of the organization lifts it; a permission may be granted any time. */
export function isFinal({ kind, reason }: CloudError): boolean {
  return kind === 'blocked' && finalReasons.has(reason);
}

/** Known, or unknown with the reason. No action can be made out of an unknown. */
export type Fact<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly obstacle: Obstacle };

/** A named reason to stop. Stalled: slow retry, until something else changes. Retry: again with backoff. */
export interface Obstacle {
  readonly kind: 'Stalled' | 'Retry';
  readonly reason: Reason;
  readonly message: string;
  /** The IAM action that AWS did not permit, for example `organizations:DescribeOrganization`. */
  readonly action?: string;
}

/** Turns the rejection of a read into an unknown fact; anything but a CloudError stays a rejection. */
export async function fact<T>(reading: Promise<T>): Promise<Fact<T>> {
  try {
    return { known: true, value: await reading };
  } catch (error) {
    if (error instanceof CloudError) return { known: false, obstacle: obstacleOf(error) };
    throw error;
  }
}

export function stalled(reason: Reason, message: string): Obstacle {
  return { kind: 'Stalled', reason, message };
}

/** What a failed call means for the resource: the permission or the reason is named, never guessed. */
export function obstacleOf(error: CloudError): Obstacle {
  switch (error.kind) {
    case 'denied':
      // Only a missing permission is put right by granting the action.
      return error.reason === 'AccessDenied'
        ? { ...stalled(error.reason, sentence(error)), action: error.action }
        : stalled(error.reason, error.message);
    case 'blocked':
      return stalled(error.reason, sentence(error));
    case 'transient':
    case 'throttled':
    case 'conflict':
    case 'slotTaken':
    case 'notEnabled':
      return { kind: 'Retry', reason: error.reason, message: sentence(error) };
  }
}

function sentence(error: CloudError): string {
  switch (error.kind) {
    case 'denied':
      return `${error.action} is not permitted: ${error.message}`;
    case 'throttled':
      return `AWS is throttling ${error.action}: ${error.message}`;
    case 'blocked':
      return `AWS refuses ${error.action}: ${error.message}`;
    default:
      return `${error.action} failed: ${error.message}`;
  }
}

/** One thing AWS is asked to do. Data: it can be printed, executed and enumerated. */
export type Action =
  | { readonly kind: 'EnableAccess' }
  | { readonly kind: 'DisableAccess' }
  | { readonly kind: 'RegisterAdministrator'; readonly accountId: string }
  | { readonly kind: 'DeregisterAdministrator'; readonly accountId: string }
  | { readonly kind: 'ReplaceAdministrator'; readonly from: string; readonly to: string }
  /** The old administrator comes back: second half of a replacement that was refused. */
  | { readonly kind: 'RestoreAdministrator'; readonly accountId: string; readonly instead: string };

export interface ResourceRef {
  readonly name: string;
  readonly uid: string;
  readonly principal: string;
}

/** What happened to a resource, emitted once, on transitions only. */
export type Notice = {
  readonly resource: ResourceRef;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly organization?: { readonly id: string; readonly managementAccountId: string };
} & (
  | { readonly kind: 'DriftDetected'; readonly drift: LastDrift; readonly corrects: boolean }
  | { readonly kind: 'DriftAttributed'; readonly drift: LastDrift }
  | { readonly kind: 'DriftCorrected'; readonly drift: LastDrift }
  /** The same drift recurs, and is corrected all the same. */
  | { readonly kind: 'Contended'; readonly drift: LastDrift; readonly message: string }
  | { readonly kind: 'ActionStarted'; readonly action: Action }
  | {
      readonly kind: 'ActionVerified';
      readonly action: Action;
      readonly milliseconds: number;
      /** Of the call that made the change, as CloudTrail records it; absent: AWS already had it so. */
      readonly requestId?: string;
    }
  | {
      readonly kind: 'ReplacementRolledBack';
      readonly from: string;
      readonly to: string;
      readonly message: string;
    }
  | { readonly kind: 'Stalled'; readonly reason: Reason; readonly message: string }
  | { readonly kind: 'InSync'; readonly recovered: boolean; readonly message: string }
);

/** Gets every notice: for Kubernetes events, log, metrics, notifications, the timeline. Never throws, never blocks. */
export interface Recorder {
  emit(notice: Notice): void;
}

/** In the infinitive, to stand behind «would» or «will». */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'EnableAccess':
      return 'enable trusted access';
    case 'DisableAccess':
      return 'disable trusted access';
    case 'RegisterAdministrator':
      return `register ${action.accountId} as delegated administrator`;
    case 'DeregisterAdministrator':
      return `deregister the delegated administrator ${action.accountId}`;
    case 'ReplaceAdministrator':
      return `replace the delegated administrator ${action.from} by ${action.to}`;
    case 'RestoreAdministrator':
      return `restore the delegated administrator ${action.accountId} instead of ${action.instead}`;
  }
}

export function describeActions(actions: readonly Action[]): string {
  return actions.map(describeAction).join(', then ');
}

type Without<T> = T extends unknown ? Omit<T, 'resource' | 'at' | 'organization'> : never;
export type NoticeContent = Without<Notice>;
