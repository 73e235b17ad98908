import type { Members } from '../../src/sandbox/service.ts';
import type { Amazon } from './amazon.ts';
import { config } from './people.ts';
import { delegatesOf, memberState } from './state.ts';

/** Services that take one administrator, whose last one the operator itself deregistered. */
export interface Gaps {
  /** A write to Organizations had its effect. */
  done(operation: string, input: Members, byOperator: boolean): void;
  /** Who could be put back and was not, by principal. */
  open(): ReadonlyMap<string, string>;
}

export function createGaps(amazon: Amazon): Gaps {
  const gaps = new Map<string, string>();
  return {
    done(operation, { ServicePrincipal, AccountId }, byOperator) {
      const principal = String(ServicePrincipal);
      if (operation === 'DeregisterDelegatedAdministrator' && byOperator && principal !== config)
        gaps.set(principal, String(AccountId));
      if (operation === 'RegisterDelegatedAdministrator' || operation === 'DisableAWSServiceAccess')
        gaps.delete(principal);
    },
    open: () =>
      new Map(
        [...gaps].filter(
          ([principal, account]) =>
            delegatesOf(amazon, principal).length === 0 && memberState(amazon, account) === 'ACTIVE',
        ),
      ),
  };
}
