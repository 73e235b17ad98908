import type { Policy, PolicyState } from '../crds/policy.ts';
import { externalIdBy, violations } from '../crds/policyViolations.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import { type Obstacle, stalled } from './terms.ts';

/** The policy of the platform owner as it is now; undefined: the operator was given none, and nothing is restricted. */
export type CurrentPolicy = (() => PolicyState) | undefined;

/** Why the operator may not act for this resource; undefined: the policy permits all that the resource declares. */
export function prohibition(resource: TrustedAccess, policy: CurrentPolicy): Obstacle | undefined {
  const state = policy?.();
  if (!state) return undefined;
  if (state.kind === 'Unusable') {
    return stalled(
      'NotPermitted',
      `Cannot use the ${state.problem}. The operator changes nothing in AWS until the platform owner repairs the file.`,
    );
  }
  const found = violationsOnce(resource, state.policy);
  return found.length === 0 ? undefined : stalled('NotPermitted', found.join(' '));
}

const judged = new WeakMap<Policy, WeakMap<TrustedAccess, readonly string[]>>();

/** Each reconcile asks about all resources for its service: what is unchanged is judged once. */
function violationsOnce(resource: TrustedAccess, policy: Policy): readonly string[] {
  const byResource = judged.get(policy) ?? new WeakMap<TrustedAccess, readonly string[]>();
  judged.set(policy, byResource);
  const found = byResource.get(resource) ?? violations(resource, policy);
  byResource.set(resource, found);
  return found;
}

/** For what the policy requires the approval of a second user; undefined: for nothing. */
export function approvalIn(policy: CurrentPolicy): Policy['approval'] {
  const state = policy?.();
  return state?.kind === 'InForce' ? state.policy.approval : undefined;
}

/** Only resources that the policy permits may hold a claim: one that is refused must not block another. */
export function permittedAmong(
  resources: readonly TrustedAccess[],
  policy: CurrentPolicy,
): readonly TrustedAccess[] {
  if (!policy) return resources;
  return resources.filter((resource) => !prohibition(resource, policy));
}

/** The resource with the external id that the policy names with its role: that of the resource proves nothing. */
export function withExternalId(resource: TrustedAccess, policy: CurrentPolicy): TrustedAccess {
  const state = policy?.();
  const externalId = state?.kind === 'InForce' ? externalIdBy(resource, state.policy) : undefined;
  if (externalId === undefined || externalId === resource.spec.organization?.externalId) return resource;
  const organization = { ...resource.spec.organization, externalId };
  return { ...resource, spec: { ...resource.spec, organization } };
}
