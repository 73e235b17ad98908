import type { Stored } from '../controller/ports.ts';
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
export function resourcesFor(stored: readonly Stored[], { managementAccountId, affected }: WakeUp): string[] {
  const names: string[] = [];
  for (const entry of stored) {
    // What cannot be read cannot act.
    if (entry.kind === 'Invalid') continue;
    const { metadata, spec, status } = entry.resource;
    if (affected.kind === 'Principal' && spec.servicePrincipal !== affected.principal) continue;
    const known = status.organization?.managementAccountId;
    if (known === undefined || known === managementAccountId) names.push(metadata.name);
  }
  return names;
}
