import type { DriftKind, LastDrift } from '../crds/status.ts';
import type { TrustedAccess, TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { type Desired, isRevoking } from './desired.ts';
import type { Observation } from './observation.ts';

/** Where AWS is not as declared. Empty where it is, or where it could not be read. */
export interface Difference {
  readonly access: boolean;
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/** What AWS has, reduced to what can drift; undefined: not read. */
interface Seen {
  readonly enabled: boolean | undefined;
  readonly administrators: readonly string[] | undefined;
}

export function differenceOf(desired: Desired, observation: Observation): Difference {
  return compare(desired, {
    enabled: observation.access.known ? observation.access.value.enabled : undefined,
    administrators: observation.administrators.known
      ? observation.administrators.value.map(({ accountId }) => accountId)
      : undefined,
  });
}

function compare(desired: Desired, seen: Seen): Difference {
  const wanted = desired.administrators;
  const have = seen.administrators;
  return {
    access: seen.enabled !== undefined && seen.enabled !== (desired.access === 'Enabled'),
    missing: wanted && have ? wanted.filter((accountId) => !have.includes(accountId)) : [],
    surplus: wanted && have ? have.filter((accountId) => !wanted.includes(accountId)) : [],
  };
}

/** Whether AWS was seen to be as declared. What is declared and could not be read was not. */
export function isInSync(desired: Desired, observation: Observation): boolean {
  const isRead = observation.access.known && (observation.administrators.known || !desired.administrators);
  const { access, missing, surplus } = differenceOf(desired, observation);
  return isRead && !access && missing.length === 0 && surplus.length === 0;
}

/**
 * Drift is a difference that no change of the spec explains: for this very generation AWS was seen as
 * declared in some respect, and is so no longer.
 */
export function detectDrift(
  resource: TrustedAccess,
  status: TrustedAccessStatus,
  desired: Desired,
  observation: Observation,
): DriftKind | undefined {
  const now = differenceOf(desired, observation);
  if (status.observedGeneration !== resource.metadata.generation || isRevoking(resource)) return undefined;
  const before = lastSeen(status);
  const then = compare(desired, before);
  // What could not be read last time counts as it was when all was last as declared, save for a drift since then.
  const settled = status.settledGeneration === resource.metadata.generation;
  const open = openDrift(status)?.kind;
  const sawAccess = before.enabled !== undefined || (settled && !isAboutAccess(open));
  const sawAdministrators =
    before.administrators !== undefined || (settled && (!open || isAboutAccess(open)));
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
