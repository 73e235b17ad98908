/** What somebody outside can do behind the operator's back, whatever state AWS is in. Each tells what was done. */
import { setAccountState } from '../../sandbox/founding.ts';
import { tooManyRequests } from '../../sandbox/organizations/errors.ts';
import type { Organization } from '../../sandbox/state.ts';
import { latest } from '../../sandbox/versions.ts';
import { eventRule, type Scene } from './scene.ts';

/** It cannot be done as things are; the message says why. AWS itself refuses with an AwsError. */
export class DeedRefused extends Error {
  override readonly name = 'DeedRefused';
}

export function organizationOf({ aws, organizationId }: Scene): Organization {
  const organization = aws.world.state.organizations.get(organizationId);
  if (organization === undefined) throw new Error(`no organization ${organizationId}`);
  return organization;
}

/** Account ids, in the order they were registered. */
export function administratorsOf(scene: Scene, principal: string): readonly string[] {
  return [...(latest(organizationOf(scene).delegations).get(principal)?.keys() ?? [])];
}

export const nameOf = ({ aws }: Scene, accountId: string): string =>
  aws.world.state.accounts.get(accountId)?.name ?? accountId;

export function disableAccess(scene: Scene, principal: string): string {
  if (!latest(organizationOf(scene).enabled).has(principal)) throw new DeedRefused('It is disabled already.');
  scene.alice('organizations', 'DisableAWSServiceAccess', { ServicePrincipal: principal });
  return 'alice disables trusted access in the console';
}

function theAdministrator(scene: Scene, principal: string): string {
  const [accountId] = administratorsOf(scene, principal);
  if (accountId === undefined) throw new DeedRefused('It has no delegated administrator now.');
  return accountId;
}

export function removeAdministrator(scene: Scene, principal: string): string {
  const accountId = theAdministrator(scene, principal);
  scene.bob('organizations', 'DeregisterDelegatedAdministrator', {
    ServicePrincipal: principal,
    AccountId: accountId,
  });
  return `bob removes the delegated administrator ${nameOf(scene, accountId)}`;
}

/** A member that may become administrator of this service and is none. */
function anotherAccount(scene: Scene, principal: string): string {
  const { everMembers, managementAccountId } = organizationOf(scene);
  const taken = new Set([managementAccountId, ...administratorsOf(scene, principal)]);
  // From the end: the accounts that the manifests name come first.
  const free = [...everMembers].reverse().find((id) => {
    const membership = scene.aws.world.state.accounts.get(id)?.membership;
    return !taken.has(id) && membership && latest(membership).state === 'ACTIVE';
  });
  if (free === undefined) throw new DeedRefused('There is no other active account.');
  return free;
}

export function swapAdministrator(scene: Scene, principal: string): string {
  const from = theAdministrator(scene, principal);
  const to = anotherAccount(scene, principal);
  const about = { ServicePrincipal: principal };
  scene.bob('organizations', 'DeregisterDelegatedAdministrator', { ...about, AccountId: from });
  scene.bob('organizations', 'RegisterDelegatedAdministrator', { ...about, AccountId: to });
  return `bob swaps the delegated administrator ${nameOf(scene, from)} for ${nameOf(scene, to)}`;
}

export function addAdministrator(scene: Scene, principal: string): string {
  const accountId = anotherAccount(scene, principal);
  scene.alice('organizations', 'RegisterDelegatedAdministrator', {
    ServicePrincipal: principal,
    AccountId: accountId,
  });
  return `alice registers a stranger, ${nameOf(scene, accountId)}, as delegated administrator`;
}

/** AWS answers nobody; the returned function ends it. */
export function throttle({ aws }: Scene): () => void {
  const effect = { kind: 'Error', error: tooManyRequests() } as const;
  return aws.faults.add({ service: 'organizations', effect });
}

export function breakQueue({ bob }: Scene): string {
  bob('events', 'DisableRule', { Name: eventRule });
  return 'bob switches the event rule off: nothing reaches the queue any more';
}

export function mendQueue({ bob }: Scene): string {
  bob('events', 'EnableRule', { Name: eventRule });
  return 'bob switches the event rule on again';
}

export function closeAccount(scene: Scene, accountId: string): string {
  scene.bob('organizations', 'CloseAccount', { AccountId: accountId });
  return `bob closes the account ${nameOf(scene, accountId)}`;
}

/** As AWS Support does within 90 days. */
export function reopenAccount(scene: Scene, accountId: string): string {
  setAccountState(scene.aws.world, accountId, 'ACTIVE');
  return `AWS Support reopens the account ${nameOf(scene, accountId)}`;
}
