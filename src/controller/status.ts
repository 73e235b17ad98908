import type { Service } from '../crds/services.ts';
import type { Approval, LastDrift, Replacement, WaitingFor } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { eventDriven, facts, mergeConditions, readiness, wasReady } from './conditions.ts';
import { type Fact, type Obstacle, stalled } from './fact.ts';
import type { Details, Observation } from './observation.ts';
import type { ReportedOutcome } from './outcome.ts';
import type { EventChannel, Organization } from './ports.ts';

/** What a reconcile learned; absent: it did not get to know. */
export interface Findings {
  readonly organization?: Organization;
  readonly observation?: Pick<Observation, 'access' | 'administrators'>;
  readonly details?: Details;
}

export interface StatusInput {
  readonly generation: number;
  readonly requestedAt: string | undefined;
  readonly service: Service;
  readonly outcome: ReportedOutcome;
  readonly findings: Findings;
  readonly replacement: Replacement | undefined;
  readonly waitingFor: WaitingFor | undefined;
  readonly lastDrift: LastDrift | undefined;
  readonly approval: Approval | undefined;
  readonly channel: ReturnType<EventChannel['state']>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The status to store. Equal input gives an equal status, whenever it is asked: nothing moves on an idle reconcile. */
export function nextStatus(previous: TrustedAccessStatus, input: StatusInput): TrustedAccessStatus {
  const {
    generation,
    requestedAt,
    outcome,
    findings,
    replacement,
    waitingFor,
    lastDrift,
    approval,
    channel,
    now,
  } = input;
  const seen = findings.observation ?? unseen(outcome);
  const settled = outcome.kind === 'Settled' ? generation : previous.settledGeneration;
  const handled = requestedAt ?? previous.lastHandledReconcileAt;
  const states = [
    ...readiness(outcome, wasReady(previous.conditions, generation)),
    ...facts(seen),
    eventDriven(channel),
  ];
  return {
    observedGeneration: generation,
    ...(settled !== undefined && { settledGeneration: settled }),
    ...(handled !== undefined && { lastHandledReconcileAt: handled }),
    ...organizationOf(previous, findings.organization),
    ...observed(seen),
    ...detailed(previous, findings.details, input.service),
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
      : stalled('Suspended', 'Not looked at while spec.suspend is true');
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

/** Optional facts; not looked at: as they were last seen. */
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

/** Whether storing `next` would change anything, whatever order its fields stand in. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
