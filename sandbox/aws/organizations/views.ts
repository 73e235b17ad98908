import type { Members } from '../service.ts';
import type { AccountState, Membership, Organization } from '../state.ts';
import { latest, valueAt } from '../versions.ts';
import type { World } from '../world.ts';

/** The account's membership at that moment; undefined when it was not in this organization. */
export function memberAt(
  world: World,
  organization: Organization,
  accountId: string,
  moment: number,
): Membership | undefined {
  const account = world.state.accounts.get(accountId);
  const membership = account && valueAt(account.membership, moment);
  return membership?.organizationId === organization.id ? membership : undefined;
}

// The older field has no word for an account that was never activated, nor for one closed for good.
const olderStatus: Readonly<Record<AccountState, string>> = {
  PENDING_ACTIVATION: 'SUSPENDED',
  ACTIVE: 'ACTIVE',
  SUSPENDED: 'SUSPENDED',
  PENDING_CLOSURE: 'PENDING_CLOSURE',
  CLOSED: 'SUSPENDED',
};

/** Members that an account and a delegated administrator have in common. */
export function accountView(
  world: World,
  organization: Organization,
  accountId: string,
  moment: number,
): Members {
  const account = world.state.accounts.get(accountId);
  const membership = account && (valueAt(account.membership, moment) ?? latest(account.membership));
  if (account === undefined || membership === undefined) return { Id: accountId };
  return {
    Id: accountId,
    Arn: accountArn(organization, accountId),
    Email: account.email,
    Name: account.name,
    Status: olderStatus[membership.state],
    State: membership.state,
    JoinedMethod: membership.joinedMethod,
    ...(membership.joinedAt === undefined ? {} : { JoinedTimestamp: new Date(membership.joinedAt) }),
  };
}

function accountArn({ partition, managementAccountId, id }: Organization, accountId: string): string {
  return `arn:${partition}:organizations::${managementAccountId}:account/${id}/${accountId}`;
}

export function organizationView(world: World, organization: Organization, moment: number): Members {
  const { id, partition, managementAccountId } = organization;
  const features = valueAt(organization.features, moment) ?? latest(organization.features);
  const management = world.state.accounts.get(managementAccountId);
  return {
    Id: id,
    Arn: `arn:${partition}:organizations::${managementAccountId}:organization/${id}`,
    FeatureSet: features,
    MasterAccountArn: accountArn(organization, managementAccountId),
    MasterAccountId: managementAccountId,
    MasterAccountEmail: management?.email,
    AvailablePolicyTypes: features === 'ALL' ? [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] : [],
  };
}
