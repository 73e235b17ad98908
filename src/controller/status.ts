import type { Service } from '../crds/services.ts';
import type { Approval, LastDrift, Replacement, WaitingFor } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import type { Applied } from './apply.ts';
import { eventDriven, facts, mergeConditions, readiness, wasReady } from './conditions.ts';
import type { ReadContext } from './context.ts';
import { type Desired, type Details, differenceOf, isInSync, type Observation } from './observe.ts';
import type { Plan } from './plan.ts';
import type { EventChannel, Organization } from './ports.ts';
import { type CloudError, type Fact, type Obstacle, obstacleOf, stalled } from './terms.ts';

/** Where a reconcile ended. Times in milliseconds. */
export type Outcome =
  /** Observed again at the resync interval, or `after` so long when that is sooner. */
  | { readonly kind: 'InSync'; readonly message: string; readonly after?: number }
  /** On its way, and AWS or a second step has to follow. */
  | { readonly kind: 'Progressing'; readonly message: string; readonly after: number }
  /** Cannot go on until something changes; tried again slowly, or after `after`. */
  | (Obstacle & { readonly kind: 'Stalled'; readonly after?: number })
  /** A passing failure: again with backoff. */
  | (Obstacle & { readonly kind: 'Retry' })
  | { readonly kind: 'Suspended' }
  /** A read that contradicts an own recent write: nothing is reported, observe again. */
  | { readonly kind: 'Wait'; readonly after: number }
  /** The resource is released: there is nothing more to do for it. */
  | { readonly kind: 'Gone' };

/** What the status reports. */
export type ReportedOutcome = Exclude<Outcome, { kind: 'Wait' | 'Gone' }>;

export function stop(obstacle: Obstacle, after?: number): ReportedOutcome {
  return obstacle.kind === 'Retry'
    ? { kind: 'Retry', reason: obstacle.reason, message: obstacle.message }
    : {
        kind: 'Stalled',
        reason: obstacle.reason,
        message: obstacle.message,
        ...(after !== undefined && { after }),
      };
}

/** A deletion that waits says for what, and how to end it. */
export function explainDeletion(outcome: ReportedOutcome): ReportedOutcome {
  if (outcome.kind !== 'Stalled' && outcome.kind !== 'Retry') return outcome;
  return {
    ...outcome,
    message: `Deletion waits: ${outcome.message} (to delete the resource without a change in AWS, set spec.deletionPolicy: Retain)`,
  };
}

/** What the plan and its execution come to. `now`: AWS as the verifying reads showed it. */
export function conclude(
  plan: Plan,
  applied: Applied,
  desired: Desired,
  now: Observation,
  message: string,
): ReportedOutcome {
  switch (applied.kind) {
    case 'Failed':
      return stop(noRoom(applied.error, desired, now) ?? obstacleOf(applied.error));
    case 'Refused':
      return stop(applied.obstacle);
    case 'Unverified':
      return {
        kind: 'Retry',
        reason: 'ObservationFailed',
        message: 'AWS accepted the change, but reads do not show it yet; retrying',
      };
    case 'Done':
      break;
  }
  if (plan.stop) return stop(plan.stop, plan.wait);
  // One replacement at a time: another one may have to follow.
  if (!isInSync(desired, now)) {
    return {
      kind: 'Progressing',
      message: 'The last change is verified; the operator continues with the next change',
      after: 0,
    };
  }
  return { kind: 'InSync', message };
}

/** AWS has no room for another, and every registered account is declared: only the spec or AWS's limit can change that. */
function noRoom(error: CloudError, desired: Desired, now: Observation): Obstacle | undefined {
  if (error.kind !== 'slotTaken' || !now.administrators.known) return undefined;
  const registered = now.administrators.value.length;
  if (registered === 0 || differenceOf(desired, now).surplus.length > 0) return undefined;
  return stalled(
    'TooManyAdministrators',
    `AWS allows no more than the ${registered} registered delegated administrators, and the spec declares more. Remove accounts from spec.delegatedAdministrators, or request a higher limit from AWS`,
  );
}

/** What a reconcile learned; absent: it did not get to know. */
export interface Findings {
  readonly organization?: Organization;
  readonly observation?: Pick<Observation, 'access' | 'administrators'>;
  readonly details?: Details;
}

/** What a reconcile reports beside its outcome; absent: as it was. */
export interface Report {
  readonly findings?: Findings;
  /** Undefined: forgotten. */
  readonly replacement?: Replacement | undefined;
  readonly lastDrift?: LastDrift | undefined;
  /** Undefined: it waits for none. */
  readonly waitingFor?: WaitingFor | undefined;
}

export interface Circumstances extends Pick<ReadContext, 'resource' | 'service' | 'requestedAt'> {
  readonly channel: ReturnType<EventChannel['state']>;
  /** Undefined: this generation is not approved, or needs no approval. */
  readonly approval: Approval | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The status to store. Equal input gives an equal status, whenever it is asked: nothing moves on an idle reconcile. */
export function nextStatus(
  previous: TrustedAccessStatus,
  { resource, service, requestedAt, channel, approval, now }: Circumstances,
  outcome: ReportedOutcome,
  report: Report,
): TrustedAccessStatus {
  const { generation } = resource.metadata;
  const { findings = {} } = report;
  const { replacement, waitingFor } = { ...previous, ...report };
  const lastDrift = report.lastDrift ?? previous.lastDrift;
  const seen = findings.observation ?? unseen(outcome);
  const inSync = outcome.kind === 'InSync' ? generation : previous.inSyncGeneration;
  const handled = requestedAt ?? previous.lastHandledReconcileAt;
  const states = [
    ...readiness(outcome, wasReady(previous.conditions, generation)),
    ...facts(seen),
    eventDriven(channel),
  ];
  return {
    observedGeneration: generation,
    ...(inSync !== undefined && { inSyncGeneration: inSync }),
    ...(handled !== undefined && { lastHandledReconcileAt: handled }),
    ...organizationOf(previous, findings.organization),
    ...observed(seen),
    ...detailed(previous, findings.details, service),
    ...(replacement && { replacement }),
    ...(waitingFor && { waitingFor }),
    ...(lastDrift && { lastDrift }),
    ...(approval && { approval }),
    conditions: mergeConditions(previous.conditions, states, generation, now),
  };
}

/** Nothing was read: unknown, for the reason that kept it from being read. */
function unseen(outcome: ReportedOutcome): Pick<Observation, 'access' | 'administrators'> {
  const obstacle: Obstacle =
    outcome.kind === 'Stalled' || outcome.kind === 'Retry'
      ? { kind: outcome.kind, reason: outcome.reason, message: outcome.message }
      : stalled('Suspended', 'Not read while spec.suspend is true');
  const unknown = { known: false, obstacle } as const;
  return { access: unknown, administrators: unknown };
}

function organizationOf(previous: TrustedAccessStatus, found: Organization | undefined) {
  if (!found) return previous.organization && { organization: previous.organization };
  const { id, managementAccountId, partition } = found;
  return { organization: { id, managementAccountId, partition } };
}

function observed({ access, administrators }: Pick<Observation, 'access' | 'administrators'>) {
  return {
    access: access.known
      ? {
          state: access.value.enabled ? ('Enabled' as const) : ('Disabled' as const),
          ...(access.value.since !== undefined && { since: access.value.since }),
        }
      : { state: 'Unknown' as const },
    administrators: administrators.known
      ? administrators.value.map(({ accountId }) => accountId).join(', ') || 'none'
      : 'unknown',
    ...(administrators.known && {
      delegatedAdministrators: administrators.value.map(({ accountId, name, since }) => ({
        accountId,
        ...(name !== undefined && { name }),
        ...(since !== undefined && { since }),
      })),
    }),
  };
}

/** Optional facts; not observed: as they were last seen. */
function detailed(previous: TrustedAccessStatus, details: Details | undefined, service: Service) {
  if (!details) {
    const { identityCenter, serviceLinkedRole } = previous;
    return { ...(identityCenter && { identityCenter }), ...(serviceLinkedRole && { serviceLinkedRole }) };
  }
  const { identityCenter, serviceLinkedRole } = details;
  const name = service.serviceLinkedRole;
  return {
    ...(identityCenter && {
      identityCenter: identityCenter.known ? identityCenter.value : { use: 'Unknown' as const },
    }),
    ...(serviceLinkedRole &&
      name !== undefined && { serviceLinkedRole: { name, state: presence(serviceLinkedRole) } }),
  };
}

function presence(fact: Fact<boolean>): 'Present' | 'Absent' | 'Unknown' {
  if (!fact.known) return 'Unknown';
  return fact.value ? 'Present' : 'Absent';
}
