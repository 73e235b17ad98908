import type { Members } from '../../sandbox/aws/service.ts';
import { desiredState } from '../../src/controller/observe.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import { delegatesOf, memberState } from './state.ts';
import { config } from './users.ts';

/** Services that take one administrator, whose last one the operator itself deregistered, and not to leave nobody. */
export interface Gaps {
  /** The operator sends a change of this principal, going by these versions of its resources. */
  sent(principal: string, seen: readonly TrustedAccess[]): void;
  /** A write to Organizations had its effect. */
  done(operation: string, input: Members, byOperator: boolean): void;
  /** Who could be put back and was not, by principal. */
  open(): ReadonlyMap<string, string>;
}

const takesOne = (principal: string) => principal !== config;

export function createGaps(simulatedOrganization: SimulatedOrganization): Gaps {
  const gaps = new Map<string, string>();
  const declaredEmpty = new Set<string>();
  return {
    sent(principal, seen) {
      if (seen.some((resource) => desiredState(resource).administrators?.length === 0))
        declaredEmpty.add(principal);
      else declaredEmpty.delete(principal);
    },
    done(operation, { ServicePrincipal, AccountId }, byOperator) {
      const principal = String(ServicePrincipal);
      const isAbandoned = byOperator && takesOne(principal) && !declaredEmpty.has(principal);
      if (operation === 'DeregisterDelegatedAdministrator' && isAbandoned)
        gaps.set(principal, String(AccountId));
      if (operation === 'RegisterDelegatedAdministrator' || operation === 'DisableAWSServiceAccess')
        gaps.delete(principal);
    },
    open: () =>
      new Map(
        [...gaps].filter(
          ([principal, account]) =>
            delegatesOf(simulatedOrganization, principal).length === 0 &&
            memberState(simulatedOrganization, account) === 'ACTIVE',
        ),
      ),
  };
}
