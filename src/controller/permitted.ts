import { parseDuration } from '../crds/duration.ts';
import type { Policy, PolicyState } from '../crds/policy.ts';
import { externalIdBy, violations } from '../crds/policyViolations.ts';
import type { Approval } from '../crds/status.ts';
import {
  approvedAnnotation,
  approvedByAnnotation,
  changedByAnnotation,
  type Metadata,
  type TrustedAccess,
} from '../crds/trustedAccess.ts';
import { isoTime, sinceWhen } from '../time/clock.ts';
import { isRevoking } from './observe.ts';
import { type Action, describeActions, type Obstacle, stalled } from './terms.ts';

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

/**
 * Why these actions wait for the approval of a second user; undefined: they need none, or have it. Actions that keep a
 * generation which AWS matched before need none: they correct drift.
 *
 * @param registered number of administrators that AWS has
 * @param now epoch milliseconds
 */
export function approvalObstacle(
  actions: readonly Action[],
  { resource, approval, registered, now }: Approving,
): Obstacle | undefined {
  if (!approval || !needsApproval(actions, approval.required, registered)) return undefined;
  const { metadata, status } = resource;
  if (status.inSyncGeneration === metadata.generation && !isRevoking(resource)) return undefined;
  const approved = approvalRecord(status.approval, metadata, now);
  const expiry = parseDuration(approval.expiry) ?? 0;
  const expiresAt = approved && sinceWhen(Date.parse(approved.since), now) + expiry;
  if (expiresAt !== undefined && now < expiresAt) return undefined;
  return stalled('AwaitingApproval', explain(resource, actions, expiresAt));
}

export interface Approving {
  readonly resource: TrustedAccess;
  readonly approval: Policy['approval'];
  readonly registered: number;
  readonly now: number;
}

/** A first administrator, where AWS has none, takes nothing from another account. */
function needsApproval(actions: readonly Action[], required: readonly string[], registered: number): boolean {
  const isSwap = ({ kind }: Action) =>
    kind === 'ReplaceAdministrator' ||
    kind === 'DeregisterAdministrator' ||
    (kind === 'RegisterAdministrator' && registered > 0);
  const isDisable = ({ kind }: Action) => kind === 'DisableAccess';
  return (
    (required.includes('Swap') && actions.some(isSwap)) ||
    (required.includes('Disable') && actions.some(isDisable))
  );
}

/** The approval as the status has to keep it: since when this generation is approved. Undefined: it is not. */
export function approvalRecord(
  previous: Approval | undefined,
  metadata: Metadata,
  now: number,
): Approval | undefined {
  if (!isApproved(metadata)) return undefined;
  const { generation } = metadata;
  return previous?.generation === generation ? previous : { generation, since: isoTime(now) };
}

function isApproved(metadata: Metadata): boolean {
  const { annotations } = metadata;
  const [by, author] = [annotations[approvedByAnnotation], annotations[changedByAnnotation]];
  return isMarked(metadata) && Boolean(by) && Boolean(author) && by !== author;
}

/** Kubernetes raises the generation by one when a resource with a finalizer is deleted. */
function isMarked({ annotations, generation, deletionTimestamp }: Metadata): boolean {
  const value = annotations[approvedAnnotation];
  return (
    value === String(generation) || (deletionTimestamp !== undefined && value === String(generation - 1))
  );
}

function explain(
  { metadata }: TrustedAccess,
  actions: readonly Action[],
  expiresAt: number | undefined,
): string {
  const { name, generation } = metadata;
  const annotate = `kubectl annotate trustedaccess ${name}`;
  const approve = `${annotate} --overwrite ${approvedAnnotation}=${generation}`;
  if (expiresAt !== undefined) {
    return `The approval of generation ${generation} expired at ${isoTime(expiresAt)}. To approve again, run: ${annotate} ${approvedAnnotation}- && ${approve}`;
  }
  if (isMarked(metadata)) {
    return `The approval of generation ${generation} does not count: the annotations ${approvedByAnnotation} and ${changedByAnnotation} must name two different users. Have another user run: ${approve}`;
  }
  return `Generation ${generation} would ${describeActions(actions)}, which needs the approval of a second user. To approve, another user than the author runs: ${approve}`;
}
