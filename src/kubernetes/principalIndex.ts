import type { Stored } from '../controller/ports.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';

/** Which resources declare a service, kept along with every change of them. */
export interface PrincipalIndex {
  declaring(principal: string): readonly TrustedAccess[];
  /** One resource changed, came (nothing before) or went (nothing after). */
  replace(before: Stored | undefined, after: Stored | undefined): void;
  /** These are all there are. */
  begin(all: Iterable<Stored>): void;
}

export function createPrincipalIndex(): PrincipalIndex {
  const byPrincipal = new Map<string, Map<string, TrustedAccess>>();

  const add = (stored: Stored | undefined) => {
    if (stored?.kind !== 'Valid') return;
    const { resource } = stored;
    const { servicePrincipal } = resource.spec;
    const declaring = byPrincipal.get(servicePrincipal) ?? new Map<string, TrustedAccess>();
    byPrincipal.set(servicePrincipal, declaring.set(resource.metadata.name, resource));
  };
  const remove = (stored: Stored | undefined) => {
    if (stored?.kind !== 'Valid') return;
    const { metadata, spec } = stored.resource;
    const declaring = byPrincipal.get(spec.servicePrincipal);
    declaring?.delete(metadata.name);
    if (declaring?.size === 0) byPrincipal.delete(spec.servicePrincipal);
  };
  return {
    declaring: (principal) => [...(byPrincipal.get(principal)?.values() ?? [])],
    replace(before, after) {
      remove(before);
      add(after);
    },
    begin(all) {
      byPrincipal.clear();
      for (const stored of all) add(stored);
    },
  };
}
