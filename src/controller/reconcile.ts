import type { Replacement } from '../crds/status.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import { sinceWhen } from '../time/clock.ts';
import { apply } from './apply.ts';
import { type Assessment, assess, type Known } from './assess.ts';
import type { Applied } from './attempt.ts';
import { takeOverObstacle } from './claims.ts';
import { keepFinalizer, release, yieldTo } from './deletion.ts';
import { differenceOf } from './drift.ts';
import { attribute, closeDrift, isAttributed, noteDrift } from './driftRecord.ts';
import { hold } from './hold.ts';
import { inSyncMessage } from './messages.ts';
import { type Observation, observe } from './observation.ts';
import { conclude, type Outcome, type ReportedOutcome, stop } from './outcome.ts';
import { plan } from './plan.ts';
import { readYourWritesWait, recent } from './readYourWrites.ts';
import { type Context, type Run, report, save, startRun, withoutCleared } from './run.ts';
import { keptRecord, type SwapFacts, swapAwaits, swapUncertainty } from './swap.ts';
import { viewOf } from './viewOf.ts';
import { reportProgress, workOf } from './work.ts';

/**
 * Makes AWS as the resource declares, as far as it may, and says where that ended.
 * Rejects when the status could not be stored, or when the signal is aborted: then try again.
 */
export async function reconcile(resource: TrustedAccess, context: Context): Promise<Outcome> {
  const begun = startRun(resource, context);
  const assessed = await assess(begun);
  switch (assessed.kind) {
    case 'Released':
      return release(begun);
    case 'Suspended':
      return report(begun, { kind: 'Suspended' });
    case 'Blocked':
      return reportBlocked(begun, assessed);
    case 'Waits':
      return yieldTo(begun, assessed);
  }
  const { run, identified, claim, observation, details } = assessed;
  await keepFinalizer(run);
  const uncertainty = staleFor(run, observation);
  if (uncertainty > 0) return { kind: 'Wait', after: uncertainty };
  if (assessed.isAbandoned) return release(run);

  const wished = plan(
    viewOf(run, observation, run.desired.access === 'Disabled' ? await details : undefined),
  );
  if (claim.kind === 'Vacant') {
    const { waitingFor } = claim;
    const waits = takeOverObstacle(
      resource,
      waitingFor,
      wished,
      context.ports.clock.now(),
      context.ports.limits?.takeOverGrace,
    );
    if (waits) return report(run, stop(waits.obstacle, waits.after), { waitingFor });
    if (wished.actions.length > 0) await takeOver(run);
  }
  const drift = noteDrift(run, observation);
  const planned = hold(wished, run, observation, drift);
  const progress = reportProgress(run, planned.actions, observation, drift);
  const applied = await apply(planned.actions, workOf(run, planned.actions, observation, drift, progress));
  await progress;

  const now = await observeAfter(run, identified, observation, applied);
  learn(run, applied, now);
  const outcome = conclude(planned, applied, run.desired, now, inSyncMessage(run, now, await details));
  if (outcome.kind === 'Settled' && resource.metadata.deletionTimestamp) return release(run);
  const lastDrift = await attribute(run, now, closeDrift(run, now, drift));
  const replacement = recordAfter(run, now, applied);
  const findings = { organization: now.organization, observation: now, details: await details };
  return report(run, untilArrived(run, outcome, now, replacement), {
    findings,
    replacement,
    lastDrift,
    waitingFor: undefined,
  });
}

function reportBlocked(run: Run, { organization, obstacle }: Extract<Assessment, { kind: 'Blocked' }>) {
  return report(run, stop(obstacle), organization ? { findings: { organization } } : {});
}

/** Stored before the first change: from here on, the resource that was waited for comes second when it returns. */
async function takeOver(run: Run): Promise<void> {
  const { waitingFor: _, ...rest } = run.context.memory.status ?? run.status;
  await save(run, rest);
}

/** Milliseconds for which this look may be a stale read after an own write. */
function staleFor(run: Run, observation: Observation): number {
  const { memory, ports } = run.context;
  const now = ports.clock.now();
  memory.writes = recent(memory.writes, now);
  const uncertainty = readYourWritesWait(memory.writes, differenceOf(run.desired, observation), now);
  const { replacement } = run.status;
  const began = replacement && (replacement.deregisteredAt ?? replacement.startedAt);
  const isAhead = began !== undefined && Date.parse(began) > now;
  memory.swapSeenAt = isAhead ? sinceWhen(memory.swapSeenAt, now) : undefined;
  const unsure = swapUncertainty(replacement, swapFacts(run, observation), now);
  const since = Math.max(...memory.writes.map(({ at }) => at));
  return uncertainty > 0 && !isAttributed(run, observation, since) ? Math.max(uncertainty, unsure) : unsure;
}

function swapFacts({ resource, context }: Run, { administrators }: Observation): SwapFacts {
  return { uid: resource.metadata.uid, administrators, knownSince: context.memory.swapSeenAt };
}

/** The rollback record as it is after this reconcile. */
function recordAfter(run: Run, now: Observation, applied: Applied): Replacement | undefined {
  const { memory, ports } = run.context;
  const { replacement } = withoutCleared(memory.status ?? run.status, run.resource.metadata);
  const ended = {
    applied,
    facts: swapFacts(run, now),
    candidates: now.candidates,
    generation: run.resource.metadata.generation,
    wanted: run.desired.administrators,
  };
  return keptRecord(replacement, ended, ports.clock.now());
}

/** A record is kept no longer than the call it is about may take: the next reconcile drops it. */
function untilArrived(
  run: Run,
  outcome: ReportedOutcome,
  now: Observation,
  record: Replacement | undefined,
): ReportedOutcome {
  if (outcome.kind !== 'Settled') return outcome;
  const after = swapAwaits(record, swapFacts(run, now), run.context.ports.clock.now());
  return after === undefined ? outcome : { ...outcome, after };
}

/** AWS said that there is no room: so many it is, until more are seen. */
function learn(
  { service: { principal }, context: { learnedMaxima } }: Run,
  applied: Applied,
  { administrators }: Observation,
): void {
  if (!administrators.known) return;
  const registered = administrators.value.length;
  const full = applied.kind === 'Failed' && applied.error.kind === 'slotTaken';
  const more = registered > (learnedMaxima.get(principal) ?? Number.POSITIVE_INFINITY);
  if (full || more) learnedMaxima.set(principal, Math.max(1, registered));
}

/** What the verifying reads showed; when not everything went as planned, a new look. */
async function observeAfter(
  run: Run,
  identified: Known,
  before: Observation,
  applied: Applied,
): Promise<Observation> {
  if (applied.kind === 'Done') return { ...before, ...applied.seen };
  const read = { notBefore: run.context.ports.clock.now(), signal: run.context.signal };
  return observe(identified, run.service.principal, run.desired, run.organizations, read);
}
