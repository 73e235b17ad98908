import type { DriftKind, LastDrift } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { isoTime } from '../time/clock.ts';
import type { ReadContext } from './context.ts';
import {
  compare,
  type Desired,
  type Difference,
  differenceOf,
  isInSync,
  isRevoking,
  type Seen,
} from './desired.ts';
import type { Observation } from './observe.ts';
import type { AttributionQuestion, Evidence } from './ports.ts';

type Subject = Pick<ReadContext, 'resource' | 'desired'>;

/**
 * Drift is a difference that no change of the spec explains: for this very generation AWS was seen as
 * declared in some respect, and is so no longer.
 */
export function detectDrift({ resource, desired }: Subject, observation: Observation): DriftKind | undefined {
  const { status } = resource;
  const now = differenceOf(desired, observation);
  if (status.observedGeneration !== resource.metadata.generation || isRevoking(resource)) return undefined;
  const before = lastSeen(status);
  const then = compare(desired, before);
  // What could not be read last time counts as it was when all was last as declared, save for a drift since then.
  const wasInSync = status.inSyncGeneration === resource.metadata.generation;
  const open = openDrift(status)?.kind;
  const sawAccess = before.enabled !== undefined || (wasInSync && !isAboutAccess(open));
  const sawAdministrators =
    before.administrators !== undefined || (wasInSync && (!open || isAboutAccess(open)));
  const kind = kindOf(desired, {
    access: now.access && sawAccess && !then.access,
    missing: sawAdministrators ? now.missing.filter((id) => !then.missing.includes(id)) : [],
    surplus: sawAdministrators ? now.surplus.filter((id) => !then.surplus.includes(id)) : [],
  });
  return kind ?? (isEmptied(status, desired, observation) ? 'AdministratorRemoved' : undefined);
}

/** The last administrator is gone, not by the operator's swap, although it was not a declared one. */
function isEmptied(
  { delegatedAdministrators = [], replacement }: TrustedAccessStatus,
  desired: Desired,
  { administrators }: Observation,
): boolean {
  const isOwn = replacement?.deregisteredAt !== undefined && !replacement.refusal;
  const isNoneLeft = administrators.known && administrators.value.length === 0;
  const isAnyWanted = (desired.administrators?.length ?? 0) > 0;
  return isNoneLeft && isAnyWanted && delegatedAdministrators.length > 0 && !isOwn;
}

function lastSeen({ access, delegatedAdministrators }: TrustedAccessStatus): Seen {
  return {
    enabled: access && access.state !== 'Unknown' ? access.state === 'Enabled' : undefined,
    administrators: delegatedAdministrators?.map(({ accountId }) => accountId),
  };
}

function kindOf(desired: Desired, { access, missing, surplus }: Difference): DriftKind | undefined {
  if (access) return desired.access === 'Enabled' ? 'AccessDisabled' : 'AccessEnabled';
  if (missing.length > 0) return surplus.length > 0 ? 'AdministratorReplaced' : 'AdministratorRemoved';
  return surplus.length > 0 ? 'AdministratorAdded' : undefined;
}

function isAboutAccess(kind: DriftKind | undefined): boolean {
  return kind === 'AccessDisabled' || kind === 'AccessEnabled';
}

/** Drift that was found and is not put right yet. */
export function openDrift(status: TrustedAccessStatus): LastDrift | undefined {
  return status.lastDrift && status.lastDrift.correctedAt === undefined ? status.lastDrift : undefined;
}

/** How long evidence of a drift may be awaited (milliseconds); the change log remembers as long. */
const evidenceWindow = 15 * 60_000;

/** What to ask about a drift of this kind. @param detectedAt epoch milliseconds */
export function questionOf(
  drift: DriftKind,
  detectedAt: number,
  { resource, service, desired }: Subject & Pick<ReadContext, 'service'>,
  { organization }: Observation,
): AttributionQuestion {
  const corrected = resource.status.lastDrift?.correctedAt;
  const since = Math.max(detectedAt - evidenceWindow, corrected === undefined ? 0 : Date.parse(corrected));
  return {
    organizationId: organization.id,
    managementAccountId: organization.managementAccountId,
    principal: service.principal,
    drift,
    ...(drift === 'AdministratorRemoved' && { missing: desired.administrators ?? [] }),
    since,
    target: resource.spec.organization,
  };
}

/**
 * The evidence, unless it is the one of the drift before: CloudTrail knows whole seconds only, so that event may look as
 * if it came after the correction.
 */
export function newEvidence(
  before: string | undefined,
  evidence: Evidence | undefined,
): Evidence | undefined {
  return evidence?.eventId === before ? undefined : evidence;
}

/** The record of a drift detected now. @param now epoch milliseconds */
export function newDrift(
  kind: DriftKind,
  evidence: Evidence | undefined,
  previous: LastDrift | undefined,
  now: number,
): LastDrift {
  return {
    kind,
    detectedAt: isoTime(now),
    ...actorOf(evidence),
    detectedBy: evidence?.source === 'Event' ? 'Event' : 'Resync',
    ...countDrift(previous, kind, now),
  };
}

/** Closes the record of a drift once AWS was verified to be as declared. */
export function closeDrift(
  drift: LastDrift | undefined,
  desired: Desired,
  observation: Observation,
  now: number,
): LastDrift | undefined {
  if (!drift || drift.correctedAt !== undefined || !isInSync(desired, observation)) return drift;
  return { ...drift, correctedAt: isoTime(now) };
}

/** The actor is unknown, and evidence may still come: the event may be later than the observation. */
export function isUnattributed(drift: LastDrift, now: number): boolean {
  return drift.by === undefined && now - Date.parse(drift.detectedAt) <= evidenceWindow;
}

/** Since when evidence counts where this process knows nothing of the drift before. Epoch milliseconds. */
export function earliestEvidence(detectedAt: number): number {
  return detectedAt - evidenceWindow;
}

/** The record with its actor, if the evidence names one. */
export function attributeTo(drift: LastDrift, evidence: Evidence | undefined): LastDrift {
  return { ...drift, ...actorOf(evidence) };
}

function actorOf(evidence: Evidence | undefined): Partial<LastDrift> {
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

const window = 10 * 60_000;
/** Drifts in a row. */
export const contendedFrom = 3;

/**
 * The place of a new drift in its row. The same drift again within ten minutes of the row's beginning
 * continues it; once contended, so does one within ten minutes of the last correction.
 *
 * @param now epoch milliseconds
 */
export function countDrift(
  previous: LastDrift | undefined,
  kind: DriftKind,
  now: number,
): Pick<LastDrift, 'count' | 'firstDetectedAt'> {
  if (previous?.kind === kind) {
    const contended = previous.count >= contendedFrom;
    const anchor = contended ? (previous.correctedAt ?? previous.detectedAt) : previous.firstDetectedAt;
    if (now - Date.parse(anchor) <= window) {
      return { count: previous.count + 1, firstDetectedAt: previous.firstDetectedAt };
    }
  }
  return { count: 1, firstDetectedAt: new Date(now).toISOString() };
}

/** Another manager keeps undoing it: from the third time on. */
export function isContended(drift: LastDrift): boolean {
  return drift.count >= contendedFrom;
}

/** Contended since this very drift: reported once for each row. */
export function becomesContended(drift: LastDrift): boolean {
  return drift.count === contendedFrom;
}

/** For people: what recurs, and who does it as far as that is known. */
export function describeContention(drift: LastDrift): string {
  const other = drift.by === undefined ? 'an unidentified caller' : drift.by;
  return `Drift ${drift.kind} recurred ${drift.count} times; ${other} keeps reverting it. Let one manager own this service`;
}
