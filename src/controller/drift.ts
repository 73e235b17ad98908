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
  type Observation,
  type Seen,
} from './observe.ts';
import type { Evidence } from './ports.ts';

export type Subject = Pick<ReadContext, 'resource' | 'desired'>;

/**
 * Drift is a difference that no change of the spec explains: for this very generation AWS was seen as
 * declared in some respect, and is so no longer.
 */
export function detectDrift(subject: Subject, observation: Observation): DriftKind | undefined {
  const { resource, desired } = subject;
  const { status } = resource;
  if (status.observedGeneration !== resource.metadata.generation || isRevoking(resource)) return undefined;
  const kind = kindOf(desired, newDifference(subject, observation));
  return kind ?? (isEmptied(status, desired, observation) ? 'AdministratorRemoved' : undefined);
}

/** The part of the difference that the status does not show yet. */
export function newDifference({ resource, desired }: Subject, observation: Observation): Difference {
  const { status } = resource;
  const now = differenceOf(desired, observation);
  const before = lastSeen(status);
  const then = compare(desired, before);
  // What could not be read last time counts as it was when all was last as declared, save for a drift since then.
  const wasInSync = status.inSyncGeneration === resource.metadata.generation;
  const open = openDrift(status)?.kind;
  const sawAccess = before.enabled !== undefined || (wasInSync && !isAboutAccess(open));
  const sawAdministrators =
    before.administrators !== undefined || (wasInSync && (!open || isAboutAccess(open)));
  return {
    access: now.access && sawAccess && !then.access,
    missing: sawAdministrators ? now.missing.filter((id) => !then.missing.includes(id)) : [],
    surplus: sawAdministrators ? now.surplus.filter((id) => !then.surplus.includes(id)) : [],
  };
}

/** The last administrator is gone, not by the operator's swap, although it was not a declared one. */
export function isEmptied(
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

/** The fields of the record that name the actor. */
export function actorOf(evidence: Evidence | undefined): Partial<LastDrift> {
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
