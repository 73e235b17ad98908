/**
 * What the product promises its users (docs/how-it-works.md), judged by what AWS and the API server had, and when.
 * Nothing here knows how the operator decides: this file imports nothing of `src/controller`, and asks neither the
 * operator's records nor its memory.
 */
import { serviceFor } from '../../src/crds/services.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { type Wish, wishOf } from './wish.ts';

/** One service of one organization, as AWS has it. */
export interface Service {
  readonly principal: string;
  readonly enabled: boolean;
  readonly administrators: readonly string[];
}

/** One change that AWS made. */
export interface Change {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly who: 'operator' | 'outsider';
  readonly what: 'Enable' | 'Disable' | 'Register' | 'Deregister';
  readonly accountId?: string;
}

/** The past of one service, as far as a promise asks for it. */
export interface Past {
  /** The account that the operator deregistered last, and when, until it is registered again. */
  readonly removed?: {
    readonly accountId: string;
    /** Epoch milliseconds. */
    readonly at: number;
    /** AWS has registered another account since. */
    readonly isFollowed: boolean;
  };
  /**
   * A person put a status back, and with it the record of an unfinished swap. Previous administrators that such a
   * record names, if it is of this very resource and of the last day: that person asks for what the record says.
   */
  readonly restored?: readonly string[];
  /** The account that AWS last refused to register, and when (epoch milliseconds). */
  readonly refused?: { readonly accountId: string; readonly at: number };
}

/** Milliseconds after which no unfinished swap is carried on. */
const longestSwap = 24 * 3_600_000;
/** Milliseconds after which AWS is asked again for an account that it refused. */
const longestRefusal = 3_600_000;
/** Milliseconds in which a swap under way may not know yet that another caller registered an account. */
const underWay = 60_000;

export function pastAfter(past: Past, { what, who, accountId, at }: Change): Past {
  if (accountId === undefined) return past;
  if (what === 'Deregister')
    return who === 'operator' ? { ...past, removed: { accountId, at, isFollowed: false } } : past;
  const { removed, ...rest } = past;
  if (what !== 'Register' || !removed || removed.accountId === accountId) return rest;
  return { ...rest, removed: { ...removed, isFollowed: true } };
}

/** Whether AWS is not asked again yet for this account. */
export function isRefusedStill({ refused }: Past, accountId: string, now: number): boolean {
  return refused?.accountId === accountId && now - refused.at < longestRefusal;
}

/** The account that the operator itself deregistered and may register again, whatever the spec names. */
export function previousAdministrator({ removed }: Past, now: number): string | undefined {
  if (!removed || now - removed.at > (removed.isFollowed ? underWay : longestSwap)) return undefined;
  return removed.accountId;
}

/** What AWS would say, and what depends on the service, at the moment of a change. */
export interface Truth {
  /** Whether AWS would let the operator register the account: it is an active member, and the permission is there. */
  readonly accepts: (accountId: string) => boolean;
  /** People sign in through the service, or applications do. */
  readonly isInUse: boolean;
  /** A region where people or applications may sign in does not answer; absent: every region does. */
  readonly isUnreadable?: boolean;
  /** Whether the account has administered the service for so long that no read can have missed it. */
  readonly isLasting: (accountId: string) => boolean;
  /** Whether the resource exists for so long that no reconcile under way can have missed it. */
  readonly isEstablished: (resource: TrustedAccess) => boolean;
  /** Whether the policy of the platform owner permits what the resource declares; absent: there is no policy. */
  readonly permits?: (resource: TrustedAccess) => boolean;
}

/**
 * The promises that one change by the operator breaks.
 *
 * @param before the service right before the change
 * @param all every resource for the service that the API server had in the time that the change may go by
 */
export function brokenBy(
  change: Change,
  before: Service,
  past: Past,
  all: readonly TrustedAccess[],
  truth: Truth,
): string[] {
  if (change.who !== 'operator') return [];
  const declared = all.filter((resource) => truth.permits?.(resource) ?? true);
  if (all.length > 0 && declared.length === 0) return forbidden(change, past);
  // A deletion undoes nothing that another resource is there to declare.
  const hasHeir = ({ metadata: { name } }: TrustedAccess) =>
    declared.some(
      (other) =>
        other.metadata.name !== name &&
        other.metadata.deletionTimestamp === undefined &&
        truth.isEstablished(other),
    );
  const asking = declared.flatMap((resource) => {
    const wish = resource.metadata.deletionTimestamp && hasHeir(resource) ? undefined : wishOf(resource);
    return wish ? [{ ...wish, spec: resource.spec }] : [];
  });
  const { accountId = '' } = change;
  switch (change.what) {
    case 'Enable':
      return asking.some(({ enabled }) => enabled) ? [] : ['enabled access that no resource declares'];
    case 'Register': {
      const isNamed = asking.some(({ administrators }) => administrators?.includes(accountId));
      const isPrevious =
        previousAdministrator(past, change.at) === accountId || past.restored?.includes(accountId);
      return isNamed || isPrevious || closesGap(change, past, declared)
        ? []
        : [`registered ${accountId}, which the spec does not name`];
    }
    case 'Deregister':
      return deregistering(accountId, before, asking, truth);
    case 'Disable':
      return disabling(before, asking, truth);
  }
}

/** The policy permits none of the resources: only a gap of the operator's own is closed. */
function forbidden({ what, accountId, at }: Change, past: Past): string[] {
  if (what === 'Register' && previousAdministrator(past, at) === accountId) return [];
  return ['changed AWS for a resource that the policy does not permit'];
}

/** An account that a resource named before it was deleted may close the gap that the operator's own call left. */
function closesGap({ accountId = '', at }: Change, past: Past, declared: readonly TrustedAccess[]): boolean {
  if (previousAdministrator(past, at) === undefined) return false;
  return declared.some(
    ({ spec }) =>
      !spec.suspend && spec.driftPolicy === 'Correct' && spec.delegatedAdministrators?.includes(accountId),
  );
}

type Asking = readonly (Wish & { readonly spec: TrustedAccess['spec'] })[];

function deregistering(
  accountId: string,
  { principal, administrators }: Service,
  asking: Asking,
  { accepts }: Truth,
): string[] {
  const wanting = asking.filter((wish) => wish.administrators && !wish.administrators.includes(accountId));
  if (wanting.length === 0) return [`deregistered ${accountId}, which nothing asks for`];
  const isConfirmed =
    serviceFor(principal).deregistering === undefined ||
    wanting.some(({ spec }) => spec.deregister?.confirmation === 'deregister');
  if (!isConfirmed) return ['deregistered without confirmation'];
  const leavesNone = administrators.length === 1 && administrators[0] === accountId;
  const wanted = wanting.map((wish) => wish.administrators ?? []);
  if (!leavesNone || wanted.some((accounts) => accounts.length === 0)) return [];
  return wanted.flat().some(accepts)
    ? []
    : ['left no administrator although AWS accepts none of the declared accounts'];
}

function disabling(
  { principal, administrators }: Service,
  asking: Asking,
  { isInUse, isUnreadable = false, isLasting }: Truth,
): string[] {
  const wanting = asking.filter(({ enabled }) => !enabled);
  if (wanting.length === 0) return ['disabled access that no resource declares disabled'];
  const confirmed = wanting.filter(({ spec }) => spec.disable?.confirmation === 'disable');
  if (confirmed.length === 0) return ['disabled without confirmation'];
  const ignoresUse = confirmed.some(({ spec }) => spec.disable?.whileInUse === 'Allow');
  const isGuarded = serviceFor(principal).identityCenter && !ignoresUse;
  if (isGuarded && isInUse) return ['disabled while in use'];
  if (isGuarded && isUnreadable) return ['disabled while a region cannot be read'];
  return administrators.some(isLasting) ? ['disabled under an administrator'] : [];
}

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

const isReady = ({ status, metadata }: TrustedAccess): boolean =>
  status.observedGeneration === metadata.generation &&
  status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');

/**
 * The promise that a status breaks: Ready is True only when AWS has what the spec says.
 *
 * @param recent the service as it was in the time from which the status may be. No call reads access and administrators
 *   at once: each must have been as declared at one moment.
 */
export function brokenByStatus(resource: TrustedAccess, recent: readonly Service[]): string[] {
  const wish = wishOf(resource);
  if (!isReady(resource) || !wish) return [];
  const { enabled, administrators } = wish;
  const isSame =
    recent.some((service) => service.enabled === enabled) &&
    recent.some((service) => !administrators || isSameSet(administrators, service.administrators));
  return isSame ? [] : ['Ready is True although AWS does not have what the spec says'];
}

/**
 * The promises that a state breaks in which one event, or else one resync, has gone by since any other caller acted.
 *
 * @param declared the resource that holds the service
 * @param now epoch milliseconds
 */
export function brokenAtRest(
  declared: TrustedAccess,
  service: Service,
  past: Past,
  { accepts, permits }: Pick<Truth, 'accepts' | 'permits'>,
  now: number,
): string[] {
  const wish = (permits?.(declared) ?? true) ? wishOf(declared) : undefined;
  const broken = brokenByStatus(declared, [service]);
  if (!wish?.administrators || !wish.enabled) return broken;
  const { administrators: wanted } = wish;
  const missing = wanted.filter((accountId) => !service.administrators.includes(accountId));
  const isRefused =
    missing.length > 0 &&
    missing.every((accountId) => !accepts(accountId) || isRefusedStill(past, accountId, now));
  // Until the person who put the record back clears it, the service is left as it is.
  const isHalted = past.restored !== undefined && declared.status.replacement !== undefined;
  if (isRefused || isHalted) return broken;
  const intruders = service.administrators.filter((accountId) => !wanted.includes(accountId));
  const isGuarded =
    serviceFor(service.principal).deregistering !== undefined &&
    declared.spec.deregister?.confirmation !== 'deregister';
  if (intruders.length > 0 && !isGuarded) {
    broken.push(`${intruders.join()} remains administrator, which the spec does not name`);
  }
  if (wanted.length > 0 && service.administrators.length === 0) {
    broken.push('no account administers although AWS accepts a declared account');
  }
  return broken;
}
