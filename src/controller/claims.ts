import type { TrustedAccess } from '../crds/trustedAccess.ts';
import { fact, type Obstacle, stalled } from './fact.ts';
import type { Cloud, Organization, ReadOptions, Stored } from './ports.ts';

/**
 * Two resources for one organization and principal: the older works. Only the management account can change
 * an organization, so equal accounts are equal organizations, and a role's ARN tells its account without a call.
 *
 * @returns why this resource has to wait, or undefined when it is the one that works
 */
export async function olderClaim(
  resource: TrustedAccess,
  { account, organization }: { readonly account: string; readonly organization: Organization },
  all: readonly Stored[],
  cloud: Cloud,
  read: ReadOptions,
): Promise<Obstacle | undefined> {
  for (const other of all) {
    if (other.kind !== 'Valid' || !couldWin(other.resource, resource)) continue;
    // A guard for another organization: with these credentials it never works here.
    if ((other.resource.spec.organization?.id ?? organization.id) !== organization.id) continue;
    const theirs = await accountOf(other.resource, cloud, read);
    if (!theirs.known) return theirs.obstacle;
    if (theirs.value !== account) continue;
    return stalled(
      'Conflict',
      `TrustedAccess ${other.resource.metadata.name} manages ${resource.spec.servicePrincipal} of this organization already and is older: this one takes over when that one is deleted`,
    );
  }
  return undefined;
}

/** Names of those that may take over once a resource is gone. */
export function waitingFor(gone: TrustedAccess | undefined, all: readonly Stored[]): string[] {
  return all.flatMap((other) =>
    other.kind === 'Valid' &&
    other.resource.metadata.name !== gone?.metadata.name &&
    other.resource.spec.servicePrincipal === gone?.spec.servicePrincipal
      ? [other.resource.metadata.name]
      : [],
  );
}

function couldWin(other: TrustedAccess, resource: TrustedAccess): boolean {
  return (
    other.metadata.name !== resource.metadata.name &&
    other.spec.servicePrincipal === resource.spec.servicePrincipal &&
    isOlder(other, resource)
  );
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
