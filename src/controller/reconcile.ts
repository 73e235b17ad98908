import type { Replacement } from '../crds/status.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import { sinceWhen } from '../time/clock.ts';
import { apply } from './apply.ts';
import type { Applied } from './attempt.ts';
import { type Claiming, claimOf, hasHeir, takeOverObstacle } from './claims.ts';
import { isAbandoned, isReleased, keepFinalizer, release, retained, yieldTo } from './deletion.ts';
import { isRevoking } from './desired.ts';
import { differenceOf } from './drift.ts';
import { attribute, isTestified, noteDrift, settleDrift } from './driftRecord.ts';
import { hold } from './hold.ts';
import { inSyncMessage } from './messages.ts';
import {
  type Details,
  type Identified,
  identify,
  type Observation,
  observe,
  observeDetails,
} from './observation.ts';
import { conclude, type Outcome, type ReportedOutcome, stop } from './outcome.ts';
import { plan } from './plan.ts';
import { readYourWritesWait, recent } from './readYourWrites.ts';
import { type Context, type Run, reading, report, save, startRun, withoutCleared } from './run.ts';
import { keptRecord, type SwapFacts, swapAwaits, swapUncertainty } from './swap.ts';
import { viewOf } from './viewOf.ts';
import { reportProgress, workOf } from './work.ts';

/**
 * Makes AWS as the resource declares, as far as it may, and says where that ended.
 * Rejects when the status could not be stored, or when the signal is aborted: then try again.
 */
export async function reconcile(resource: TrustedAccess, context: Context): Promise<Outcome> {
  let run = startRun(resource, context);
  if (isReleased(run)) return release(run);
  if (resource.spec.suspend) return report(run, { kind: 'Suspended' });

  const identified = await identify(resource, run.organizations, reading(run, identityTolerance(run)));
  if (identified.kind === 'Blocked') return reportBlocked(run, identified);
  const claiming = claimingOf(run, identified);
  const claim = await claimOf({ ...resource, status: run.status }, claiming);
  if (claim.kind === 'Waits') return yieldTo(run, claim);
  if (isRevoking(resource)) {
    const heir = await hasHeir(resource, claiming);
    if (!heir.known) return report(run, stop(heir.obstacle));
    // The heir declares what AWS has to be: this one only closes a gap of its own, if there is one.
    if (heir.value || claim.kind === 'Vacant') run = startRun(retained(resource), context);
    if (isReleased(run)) return release(run);
  }
  await keepFinalizer(run);

  const details = startDetails(run, identified);
  const observation = await observe(
    identified,
    run.service.principal,
    run.desired,
    run.organizations,
    reading(run),
  );
  const uncertainty = staleFor(run, observation);
  if (uncertainty > 0) return { kind: 'Wait', after: uncertainty };
  if (isAbandoned(run, observation)) return release(run);

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
  const lastDrift = await attribute(run, now, settleDrift(run, now, drift));
  const replacement = recordAfter(run, now, applied);
  const findings = { organization: now.organization, observation: now, details: await details };
  return report(run, untilArrived(run, outcome, now, replacement), {
    findings,
    replacement,
    lastDrift,
    waitingFor: undefined,
  });
}

type Known = Extract<Identified, { kind: 'Identified' }>;

/**
 * Whose credentials these are hardly changes: a shared answer of the last minute will do, unless the
 * resource waits for just that to change.
 */
function identityTolerance({ status }: Run): number {
  return status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ? 60_000 : 0;
}

function reportBlocked(run: Run, { organization, obstacle }: Extract<Identified, { kind: 'Blocked' }>) {
  return report(run, stop(obstacle), organization ? { findings: { organization } } : {});
}

function claimingOf(run: Run, { account, organization }: Known): Claiming {
  const { store, cloud, clock } = run.context.ports;
  const declaring = store.declaring(run.service.principal);
  return { account, organization, declaring, cloud, read: reading(run, 60_000), now: clock.now() };
}

/** Stored before the first change: from here on, the resource that was waited for comes second when it returns. */
async function takeOver(run: Run): Promise<void> {
  const { waitingFor: _, ...rest } = run.context.memory.status ?? run.status;
  await save(run, rest);
}

/** Read beside the rest; only a plan to disable waits for it, and only for that it has to be fresh. */
function startDetails(run: Run, { organization }: Known): Promise<Details> {
  const read = reading(run, run.desired.access === 'Disabled' ? 0 : 10 * 60_000);
  const details = observeDetails(run.resource, run.service, organization, run.organizations, read);
  details.catch(() => {});
  return details;
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
  return uncertainty > 0 && !isTestified(run, observation, since) ? Math.max(uncertainty, unsure) : unsure;
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
