import { parseDuration } from '../crds/duration.ts';
import type { Policy } from '../crds/policy.ts';
import type { Approval } from '../crds/status.ts';
import {
  approvedAnnotation,
  approvedByAnnotation,
  changedByAnnotation,
  type Metadata,
  type TrustedAccess,
} from '../crds/trustedAccess.ts';
import { isoTime, sinceWhen } from '../time/clock.ts';
import { isRevoking } from './desired.ts';
import { type Action, describeActions, type Obstacle, stalled } from './terms.ts';

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
