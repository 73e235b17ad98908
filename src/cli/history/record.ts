import type { DriftKind } from '../../crds/status.ts';

export const sources = ['CloudTrail', 'Event', 'Status', 'Spec'] as const;
export type Source = (typeof sources)[number];

export interface Author {
  readonly name: string;
  /** The role, service, console or kind of request it went through. */
  readonly via?: string;
  readonly sourceIp?: string;
  /** Whether it says of itself that it is the operator. */
  readonly isOperator: boolean;
}

/** What an own action or somebody's call changes: the name of the AWS operation. */
export const operations = {
  EnableAWSServiceAccess: 'Trusted access enabled',
  DisableAWSServiceAccess: 'Trusted access disabled',
  RegisterDelegatedAdministrator: 'registered as delegated administrator',
  DeregisterDelegatedAdministrator: 'deregistered as delegated administrator',
} as const;
export type Operation = keyof typeof operations;
export const operationNames = Object.keys(operations) as Operation[];

/** The call that shows in AWS for a drift; of a replacement, its second half. */
export const causes: Readonly<Record<DriftKind, Operation>> = {
  AccessDisabled: 'DisableAWSServiceAccess',
  AccessEnabled: 'EnableAWSServiceAccess',
  AdministratorRemoved: 'DeregisterDelegatedAdministrator',
  AdministratorAdded: 'RegisterDelegatedAdministrator',
  AdministratorReplaced: 'RegisterDelegatedAdministrator',
};

export const driftWords: Readonly<Record<DriftKind, string>> = {
  AccessDisabled: 'trusted access disabled',
  AccessEnabled: 'trusted access enabled',
  AdministratorRemoved: 'delegated administrator deregistered',
  AdministratorAdded: 'delegated administrator registered',
  AdministratorReplaced: 'delegated administrator replaced',
};

/**
 * What happened.
 * - Change: somebody, or the operator, changed AWS.
 * - Drift: such a change that no change of the spec explains.
 * - Corrected: AWS was verified to be as declared again.
 * - Standing: how the resource stands since then; `word` is the reason.
 * - Spec, Swap, Other: what was asked of the resource, a replacement's steps, what somebody else says.
 */
export type OutsideChange =
  | { readonly kind: 'Change'; readonly operation: Operation; readonly account?: string }
  | { readonly kind: 'Drift'; readonly drift: DriftKind; readonly detectedAt: number }
  | { readonly kind: 'Corrected'; readonly drift: DriftKind; readonly took?: number }
  | { readonly kind: 'Standing'; readonly word: string }
  | { readonly kind: 'Spec' | 'Swap' | 'Other'; readonly word: string };

/** One thing, as one source tells it. */
export interface HistoryEntry {
  readonly resource: string;
  readonly source: Source;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether the source knows milliseconds, or only the second. */
  readonly isExact: boolean;
  readonly outsideChange: OutsideChange;
  /** For people; a sentence without its full stop. */
  readonly text: string;
  readonly by?: Author;
  /** Of CloudTrail. */
  readonly eventId?: string;
  /** How often in a row it happened, up to this time. */
  readonly count?: number;
}

export const operator: Author = { name: 'the operator', isOperator: true };

/** Milliseconds of an ISO time; undefined when it is none. */
export function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
