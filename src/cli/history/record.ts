import type { Actor } from '../../controller/ports.ts';
import type { DriftKind, LastDrift } from '../../crds/status.ts';
import { oneLine } from '../../text/plainText.ts';

export const sources = ['CloudTrail', 'Event', 'Status', 'Spec'] as const;
export type Source = (typeof sources)[number];

export interface Author {
  readonly name: string;
  readonly arn?: string;
  readonly onBehalfOf?: Actor['onBehalfOf'];
  /** The service, tool, console or kind of request it went through. */
  readonly via?: string;
  readonly sourceIp?: string;
  /** Whether it says of itself that it is the operator. */
  readonly isOperator: boolean;
}

/** The AWS operations that change something, and what each changes. */
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
 * - Change: the operator or another caller changed AWS.
 * - Drift: such a change that no change of the spec explains.
 * - Corrected: AWS was verified to be as declared again.
 * - Condition: a condition has this reason since then; `word` is the reason.
 * - Spec, Swap, Other: a change of the resource, a step of a swap, an event of another controller.
 */
export type HistoryFact =
  | { readonly kind: 'Change'; readonly operation: Operation; readonly account?: string }
  | { readonly kind: 'Drift'; readonly drift: DriftKind; readonly detectedAt?: number }
  | {
      readonly kind: 'Corrected';
      readonly drift: DriftKind;
      readonly detectedAt?: number;
      readonly took?: number;
    }
  | { readonly kind: 'Condition'; readonly word: string }
  | { readonly kind: 'Spec' | 'Swap' | 'Other'; readonly word: string };

/** One thing that happened, from one source. */
export interface HistoryEntry {
  readonly resource: string;
  readonly source: Source;
  /** Epoch milliseconds; CloudTrail and managedFields know whole seconds. */
  readonly at: number;
  readonly fact: HistoryFact;
  /** For people; a sentence without its full stop. */
  readonly text: string;
  readonly by?: Author;
  /** Of the CloudTrail event. */
  readonly eventId?: string;
  /** Of the call in AWS. */
  readonly requestId?: string;
  /** How often in a row it happened, up to this time. */
  readonly count?: number;
}

type DriftActor = Pick<LastDrift, 'arn' | 'onBehalfOf' | 'via' | 'sourceIp'> & { readonly by: string };

/** The author of a change in AWS. Every string is one line. */
export function authorOf(actor: DriftActor, isOperator: boolean): Author {
  const { by, arn, onBehalfOf, via, sourceIp } = actor;
  return {
    name: oneLine(by),
    ...(arn !== undefined && { arn: oneLine(arn) }),
    ...(onBehalfOf !== undefined && { onBehalfOf: userOf(onBehalfOf) }),
    ...(via !== undefined && { via: oneLine(via) }),
    ...(sourceIp !== undefined && { sourceIp: oneLine(sourceIp) }),
    isOperator,
  };
}

function userOf({
  userId,
  identityStoreArn,
}: NonNullable<LastDrift['onBehalfOf']>): NonNullable<Author['onBehalfOf']> {
  return {
    userId: oneLine(userId),
    ...(identityStoreArn !== undefined && { identityStoreArn: oneLine(identityStoreArn) }),
  };
}

export const operator: Author = { name: 'the operator', isOperator: true };

/** Milliseconds of an ISO time; undefined when it is none. */
export function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
