import { type Service, serviceFor } from '../crds/services.ts';
import type { LastDrift, Replacement, WaitingFor } from '../crds/status.ts';
import {
  clearReplacementAnnotation,
  type Metadata,
  requestedAtAnnotation,
  type TrustedAccess,
  type TrustedAccessStatus,
} from '../crds/trustedAccess.ts';
import type { Clock } from '../time/clock.ts';
import { sinceWhen } from '../time/clock.ts';
import { failureTolerance, wasStable } from './conditions.ts';
import { type Desired, desiredState, isRevoking } from './desired.ts';
import type { Obstacle } from './fact.ts';
import type { ReportedOutcome } from './outcome.ts';
import {
  type Cloud,
  type DriftAttribution,
  type EventChannel,
  type Organizations,
  type ReadOptions,
  type Recorder,
  type ResourceStore,
  statusOf,
} from './ports.ts';
import type { OwnWrite } from './readYourWrites.ts';
import { type Findings, isSame, nextStatus } from './status.ts';
import { distrust } from './swap.ts';
import { type NoticeContent, noticesOf } from './transitions.ts';

export interface Ports {
  readonly cloud: Cloud;
  readonly store: ResourceStore;
  readonly recorder: Recorder;
  readonly attribution: DriftAttribution;
  readonly channel: EventChannel;
  readonly clock: Clock;
  readonly limits?: Limits;
}

/** What the person who runs the operator may set. Milliseconds. */
export interface Limits {
  /** The longest for which a contended administrator is not restored; absent: one minute. */
  readonly contentionHold?: number;
  /** For how long a missing resource keeps its claim; absent: two minutes. */
  readonly takeOverGrace?: number;
}

/** What one process remembers of a resource while it leads; nothing that safety depends on is only here. */
export interface Memory {
  /** The last status this process meant to store, whatever the store has. */
  status?: TrustedAccessStatus;
  writes: OwnWrite[];
  /** Which testimonies of the last drift count: not what caused the one before. `since`: epoch milliseconds. */
  awaited?: { readonly since: number; readonly notEvent: string | undefined };
  /** Epoch milliseconds of the first of an unbroken row of passing failures. */
  failingSince?: number | undefined;
  /** Epoch milliseconds since when a swap is known that began later than now: a clock was set back, or another's is ahead. */
  swapSeenAt?: number | undefined;
}

export interface Context {
  readonly ports: Ports;
  readonly memory: Memory;
  /** Administrators a service turned out to allow, learned from AWS: the catalogue may have no number, or an old one. */
  readonly learnedMaxima: Map<string, number>;
  /** Epoch milliseconds at which this reconcile was asked for: no older read will do. */
  readonly wokenAt: number;
  readonly signal: AbortSignal;
}

/** One reconcile of one resource. */
export interface Run {
  readonly resource: TrustedAccess;
  readonly context: Context;
  readonly service: Service;
  readonly desired: Desired;
  /** As it was when this reconcile began. */
  readonly status: TrustedAccessStatus;
  /** The rollback record, if it may be acted on. */
  readonly replacement: Replacement | undefined;
  /** Why there is a rollback record that may not. */
  readonly distrust: Obstacle | undefined;
  readonly organizations: Organizations;
  readonly requestedAt: string | undefined;
}

export function startRun(resource: TrustedAccess, context: Context): Run {
  const status = withoutCleared(context.memory.status ?? resource.status, resource.metadata);
  const suspect = distrust(status.replacement, resource.metadata, context.ports.clock.now());
  return {
    resource,
    context,
    service: serviceFor(resource.spec.servicePrincipal),
    desired: desiredState(resource),
    status,
    replacement: suspect ? undefined : status.replacement,
    distrust: suspect,
    organizations: context.ports.cloud.open(resource.spec.organization),
    requestedAt: resource.metadata.annotations[requestedAtAnnotation],
  };
}

/** The rollback record is dropped where an annotation names it. */
export function withoutCleared(status: TrustedAccessStatus, { annotations }: Metadata): TrustedAccessStatus {
  const { replacement, ...rest } = status;
  return replacement && annotations[clearReplacementAnnotation] === replacement.startedAt ? rest : status;
}

/** Somebody asked for a reconcile by the annotation, and this is the first since. */
export function isAsked(run: Run): boolean {
  return run.requestedAt !== undefined && run.requestedAt !== run.status.lastHandledReconcileAt;
}

/** @param tolerance how much older than the wake-up a shared view may be, in milliseconds */
export function reading({ context }: Run, tolerance = 0): ReadOptions {
  return { notBefore: context.wokenAt - tolerance, signal: context.signal };
}

export function emit(run: Run, notices: NoticeContent): void {
  const { metadata, spec } = run.resource;
  const { organization } = run.context.memory.status ?? run.status;
  run.context.ports.recorder.emit({
    ...notices,
    resource: { name: metadata.name, uid: metadata.uid, principal: spec.servicePrincipal },
    at: run.context.ports.clock.now(),
    ...(organization && { organization }),
  });
}

export interface Report {
  readonly findings?: Findings;
  readonly replacement?: Replacement | undefined;
  readonly lastDrift?: LastDrift | undefined;
  readonly waitingFor?: WaitingFor | undefined;
}

/** Ends a reconcile: stores the status if it changed, and tells what is news in it. */
export async function report(
  run: Run,
  outcome: ReportedOutcome,
  details: Report = {},
): Promise<ReportedOutcome> {
  const reported = isRevoking(run.resource) ? explainDeletion(outcome) : outcome;
  if (isTolerable(run, reported)) return reported;
  const next = compose(run, reported, details);
  run.context.memory.failingSince = undefined;
  const notices = noticesOf(run.status, next, reported);
  try {
    await save(run, next);
  } finally {
    // The next look stores it, and finds nothing new in it; another leader has to find it.
    if (!run.context.signal.aborted) for (const item of notices) emit(run, item);
  }
  return reported;
}

/** Stores an intermediate status; rejects when it could not be stored. */
export function save({ resource, context }: Run, next: TrustedAccessStatus): Promise<void> {
  const { memory, ports, signal } = context;
  return storeStatus(resource.metadata, next, { memory, store: ports.store, signal });
}

interface Storing extends Pick<Context, 'memory' | 'signal'> {
  readonly store: ResourceStore;
}

/**
 * Stores the status unless that is what the store has, or the resource is gone; rejects when it could not be stored.
 * Somebody else may have written over it: a former leader whose call arrived late, a backup that was put back.
 */
export async function storeStatus(
  metadata: Metadata,
  next: TrustedAccessStatus,
  { memory, store, signal }: Storing,
): Promise<void> {
  const stored = store.get(metadata.name);
  const shown = stored && statusOf(stored);
  const isShown = shown === undefined || isSame(shown, next);
  // The store's own copy where it is the same: one in memory is enough.
  memory.status = isShown && shown ? shown : next;
  if (!isShown) await store.writeStatus(metadata, next, signal);
}

export function compose(run: Run, outcome: ReportedOutcome, details: Report): TrustedAccessStatus {
  const { memory, ports } = run.context;
  const latest = memory.status ?? run.status;
  return nextStatus(latest, {
    generation: run.resource.metadata.generation,
    requestedAt: run.requestedAt,
    service: run.service,
    outcome,
    findings: details.findings ?? {},
    replacement: 'replacement' in details ? details.replacement : latest.replacement,
    waitingFor: 'waitingFor' in details ? details.waitingFor : latest.waitingFor,
    lastDrift: details.lastDrift ?? latest.lastDrift,
    channel: ports.channel.state(
      (details.findings?.organization ?? latest.organization)?.managementAccountId,
    ),
    now: ports.clock.now(),
  });
}

/** A failure that may pass by itself takes away neither Ready nor the reason of a stall at once. */
function isTolerable({ resource, status, context }: Run, outcome: ReportedOutcome): boolean {
  const { memory, ports } = context;
  if (outcome.kind !== 'Retry') return false;
  if (!wasStable((memory.status ?? status).conditions, resource.metadata.generation)) return false;
  const now = ports.clock.now();
  memory.failingSince = sinceWhen(memory.failingSince, now);
  return now - memory.failingSince < failureTolerance;
}

function explainDeletion(outcome: ReportedOutcome): ReportedOutcome {
  if (outcome.kind !== 'Stalled' && outcome.kind !== 'Retry') return outcome;
  return {
    ...outcome,
    message: `Deletion waits: ${outcome.message} (deletionPolicy: Retain lets the resource go and leaves AWS as it is)`,
  };
}
