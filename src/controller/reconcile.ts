import type { LastDrift } from '../crds/status.ts';
import { finalizer, type TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { sinceWhen } from '../time/clock.ts';
import { apply } from './apply.ts';
import { assess, type Unassessed } from './assess.ts';
import { attributeTo, awaitedOf, isUnattributed, questionOf, repeatedQuestion } from './attribution.ts';
import { finalizerChange, takeOverObstacle } from './claims.ts';
import { failureTolerance, inSyncMessage, noticesOf, wasStable } from './conditions.ts';
import { type Context, emit } from './context.ts';
import {
  becomesContended,
  closeDrift,
  describeContention,
  detectDrift,
  newDrift,
  openDrift,
} from './drift.ts';
import { hold, holdFor, holdingOf } from './guards.ts';
import {
  differenceOf,
  isInSync,
  isRevoking,
  type Observation,
  observe,
  readYourWritesWait,
  recent,
} from './observe.ts';
import { approvalIn, approvalRecord } from './permitted.ts';
import { learnedMaximum, plan, planInput } from './plan.ts';
import type { Action } from './ports.ts';
import {
  conclude,
  explainDeletion,
  nextStatus,
  type Outcome,
  type Report,
  type ReportedOutcome,
  stop,
} from './status.ts';
import { type SwapFacts, swapKnownSince, swapUncertainty } from './swap.ts';
import { keptRecord, untilArrived } from './swapSteps.ts';
import { describeActions } from './terms.ts';

/**
 * Makes AWS as the resource declares, as far as it may, and says where that ended.
 * Rejects when the status could not be stored, or when the signal is aborted: then try again.
 */
export async function reconcile(context: Context): Promise<Outcome> {
  const assessed = await assess(context);
  if (assessed.kind !== 'Assessed') return endUnassessed(context, assessed);
  const { identified, claim, observation, details } = assessed;
  const run: Context = { ...context, ...assessed.subject };
  const { resource, service, desired, memory, learnedMaxima, saved, clock } = run;

  await keepFinalizer(run);
  memory.writes = recent(memory.writes, clock.now());
  memory.swapKnownSince = swapKnownSince(resource.status.replacement, memory.swapKnownSince, clock.now());
  const stale = staleFor(run, observation);
  if (stale > 0) return { kind: 'Wait', after: stale };
  if (assessed.isAbandoned) return release(run);

  const disabling = desired.access === 'Disabled' ? await details : undefined;
  const wished = plan(planInput(run, observation, disabling));
  if (claim.kind === 'Vacant') {
    const { waitingFor } = claim;
    const waits = takeOverObstacle(resource, waitingFor, wished, clock.now(), run.limits?.takeOverGrace);
    if (waits) return report(run, stop(waits.obstacle, waits.after), { waitingFor });
    if (wished.actions.length > 0) await takeOver(run);
  }
  const drift = recordDrift(run, observation);
  const planned = hold(wished, run, observation, drift);
  const underWay = () =>
    underWayStatus(run, planned.actions, { findings: { observation }, lastDrift: drift });
  const applied = await apply(planned.actions, run, { observation, underWay });

  // What the verifying reads showed; when not everything went as planned, a new observation.
  const read = { notBefore: clock.now(), signal: run.signal };
  const now: Observation =
    applied.kind === 'Done'
      ? { ...observation, ...applied.seen }
      : await observe(identified, service.principal, desired, run.organizations, read);
  const maximum = learnedMaximum(applied, now, learnedMaxima.get(service.principal));
  if (maximum !== undefined) learnedMaxima.set(service.principal, maximum);
  const outcome = conclude(planned, applied, desired, now, inSyncMessage(run, now, await details));
  if (outcome.kind === 'InSync' && resource.metadata.deletionTimestamp) return release(run);
  const lastDrift = await attributeDrift(run, now, closeDrift(drift, desired, now, clock.now()));
  if (isInSync(desired, now)) memory.inSyncAt = clock.now();
  const facts = swapFacts(run, now);
  const ended = { applied, facts, observation: now };
  const replacement = keptRecord(saved.latest().replacement, run, ended, clock.now());
  const findings = { organization: now.organization, observation: now, details: await details };
  return report(run, untilArrived(outcome, replacement, facts, clock.now()), {
    findings,
    replacement,
    lastDrift,
    waitingFor: undefined,
  });
}

async function endUnassessed(context: Context, assessed: Unassessed): Promise<Outcome> {
  switch (assessed.kind) {
    case 'Released':
      return release(context);
    case 'Suspended':
      return report(context, { kind: 'Suspended' });
    case 'Blocked': {
      const { organization, obstacle } = assessed;
      return report(context, stop(obstacle), organization ? { findings: { organization } } : {});
    }
    case 'Waits': {
      // While it is unknown whether the older resource is about the same organization, a deletion waits.
      const { obstacle, waitingFor } = assessed;
      const isDeleted = context.resource.metadata.deletionTimestamp !== undefined;
      if (isDeleted && obstacle.reason === 'Conflict') return release(context);
      return report(context, stop(obstacle), { waitingFor });
    }
  }
}

async function release({ resource, store, signal }: Context): Promise<Outcome> {
  if (resource.metadata.finalizers.includes(finalizer))
    await store.setFinalizer(resource.metadata, false, signal);
  return { kind: 'Gone' };
}

/** Revoke puts the finalizer on before the first change that a deletion would have to undo; Retain has none. */
async function keepFinalizer({ resource, store, signal }: Context): Promise<void> {
  const change = finalizerChange(resource);
  if (change !== undefined) await store.setFinalizer(resource.metadata, change, signal);
}

/** Stored before the first change: from here on, the resource that was waited for comes second when it returns. */
async function takeOver({ saved }: Context): Promise<void> {
  const { waitingFor: _, ...rest } = saved.latest();
  await saved.save(rest);
}

/**
 * Milliseconds for which this observation may be a stale read after a write of this process, or of one before it. An
 * open drift that a newer change of another caller explains is no stale read.
 */
function staleFor(context: Context, observation: Observation): number {
  const { resource, desired, memory, attribution, clock } = context;
  const { status } = resource;
  const now = clock.now();
  const swap = swapUncertainty(status.replacement, swapFacts(context, observation), now);
  const wait = readYourWritesWait(memory.writes, differenceOf(desired, observation), now);
  const kind = detectDrift(context, observation) ?? openDrift(status)?.kind;
  if (wait === 0 || kind === undefined) return Math.max(wait, swap);
  const since = Math.max(...memory.writes.map(({ at }) => at));
  const evidence = attribution.recall({ ...questionOf(kind, now, context, observation), since });
  return evidence ? swap : Math.max(wait, swap);
}

/** Returns the drift that this observation shows, or else the last one there was. Emits a new one before its correction. */
function recordDrift(context: Context, observation: Observation): LastDrift | undefined {
  const { resource, memory, attribution, clock } = context;
  const { lastDrift } = resource.status;
  const kind = detectDrift(context, observation);
  if (!kind) return lastDrift;
  const now = clock.now();
  const question = questionOf(kind, now, context, observation, memory.inSyncAt);
  const evidence = attribution.recall(question);
  memory.awaited = awaitedOf(question, evidence);
  const drift = newDrift(kind, evidence, lastDrift, now);
  const isHeld = holdFor(drift, now, holdingOf(context)) > 0;
  const corrects = resource.spec.driftPolicy === 'Correct' && !isHeld;
  emit(context, { kind: 'DriftDetected', drift, corrects });
  if (becomesContended(drift) && !isHeld)
    emit(context, { kind: 'Contended', drift, message: describeContention(drift) });
  return drift;
}

/** Asks for the actor as long as it can become known. */
async function attributeDrift(
  context: Context,
  observation: Observation,
  drift: LastDrift | undefined,
): Promise<LastDrift | undefined> {
  const { memory, attribution, clock, signal } = context;
  if (!drift || !isUnattributed(drift, memory.awaited, clock.now())) return drift;
  const question = repeatedQuestion(drift, context, observation, memory.awaited);
  const known = attribution.recall(question);
  const evidence = known && !known.isFollowUp ? known : await attribution.lookUp(question, signal);
  memory.awaited = awaitedOf(question, evidence ?? known);
  return attributeTo(drift, evidence ?? known);
}

function swapFacts({ resource, memory }: Context, { administrators }: Observation): SwapFacts {
  return { uid: resource.metadata.uid, administrators, knownSince: memory.swapKnownSince };
}

/** Ends a reconcile: stores the status if it changed, and emits what is new in it. */
async function report(
  context: Context,
  outcome: ReportedOutcome,
  details: Report = {},
): Promise<ReportedOutcome> {
  const { resource, memory, saved, clock, signal } = context;
  const reported = isRevoking(resource) ? explainDeletion(outcome) : outcome;
  // A failure that may pass by itself takes away neither Ready nor the reason of a stall at once.
  if (reported.kind === 'Retry' && wasStable(saved.latest().conditions, resource.metadata.generation)) {
    const now = clock.now();
    memory.failingSince = sinceWhen(memory.failingSince, now);
    if (now - memory.failingSince < failureTolerance) return reported;
  }
  memory.failingSince = undefined;
  const next = composeStatus(context, reported, details);
  const notices = noticesOf(resource.status, next, reported);
  try {
    await saved.save(next);
  } finally {
    // The next reconcile stores it, and finds nothing new in it; another leader has to find it.
    if (!signal.aborted) for (const notice of notices) emit(context, notice);
  }
  return reported;
}

function underWayStatus(context: Context, actions: readonly Action[], details: Report): TrustedAccessStatus {
  const message = `About to ${describeActions(actions)}`;
  return composeStatus(context, { kind: 'Progressing', message, after: 0 }, details);
}

function composeStatus(context: Context, outcome: ReportedOutcome, details: Report): TrustedAccessStatus {
  const { resource, service, requestedAt, policy, clock } = context;
  const latest = context.saved.latest();
  const now = clock.now();
  const approval = approvalIn(policy) && approvalRecord(latest.approval, resource.metadata, now);
  const { managementAccountId } = details.findings?.organization ?? latest.organization ?? {};
  const channel = context.channel.state(managementAccountId);
  return nextStatus(latest, { resource, service, requestedAt, channel, approval, now }, outcome, details);
}
