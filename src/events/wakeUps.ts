import { type Resources, readable } from '../controller/ports.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import type { Change } from './envelope.ts';

/** The resources of its organization that a change concerns. */
export type Affected =
  | { readonly kind: 'Principal'; readonly principal: string }
  | { readonly kind: 'Account'; readonly accountId: string }
  /** Those that AWS blocks, which the change may have ended. */
  | { readonly kind: 'Blocked' }
  | { readonly kind: 'Organization' }
  | { readonly kind: 'None' };

export interface WakeUp {
  readonly managementAccountId: string;
  readonly affected: Exclude<Affected, { readonly kind: 'None' }>;
}

/** A change that should name a principal or an account and does not concerns the whole organization. */
export function affects({ concern, principal, accountId }: Change): Affected {
  switch (concern) {
    case 'None':
    case 'Organization':
    case 'Blocked':
      return { kind: concern };
    case 'Account':
      return accountId === undefined ? { kind: 'Organization' } : { kind: 'Account', accountId };
    case 'RoleName':
      // Roles of services that are not managed come and go all day.
      return principal === undefined ? { kind: 'None' } : { kind: 'Principal', principal };
    default:
      return principal === undefined ? { kind: 'Organization' } : { kind: 'Principal', principal };
  }
}

/** Undefined when the change concerns no resource. */
export function wakeUpOf(change: Change): WakeUp | undefined {
  const affected = affects(change);
  return affected.kind === 'None' ? undefined : { managementAccountId: change.managementAccountId, affected };
}

/** The same text for wake-ups of the same resources. */
export function wakeUpKey({ managementAccountId, affected }: WakeUp): string {
  return JSON.stringify([managementAccountId, affected]);
}

/**
 * Names of the resources to reconcile: those of that organization that the change concerns, and those whose organization
 * is not known yet, unless the change concerns another principal. None may mean an event of another organization.
 */
export function resourcesFor(resources: Resources, { managementAccountId, affected }: WakeUp): string[] {
  const candidates =
    affected.kind === 'Principal' ? resources.declaring(affected.principal) : readable(resources.list());
  return candidates
    .filter((resource) => {
      const known = resource.status.organization?.managementAccountId;
      return known === undefined || (known === managementAccountId && isConcerned(resource, affected));
    })
    .map(({ metadata }) => metadata.name);
}

function isConcerned(resource: TrustedAccess, affected: WakeUp['affected']): boolean {
  switch (affected.kind) {
    case 'Account':
      // Unread administrators may include the account.
      return (
        resource.status.delegatedAdministrators === undefined || accountsOf(resource).has(affected.accountId)
      );
    case 'Blocked':
      return resource.status.conditions.some(
        ({ type, status, reason }) => type === 'Stalled' && status === 'True' && reason === 'Blocked',
      );
    default:
      return true;
  }
}

/** Declared, registered, part of a swap, or the account of the role that the operator acts as. */
function accountsOf({ spec, status }: TrustedAccess): ReadonlySet<string | undefined> {
  const { replacement } = status;
  return new Set([
    ...(spec.delegatedAdministrators ?? []),
    ...(status.delegatedAdministrators ?? []).map(({ accountId }) => accountId),
    replacement?.from,
    replacement?.to,
    spec.organization?.roleArn?.split(':')[4],
  ]);
}
