import { latest, valueAt } from '../../sandbox/aws/versions.ts';
import { management, type SimulatedOrganization } from './simulatedAws.ts';

const organizationOf = ({ aws }: SimulatedOrganization) => {
  const [organization] = aws.world.state.organizations.values();
  if (!organization) throw new Error('there is no organization');
  return organization;
};

/** Accounts that administer the principal now, whatever a stale read may say. */
export function delegatesOf(
  simulatedOrganization: SimulatedOrganization,
  principal: string,
): readonly string[] {
  return [...(latest(organizationOf(simulatedOrganization).delegations).get(principal)?.keys() ?? [])];
}

/** Of those, who did at that time (epoch milliseconds) too: no read can have missed them. */
export function lastingDelegatesOf(
  simulatedOrganization: SimulatedOrganization,
  principal: string,
  at: number,
): readonly string[] {
  const then = valueAt(organizationOf(simulatedOrganization).delegations, at)?.get(principal);
  return delegatesOf(simulatedOrganization, principal).filter((account) => then?.has(account));
}

export function isEnabled(simulatedOrganization: SimulatedOrganization, principal: string): boolean {
  return latest(organizationOf(simulatedOrganization).enabled).has(principal);
}

export function enabledPrincipals(simulatedOrganization: SimulatedOrganization): readonly string[] {
  return [...latest(organizationOf(simulatedOrganization).enabled).keys()];
}

/** An organization instance with permission sets or applications, in whatever region. */
export function isInUse({ aws }: SimulatedOrganization): boolean {
  return [...aws.world.state.instances.values()].some(
    ({ permissionSets, applications }) => permissionSets.size + applications.size > 0,
  );
}

/** The state of a member; undefined: it is none. The management account cannot be an administrator. */
export function memberState({ aws }: SimulatedOrganization, account: string): string | undefined {
  const found = aws.world.state.accounts.get(account);
  const membership = found && latest(found.membership);
  if (account === management || membership?.organizationId === undefined) return undefined;
  return membership.state;
}
