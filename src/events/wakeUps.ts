import { type Resources, readable } from '../controller/ports.ts';
import type { Change } from './envelope.ts';

/** Whom a change concerns within its organization. */
export type Affected =
  | { readonly kind: 'Principal'; readonly principal: string }
  | { readonly kind: 'Organization' }
  | { readonly kind: 'Nobody' };

export interface WakeUp {
  readonly managementAccountId: string;
  readonly affected: Exclude<Affected, { readonly kind: 'Nobody' }>;
}

/** A change that should name a principal and does not wakes the whole organization: rather look once too often. */
export function affects({ concern, principal }: Change): Affected {
  switch (concern) {
    case 'Nobody':
      return { kind: 'Nobody' };
    case 'Organization':
      return { kind: 'Organization' };
    case 'RoleName':
      // Roles of services that are not managed come and go all day.
      return principal === undefined ? { kind: 'Nobody' } : { kind: 'Principal', principal };
    default:
      return principal === undefined ? { kind: 'Organization' } : { kind: 'Principal', principal };
  }
}

/** Undefined when nobody need wake. */
export function wakeUpOf(change: Change): WakeUp | undefined {
  const affected = affects(change);
  return affected.kind === 'Nobody'
    ? undefined
    : { managementAccountId: change.managementAccountId, affected };
}

/**
 * Names of the resources to look at again: those of that organization, by principal or all, and those whose
 * organization is not known yet. None may mean another organization's event.
 */
export function resourcesFor(resources: Resources, { managementAccountId, affected }: WakeUp): string[] {
  const concerned =
    affected.kind === 'Principal' ? resources.declaring(affected.principal) : readable(resources.list());
  return concerned
    .filter(({ status }) => {
      const known = status.organization?.managementAccountId;
      return known === undefined || known === managementAccountId;
    })
    .map(({ metadata }) => metadata.name);
}
