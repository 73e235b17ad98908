import type { Reason } from '../crds/reasons.ts';
import type { Service } from '../crds/services.ts';
import type { ConditionType, LastDrift } from '../crds/status.ts';
import type { Condition, TrustedAccess, TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { isoTime } from '../time/clock.ts';
import type { Desired, Details, Observation } from './observe.ts';
import type { EventChannel } from './ports.ts';
import type { ReportedOutcome } from './status.ts';
import type { Fact, NoticeContent } from './terms.ts';

type State = Pick<Condition, 'type' | 'status' | 'message'> & { reason: Reason; type: ConditionType };

/** A passing failure is not reported before it has lasted this long (milliseconds). */
export const failureTolerance = 60_000;

/**
 * Ready, Reconciling and Stalled by the rules of kstatus: Ready is always there, the other two only when
 * True, never both, and Ready is then False.
 *
 * Source: github.com/kubernetes-sigs/cli-utils, pkg/kstatus.
 */
export function readiness(outcome: ReportedOutcome, wasReady: boolean): State[] {
  switch (outcome.kind) {
    case 'InSync':
      return [{ type: 'Ready', status: 'True', reason: 'InSync', message: outcome.message }];
    case 'Progressing':
      return falling('Reconciling', 'Progressing', outcome.message);
    case 'Stalled':
      return falling('Stalled', outcome.reason, outcome.message);
    case 'Retry':
      return wasReady
        ? [{ type: 'Ready', status: 'Unknown', reason: outcome.reason, message: outcome.message }]
        : falling('Reconciling', outcome.reason, outcome.message);
    case 'Suspended':
      return [
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'Suspended',
          message:
            'spec.suspend is true, so the operator neither reads nor changes AWS. To continue, set spec.suspend: false',
        },
      ];
  }
}

function falling(type: 'Reconciling' | 'Stalled', reason: Reason, message: string): State[] {
  return [
    { type: 'Ready', status: 'False', reason, message },
    { type, status: 'True', reason, message },
  ];
}

/** What AWS has. What could not be read is Unknown, with the missing permission named; never False. */
export function facts(observation: Pick<Observation, 'access' | 'administrators'>): State[] {
  return [
    factState('AccessEnabled', observation.access, ({ enabled, since }) =>
      enabled
        ? ['True', 'Enabled', `AWS Organizations trusts the service${since ? ` since ${since}` : ''}`]
        : ['False', 'Disabled', 'AWS Organizations does not trust the service'],
    ),
    factState('AdministratorsDelegated', observation.administrators, (administrators) =>
      administrators.length > 0
        ? ['True', 'Delegated', `Administered by ${administrators.map(describeAdministrator).join(', ')}`]
        : ['False', 'NotDelegated', 'No account administers the service by delegation'],
    ),
  ];
}

function factState<T>(
  type: ConditionType,
  fact: Fact<T>,
  say: (value: T) => readonly [Condition['status'], Reason, string],
): State {
  if (!fact.known) {
    const { reason, message } = fact.obstacle;
    return { type, status: 'Unknown', reason, message };
  }
  const [status, reason, message] = say(fact.value);
  return { type, status, reason, message };
}

export function eventDriven(channel: ReturnType<EventChannel['state']>): State {
  if (channel?.driven) {
    return { type: 'EventDriven', status: 'True', reason: 'EventsProven', message: channel.message };
  }
  const message =
    channel?.message ??
    'No event queue is configured, so the operator polls AWS at least every 5 minutes. To detect drift by events, run trusted-access setup';
  return { type: 'EventDriven', status: 'False', reason: 'PollingOnly', message };
}

/**
 * The conditions to store: `states` in their order, `lastTransitionTime` moving only with the status, then types
 * that `states` does not speak of, left as they were unless they are one of the three of kstatus.
 *
 * @param now epoch milliseconds
 */
export function mergeConditions(
  previous: readonly Condition[],
  states: readonly State[],
  generation: number,
  now: number,
): Condition[] {
  const kept = previous.filter(
    ({ type }) =>
      !['Ready', 'Reconciling', 'Stalled'].includes(type) && !states.some((state) => state.type === type),
  );
  const next = states.map(({ type, status, reason, message }): Condition => {
    const before = previous.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : isoTime(now);
    return { type, status, reason, message, lastTransitionTime, observedGeneration: generation };
  });
  return [...next, ...kept];
}

/** Whether the resource was Ready, or Stalled with a reason, for this very generation. */
export function wasStable(conditions: readonly Condition[], generation: number): boolean {
  const isStalled = conditions.some(
    ({ type, observedGeneration }) => type === 'Stalled' && observedGeneration === generation,
  );
  return isStalled || wasReady(conditions, generation);
}

/** A resource that is stalled stays so until an attempt succeeds, so that slow retries do not flap. */
export function isProgressWorthReporting({ metadata, status }: TrustedAccess): boolean {
  const { generation } = metadata;
  return wasReady(status.conditions, generation) || status.observedGeneration !== generation;
}

/** Whether the resource was Ready for this very generation. */
export function wasReady(conditions: readonly Condition[], generation: number): boolean {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === generation;
}

/** The notices that the step from one status to the next is worth: transitions, never repetitions. */
export function noticesOf(
  previous: TrustedAccessStatus,
  next: TrustedAccessStatus,
  outcome: ReportedOutcome,
): NoticeContent[] {
  return [...driftNotices(previous.lastDrift, next.lastDrift), ...readyNotices(previous, next, outcome)];
}

function driftNotices(before: LastDrift | undefined, after: LastDrift | undefined): NoticeContent[] {
  if (!after) return [];
  const known = before?.detectedAt === after.detectedAt ? before : undefined;
  const notices: NoticeContent[] = [];
  if (known && after.by !== undefined && known.eventId !== after.eventId) {
    notices.push({ kind: 'DriftAttributed', drift: after });
  }
  if (after.correctedAt !== undefined && known?.correctedAt === undefined) {
    notices.push({ kind: 'DriftCorrected', drift: after });
  }
  return notices;
}

function readyNotices(
  previous: TrustedAccessStatus,
  next: TrustedAccessStatus,
  outcome: ReportedOutcome,
): NoticeContent[] {
  const before = conditionOf(previous, 'Ready');
  if (outcome.kind === 'Stalled') {
    const known = conditionOf(previous, 'Stalled')?.reason === outcome.reason;
    return known ? [] : [{ kind: 'Stalled', reason: outcome.reason as Reason, message: outcome.message }];
  }
  if (outcome.kind !== 'InSync') return [];
  const wasInSync = before?.status === 'True' && before.observedGeneration === next.observedGeneration;
  if (wasInSync) return [];
  const recovered = conditionOf(previous, 'Stalled') !== undefined;
  return [{ kind: 'InSync', recovered, message: outcome.message }];
}

function conditionOf({ conditions }: TrustedAccessStatus, type: string) {
  return conditions.find((condition) => condition.type === type);
}

export function describeAdministrator({ accountId, name }: { accountId: string; name?: string }): string {
  return name ? `${accountId} (${name})` : accountId;
}

/** What a Ready resource says: what AWS has, and the next step for people where AWS leaves one to them. */
export function inSyncMessage(
  { service, desired }: { readonly service: Service; readonly desired: Desired },
  now: Observation,
  details: Details,
): string {
  const { principal } = service;
  if (desired.access === 'Disabled') return `Trusted access of ${principal} is disabled`;
  const administrators = now.administrators.known ? now.administrators.value : [];
  const by =
    administrators.length > 0
      ? `, administered by ${administrators.map(describeAdministrator).join(', ')}`
      : '';
  return `Trusted access of ${principal} is enabled${by}${advice(service.title, details)}`;
}

function advice(title: string, { identityCenter }: Details): string {
  if (!identityCenter?.known || identityCenter.value.instanceArn !== undefined) return '';
  return `. Next: ${title} has no organization instance yet; open its console in the management account and choose Enable`;
}
