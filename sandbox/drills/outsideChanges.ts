/** What somebody outside can do behind the operator's back, whatever state AWS is in. Each tells what was done. */

import { tooManyRequests } from '../aws/organizations/errors.ts';
import { setAccountState } from '../aws/seed.ts';
import type { Organization } from '../aws/state.ts';
import { latest } from '../aws/versions.ts';
import { eventRule, type Scenario } from './scenario.ts';

/** It cannot be done as things are; the message says why. AWS itself refuses with an AwsError. */
export class OutsideChangeRefused extends Error {
  override readonly name = 'DeedRefused';
}

export function organizationOf({ aws, organizationId }: Scenario): Organization {
  const organization = aws.world.state.organizations.get(organizationId);
  if (organization === undefined) throw new Error(`no organization ${organizationId}`);
  return organization;
}

/** Account ids, in the order they were registered. */
export function administratorsOf(scenario: Scenario, principal: string): readonly string[] {
  return [...(latest(organizationOf(scenario).delegations).get(principal)?.keys() ?? [])];
}

export const nameOf = ({ aws }: Scenario, accountId: string): string =>
  aws.world.state.accounts.get(accountId)?.name ?? accountId;

export function disableAccess(scenario: Scenario, principal: string): string {
  if (!latest(organizationOf(scenario).enabled).has(principal))
    throw new OutsideChangeRefused('It is disabled already.');
  scenario.alice('organizations', 'DisableAWSServiceAccess', { ServicePrincipal: principal });
  return 'alice disables trusted access in the console';
}

function theAdministrator(scenario: Scenario, principal: string): string {
  const [accountId] = administratorsOf(scenario, principal);
  if (accountId === undefined) throw new OutsideChangeRefused('It has no delegated administrator now.');
  return accountId;
}

export function removeAdministrator(scenario: Scenario, principal: string): string {
  const accountId = theAdministrator(scenario, principal);
  scenario.bob('organizations', 'DeregisterDelegatedAdministrator', {
    ServicePrincipal: principal,
    AccountId: accountId,
  });
  return `bob removes the delegated administrator ${nameOf(scenario, accountId)}`;
}

/** A member that may become administrator of this service and is none. */
function anotherAccount(scenario: Scenario, principal: string): string {
  const { everMembers, managementAccountId } = organizationOf(scenario);
  const taken = new Set([managementAccountId, ...administratorsOf(scenario, principal)]);
  // From the end: the accounts that the manifests name come first.
  const free = [...everMembers].reverse().find((id) => {
    const membership = scenario.aws.world.state.accounts.get(id)?.membership;
    return !taken.has(id) && membership && latest(membership).state === 'ACTIVE';
  });
  if (free === undefined) throw new OutsideChangeRefused('There is no other active account.');
  return free;
}

export function swapAdministrator(scenario: Scenario, principal: string): string {
  const from = theAdministrator(scenario, principal);
  const to = anotherAccount(scenario, principal);
  const about = { ServicePrincipal: principal };
  scenario.bob('organizations', 'DeregisterDelegatedAdministrator', { ...about, AccountId: from });
  scenario.bob('organizations', 'RegisterDelegatedAdministrator', { ...about, AccountId: to });
  return `bob swaps the delegated administrator ${nameOf(scenario, from)} for ${nameOf(scenario, to)}`;
}

export function addAdministrator(scenario: Scenario, principal: string): string {
  const accountId = anotherAccount(scenario, principal);
  scenario.alice('organizations', 'RegisterDelegatedAdministrator', {
    ServicePrincipal: principal,
    AccountId: accountId,
  });
  return `alice registers a stranger, ${nameOf(scenario, accountId)}, as delegated administrator`;
}

/** AWS answers nobody; the returned function ends it. */
export function throttle({ aws }: Scenario): () => void {
  const effect = { kind: 'Error', error: tooManyRequests() } as const;
  return aws.faults.add({ service: 'organizations', effect });
}

export function breakQueue({ bob }: Scenario): string {
  bob('events', 'DisableRule', { Name: eventRule });
  return 'bob disables the event rule; no event reaches the queue';
}

export function mendQueue({ bob }: Scenario): string {
  bob('events', 'EnableRule', { Name: eventRule });
  return 'bob switches the event rule on again';
}

export function closeAccount(scenario: Scenario, accountId: string): string {
  scenario.bob('organizations', 'CloseAccount', { AccountId: accountId });
  return `bob closes the account ${nameOf(scenario, accountId)}`;
}

/** As AWS Support does within 90 days. */
export function reopenAccount(scenario: Scenario, accountId: string): string {
  setAccountState(scenario.aws.world, accountId, 'ACTIVE');
  return `AWS Support reopens the account ${nameOf(scenario, accountId)}`;
}
