import type { DriftKind, LastDrift } from '../crds/status.ts';
import { isoTime } from '../time/clock.ts';
import { becomesContended, countDrift, describeContention, holdFor } from './contention.ts';
import { detectDrift, isInSync, openDrift } from './drift.ts';
import { holding } from './hold.ts';
import type { Observation } from './observation.ts';
import type { AttributionQuestion, Evidence } from './ports.ts';
import { emit, type Run } from './run.ts';

/** How long a testimony of a drift may be awaited (milliseconds); the witness remembers as long. */
const evidenceWindow = 15 * 60_000;

/** The drift this look found, or else the last one there was. A new one is told at once, before it is corrected. */
export function noteDrift(run: Run, observation: Observation): LastDrift | undefined {
  const { resource, status, desired, context } = run;
  const kind = detectDrift(resource, status, desired, observation);
  if (!kind) return status.lastDrift;
  const now = context.ports.clock.now();
  const asked = question(run, observation, kind, now);
  context.memory.awaited = { since: asked.since, notEvent: status.lastDrift?.eventId };
  const evidence = unheard(status.lastDrift?.eventId, context.ports.attribution.recall(asked));
  const drift: LastDrift = {
    kind,
    detectedAt: isoTime(now),
    ...attributed(evidence),
    detectedBy: evidence?.source === 'Event' ? 'Event' : 'Resync',
    ...countDrift(status.lastDrift, kind, now),
  };
  const isHeld = holdFor(drift, now, holding(run)) > 0;
  emit(run, {
    kind: 'DriftDetected',
    drift,
    corrects: resource.spec.driftPolicy === 'Correct' && !isHeld,
  });
  if (becomesContended(drift) && !isHeld) {
    emit(run, { kind: 'Contended', drift, message: describeContention(drift) });
  }
  return drift;
}

/** Closes the record of a drift once AWS was verified to be as declared. */
export function closeDrift(run: Run, now: Observation, drift: LastDrift | undefined): LastDrift | undefined {
  if (!drift || drift.correctedAt !== undefined || !isInSync(run.desired, now)) return drift;
  return { ...drift, correctedAt: isoTime(run.context.ports.clock.now()) };
}

/** The event may come after the look that found the drift: names who did it as long as that can become known. */
export async function attribute(
  run: Run,
  observation: Observation,
  drift: LastDrift | undefined,
): Promise<LastDrift | undefined> {
  if (!drift || drift.by !== undefined) return drift;
  const { ports, signal } = run.context;
  const detectedAt = Date.parse(drift.detectedAt);
  if (ports.clock.now() - detectedAt > evidenceWindow) return drift;
  const { since = detectedAt - evidenceWindow, notEvent } = run.context.memory.awaited ?? {};
  const asked = { ...question(run, observation, drift.kind, detectedAt), since };
  const evidence = ports.attribution.recall(asked) ?? (await ports.attribution.lookUp(asked, signal));
  return { ...drift, ...attributed(unheard(notEvent, evidence)) };
}

/** A drift that is open and has somebody else's newer change to testify to it is no stale read. */
export function isAttributed(run: Run, observation: Observation, since: number): boolean {
  const { resource, status, desired, context } = run;
  const kind = detectDrift(resource, status, desired, observation) ?? openDrift(status)?.kind;
  if (!kind) return false;
  const asked = question(run, observation, kind, context.ports.clock.now());
  return (
    unheard(status.lastDrift?.eventId, context.ports.attribution.recall({ ...asked, since })) !== undefined
  );
}

/** CloudTrail knows whole seconds only: what testified to the drift before may look as if it came after its correction. */
function unheard(before: string | undefined, evidence: Evidence | undefined): Evidence | undefined {
  return evidence?.eventId === before ? undefined : evidence;
}

function question(run: Run, observation: Observation, drift: DriftKind, at: number): AttributionQuestion {
  const corrected = run.status.lastDrift?.correctedAt;
  const since = Math.max(at - evidenceWindow, corrected === undefined ? 0 : Date.parse(corrected));
  return {
    organizationId: observation.organization.id,
    managementAccountId: observation.organization.managementAccountId,
    principal: run.service.principal,
    drift,
    ...(drift === 'AdministratorRemoved' && { missing: run.desired.administrators ?? [] }),
    since,
    target: run.resource.spec.organization,
  };
}

function attributed(evidence: Evidence | undefined): Partial<LastDrift> {
  if (!evidence) return {};
  const { by, arn, onBehalfOf, via, sourceIp, eventId } = evidence;
  return {
    by,
    ...(arn !== undefined && { arn }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(via !== undefined && { via }),
    ...(sourceIp !== undefined && { sourceIp }),
    eventId,
  };
}
