import type { WaitingFor } from '../crds/status.ts';
import { finalizer, type TrustedAccess, takeOverAnnotation } from '../crds/trustedAccess.ts';
import { isoTime, sinceWhen } from '../time/clock.ts';
import type { ReadContext } from './context.ts';
import { declaresNone, desiredState, type Observation } from './observe.ts';
import type { Plan } from './plan.ts';
import type { Cloud, Organization, ReadOptions, Resources } from './ports.ts';
import { mayHaveOpened, phase } from './swap.ts';
import { describeActions, type Fact, fact, type Obstacle, stalled } from './terms.ts';

/** Which of several resources for one organization and principal may change AWS. */
export type Claim =
  | { readonly kind: 'Held' }
  /** Another resource has it, or it is unknown whether it does. */
  | { readonly kind: 'Waits'; readonly obstacle: Obstacle; readonly waitingFor: WaitingFor | undefined }
  /** The resource that had it is missing, or the policy does not permit it. */
  | { readonly kind: 'Vacant'; readonly waitingFor: WaitingFor & { readonly goneSince: string } };

/** What a claim is decided by. */
export interface Claiming {
  readonly account: string;
  readonly organization: Organization;
  /** All resources that declare this principal and that the policy permits. */
  readonly declaring: readonly TrustedAccess[];
  readonly cloud: Cloud;
  readonly read: ReadOptions;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Milliseconds: the default time for which a missing resource keeps its claim. */
export const defaultTakeOverGrace = 120_000;

/**
 * The older of two resources holds the claim, and keeps it when it is made anew under its name while the other waits.
 * Only the management account can change an organization, so equal accounts are equal organizations, and a role's
 * ARN contains its account, so that needs no call.
 */
export async function claimOf(resource: TrustedAccess, claiming: Claiming): Promise<Claim> {
  const { waitingFor } = resource.status;
  for (const other of claiming.declaring) {
    if (!precedes(other, resource)) continue;
    const isRival = await concerns(other, claiming);
    if (!isRival.known) return { kind: 'Waits', obstacle: isRival.obstacle, waitingFor };
    if (!isRival.value) continue;
    const next = waitsFor(resource, other);
    return { kind: 'Waits', obstacle: conflict(resource, other, next), waitingFor: next };
  }
  if (!waitingFor) return { kind: 'Held' };
  const goneSince = sinceWhen(
    waitingFor.goneSince === undefined ? undefined : Date.parse(waitingFor.goneSince),
    claiming.now,
  );
  return { kind: 'Vacant', waitingFor: { ...waitingFor, goneSince: isoTime(goneSince) } };
}

/** Whether another resource waits to take over from one that is being deleted. */
export async function hasSuccessor(resource: TrustedAccess, claiming: Claiming): Promise<Fact<boolean>> {
  for (const other of claiming.declaring) {
    if (other.metadata.name === resource.metadata.name || other.metadata.deletionTimestamp) continue;
    const isSuccessor = await concerns(other, claiming);
    if (!isSuccessor.known || isSuccessor.value) return isSuccessor;
  }
  return { known: true, value: false };
}

/** Why the claim of a missing resource is not taken over yet; undefined: it is, now. @param grace milliseconds */
export function takeOverObstacle(
  { metadata }: TrustedAccess,
  { name, goneSince, sameState }: WaitingFor & { readonly goneSince: string },
  plan: Plan,
  now: number,
  grace = defaultTakeOverGrace,
): { readonly obstacle: Obstacle; readonly after: number } | undefined {
  const after = Date.parse(goneSince) + grace - now;
  const isInSync = plan.actions.length === 0 && !plan.stop;
  if (after <= 0 || metadata.annotations[takeOverAnnotation] === name || (sameState && isInSync))
    return undefined;
  const why = plan.actions.length > 0 ? `would ${describeActions(plan.actions)}` : 'declares another state';
  const obstacle = stalled(
    'Conflict',
    `TrustedAccess ${name} is missing or not permitted since ${goneSince}. This resource ${why}, so it takes over at ${isoTime(now + after)} unless ${name} returns; to take over now, run: kubectl annotate trustedaccess ${metadata.name} --overwrite ${takeOverAnnotation}=${name}`,
  );
  return { obstacle, after };
}

/** Names of those that may take over once a resource is gone. */
export function waitingFor(gone: TrustedAccess | undefined, { declaring }: Resources): string[] {
  if (!gone) return [];
  return declaring(gone.spec.servicePrincipal)
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== gone.metadata.name);
}

/** Names of those that wait for this one in particular. */
export function waitingOn(
  name: string,
  resource: TrustedAccess | undefined,
  { declaring }: Resources,
): string[] {
  if (!resource) return [];
  return declaring(resource.spec.servicePrincipal)
    .filter(({ status }) => status.waitingFor?.name === name)
    .map(({ metadata }) => metadata.name);
}

/** Whether `other` comes before `resource`: what one of them waits for decides, then the age. */
function precedes(other: TrustedAccess, resource: TrustedAccess): boolean {
  const [theirs, ours] = [other.metadata.name, resource.metadata.name];
  if (theirs === ours) return false;
  if (resource.status.waitingFor?.name === theirs) return true;
  if (other.status.waitingFor?.name === ours) return false;
  return isOlder(other, resource);
}

/** Creation time decides, then the UID. */
export function isOlder({ metadata: a }: TrustedAccess, { metadata: b }: TrustedAccess): boolean {
  const [left, right] = [Date.parse(a.creationTimestamp), Date.parse(b.creationTimestamp)];
  return left === right ? a.uid < b.uid : left < right;
}

/** Of one that waits itself: what that one waits for, which may come back. */
function waitsFor(resource: TrustedAccess, other: TrustedAccess): WaitingFor {
  const name = other.status.waitingFor?.name ?? other.metadata.name;
  return { name, sameState: name === other.metadata.name && declaresSame(resource, other) };
}

function declaresSame(a: TrustedAccess, b: TrustedAccess): boolean {
  const text = (resource: TrustedAccess) => {
    const { access, administrators } = desiredState(resource);
    return JSON.stringify([access, administrators && [...administrators].sort(), resource.spec.driftPolicy]);
  };
  return text(a) === text(b);
}

function conflict(resource: TrustedAccess, other: TrustedAccess, { sameState, name }: WaitingFor): Obstacle {
  const holder = other.metadata.name;
  const annotate = `kubectl annotate trustedaccess ${resource.metadata.name} --overwrite ${takeOverAnnotation}=${name}`;
  const then = sameState
    ? `this resource takes over as soon as ${holder} is deleted, because both declare the same state`
    : `after ${holder} is gone, this resource takes over with a delay, or at once with: ${annotate}`;
  return stalled(
    'Conflict',
    `TrustedAccess ${holder} manages ${resource.spec.servicePrincipal} of this organization, so this resource changes nothing. Delete one of the two; ${then}`,
  );
}

/** Whether it is about this organization. With a guard for another one it never works with these credentials. */
async function concerns(
  other: TrustedAccess,
  { account, organization, cloud, read }: Claiming,
): Promise<Fact<boolean>> {
  if ((other.spec.organization?.id ?? organization.id) !== organization.id)
    return { known: true, value: false };
  const theirs = await accountOf(other, cloud, read);
  return theirs.known ? { known: true, value: theirs.value === account } : theirs;
}

function accountOf(
  { spec }: TrustedAccess,
  cloud: Cloud,
  read: ReadOptions,
): Promise<Fact<string>> | Fact<string> {
  const account = spec.organization?.roleArn?.split(':')[4];
  if (account !== undefined) return { known: true, value: account };
  return fact(cloud.open(spec.organization).callerAccount(read));
}

/** Being deleted, and nothing in AWS has to be undone or finished for it. */
export function isReleased({ resource, clock }: Pick<ReadContext, 'resource' | 'clock'>): boolean {
  const { metadata, spec, status } = resource;
  if (metadata.deletionTimestamp === undefined) return false;
  if (mayHaveOpened(status.replacement, metadata.uid, clock.now())) return false;
  return spec.deletionPolicy === 'Retain' || !metadata.finalizers.includes(finalizer);
}

/**
 * Deleted in the middle of a swap, and no gap of it is left to be closed: an administrator is registered, none is
 * declared, or the service is off, so that there is nothing to administer. Retain leaves AWS as it is in everything else.
 */
export function isAbandoned(
  { resource, desired, clock }: Pick<ReadContext, 'resource' | 'desired' | 'clock'>,
  { access, administrators }: Observation,
): boolean {
  const { metadata, spec, status } = resource;
  if (metadata.deletionTimestamp === undefined || spec.deletionPolicy !== 'Retain') return false;
  if (!access.known) return false;
  if (!access.value.enabled) return true;
  if (!administrators.known) return false;
  const facts = { uid: metadata.uid, administrators };
  return declaresNone(desired) || phase(status.replacement, facts, clock.now()) !== 'Gap';
}

/** As if it were deleted with Retain: AWS stays as it is. */
export function retained(resource: TrustedAccess): TrustedAccess {
  return { ...resource, spec: { ...resource.spec, deletionPolicy: 'Retain' } };
}

/**
 * What is left to be done for a resource that is gone: a gap of the operator's own making has to be closed, unless the
 * last spec was to leave AWS alone. Undefined: nothing. It declares nothing else any more.
 */
export function deletedMeanwhile(resource: TrustedAccess | undefined): TrustedAccess | undefined {
  if (!resource || resource.spec.suspend || resource.spec.driftPolicy === 'Observe') return undefined;
  const { deletionTimestamp = resource.metadata.creationTimestamp } = resource.metadata;
  const metadata = { ...resource.metadata, deletionTimestamp, finalizers: [] };
  return retained({ ...resource, metadata });
}

/** Whether the finalizer has to be set or removed before the first change; undefined: it is as it has to be. */
export function finalizerChange({ metadata, spec }: TrustedAccess): boolean | undefined {
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const wanted = spec.deletionPolicy === 'Revoke';
  return wanted === metadata.finalizers.includes(finalizer) ? undefined : wanted;
}
