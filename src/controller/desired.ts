import type { TrustedAccess, TrustedAccessSpec } from '../crds/trustedAccess.ts';
import type { Observation } from './observe.ts';

/** What AWS should have. */
export interface Desired {
  readonly access: TrustedAccessSpec['access'];
  /** Undefined: not managed. */
  readonly administrators: readonly string[] | undefined;
}

/** A resource that is being deleted with Revoke declares nothing any more: no administrators, no access. */
export function desiredState(resource: TrustedAccess): Desired {
  const { access, delegatedAdministrators } = resource.spec;
  if (!isRevoking(resource)) return { access, administrators: delegatedAdministrators };
  return { access: 'Disabled', administrators: delegatedAdministrators && [] };
}

export function declaresNone({ administrators }: Desired): boolean {
  return administrators?.length === 0;
}

export function isRevoking({ metadata, spec }: TrustedAccess): boolean {
  return metadata.deletionTimestamp !== undefined && spec.deletionPolicy === 'Revoke';
}

/** Where AWS is not as declared. Empty where it is, or where it could not be read. */
export interface Difference {
  readonly access: boolean;
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/** What AWS has, reduced to what can drift; undefined: not read. */
export interface Seen {
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

/** Where what was seen is not as declared. */
export function compare(desired: Desired, seen: Seen): Difference {
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
