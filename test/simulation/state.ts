import { latest, valueAt } from '../../src/sandbox/versions.ts';
import { type Amazon, management } from './amazon.ts';

const organizationOf = ({ aws }: Amazon) => {
  const [organization] = aws.world.state.organizations.values();
  if (!organization) throw new Error('there is no organization');
  return organization;
};

/** Accounts that administer the principal now, whatever a stale read may say. */
export function delegatesOf(amazon: Amazon, principal: string): readonly string[] {
  return [...(latest(organizationOf(amazon).delegations).get(principal)?.keys() ?? [])];
}

/** Of those, who did at that time (epoch milliseconds) too: no read can have missed them. */
export function lastingDelegatesOf(amazon: Amazon, principal: string, at: number): readonly string[] {
  const then = valueAt(organizationOf(amazon).delegations, at)?.get(principal);
  return delegatesOf(amazon, principal).filter((account) => then?.has(account));
}

export function isEnabled(amazon: Amazon, principal: string): boolean {
  return latest(organizationOf(amazon).enabled).has(principal);
}

export function enabledPrincipals(amazon: Amazon): readonly string[] {
  return [...latest(organizationOf(amazon).enabled).keys()];
}

/** The state of a member; undefined: it is none. The management account cannot be an administrator. */
export function memberState({ aws }: Amazon, account: string): string | undefined {
  const found = aws.world.state.accounts.get(account);
  const membership = found && latest(found.membership);
  if (account === management || membership?.organizationId === undefined) return undefined;
  return membership.state;
}
