import type { TrustedAccess } from '../crds/trustedAccess.ts';
import { fact, type Obstacle, stalled } from './fact.ts';
import type { Cloud, Organization, ReadOptions, Resources } from './ports.ts';

/**
 * Two resources for one organization and principal: the older works. Only the management account can change
 * an organization, so equal accounts are equal organizations, and a role's ARN tells its account without a call.
 *
 * @param declaring all resources that declare this principal
 * @returns why this resource has to wait, or undefined when it is the one that works
 */
export async function olderClaim(
  resource: TrustedAccess,
  { account, organization }: { readonly account: string; readonly organization: Organization },
  declaring: readonly TrustedAccess[],
  cloud: Cloud,
  read: ReadOptions,
): Promise<Obstacle | undefined> {
  for (const other of declaring) {
    if (other.metadata.name === resource.metadata.name || !isOlder(other, resource)) continue;
    // A guard for another organization: with these credentials it never works here.
    if ((other.spec.organization?.id ?? organization.id) !== organization.id) continue;
    const theirs = await accountOf(other, cloud, read);
    if (!theirs.known) return theirs.obstacle;
    if (theirs.value !== account) continue;
    return stalled(
      'Conflict',
      `TrustedAccess ${other.metadata.name} manages ${resource.spec.servicePrincipal} of this organization already and is older: this one takes over when that one is deleted`,
    );
  }
  return undefined;
}

/** Names of those that may take over once a resource is gone. */
export function waitingFor(gone: TrustedAccess | undefined, { declaring }: Resources): string[] {
  if (!gone) return [];
  return declaring(gone.spec.servicePrincipal)
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== gone.metadata.name);
}

/** Creation time decides, then the UID. */
export function isOlder({ metadata: a }: TrustedAccess, { metadata: b }: TrustedAccess): boolean {
  const [left, right] = [Date.parse(a.creationTimestamp), Date.parse(b.creationTimestamp)];
  return left === right ? a.uid < b.uid : left < right;
}

function accountOf({ spec }: TrustedAccess, cloud: Cloud, read: ReadOptions) {
  const account = spec.organization?.roleArn?.split(':')[4];
  if (account !== undefined) return { known: true, value: account } as const;
  return fact(cloud.open(spec.organization).callerAccount(read));
}
