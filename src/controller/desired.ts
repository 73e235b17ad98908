import type { TrustedAccess, TrustedAccessSpec } from '../crds/trustedAccess.ts';

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
