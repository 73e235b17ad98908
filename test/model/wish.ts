import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';

/** What a resource asks for. */
export interface Wish {
  readonly enabled: boolean;
  /** Undefined: administrators are not managed. */
  readonly administrators: readonly string[] | undefined;
}

/** A resource that is deleted with Revoke asks for nothing any more. Undefined: nothing may be changed for it. */
export function wishOf({ spec, metadata }: Pick<TrustedAccess, 'spec' | 'metadata'>): Wish | undefined {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  if (spec.suspend || spec.driftPolicy === 'Observe') return undefined;
  if (!isDeleted) return { enabled: spec.access === 'Enabled', administrators: spec.delegatedAdministrators };
  if (spec.deletionPolicy !== 'Revoke') return undefined;
  return { enabled: false, administrators: spec.delegatedAdministrators && [] };
}
