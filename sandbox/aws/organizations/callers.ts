import type { Call } from '../service.ts';
import type { Organization } from '../state.ts';
import { latest } from '../versions.ts';
import type { World } from '../world.ts';
import { accessDenied, constraint, notInUse } from './errors.ts';

/** The caller's organization, as any member may ask of it. */
export function asMember(world: World, call: Call): Organization {
  const account = world.state.accounts.get(call.caller.accountId);
  const id = account && latest(account.membership).organizationId;
  const organization = id === undefined ? undefined : world.state.organizations.get(id);
  if (organization === undefined) throw notInUse();
  return organization;
}

/** Only the management account may change the organization. */
export function asManagement(world: World, call: Call): Organization {
  const organization = asMember(world, call);
  if (organization.managementAccountId !== call.caller.accountId) throw accessDenied();
  return organization;
}

/** The management account, or an account that administers any service. */
export function asReader(world: World, call: Call): Organization {
  const organization = asMember(world, call);
  const { accountId } = call.caller;
  if (organization.managementAccountId !== accountId && !administers(organization, accountId)) {
    throw accessDenied();
  }
  return organization;
}

export function administers(organization: Organization, accountId: string): boolean {
  for (const administrators of latest(organization.delegations).values()) {
    if (administrators.has(accountId)) return true;
  }
  return false;
}

export function needAllFeatures(organization: Organization): void {
  if (latest(organization.features) === 'ALL') return;
  throw constraint(
    'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE',
    'You attempted to perform an operation that requires all features to be enabled in the organization.',
  );
}
