import { type Desired, desiredState } from '../../src/controller/observe.ts';
import type { PassOutcome } from '../../src/controller/reconciler.ts';
import type { Replacement } from '../../src/crds/status.ts';
import { finalizer, type TrustedAccess, type TrustedAccessStatus } from '../../src/crds/trustedAccess.ts';
import { type Change, type OrganizationState, sso } from '../controller/fakes/aws.ts';
import type { Point } from '../controller/fakes/fate.ts';
import { type Node, name, organizationOf, resourceOf, type Scenario } from './node.ts';

/** One write at the moment before it happens. */
export interface Moment {
  readonly operation: string;
  readonly accountId: string | undefined;
  readonly administrators: readonly string[];
  readonly enabled: boolean;
  /** Whom the stored status names as the way back. */
  readonly wayBack: string | undefined;
  readonly stored: boolean;
  /** The record of this deregistration was stored once, whatever became of the resource since. */
  readonly wasRecorded: boolean;
  /** Its deletion waits for the operator, or it is gone. */
  readonly isKept: boolean;
}

export function momentOf(
  scenario: Scenario,
  before: Node,
  operation: string,
  accountId: string | undefined,
): Moment {
  const organization = scenario.aws.organization();
  const now = scenario.store.get(name);
  // What was made anew under its name is another resource.
  const stored = now?.metadata.uid === seenResource(before)?.metadata.uid ? now : undefined;
  const written = scenario.store.statusWrites.map(({ status }) => status);
  return {
    operation,
    accountId,
    administrators: Object.keys(organization.administrators[sso] ?? {}),
    enabled: organization.enabled[sso] !== undefined,
    wayBack: wayBackIn(stored?.status),
    stored: stored !== undefined,
    wasRecorded: [stored?.status, seenResource(before)?.status, ...written].some(
      (status) => wayBackIn(status) === accountId,
    ),
    isKept: stored?.metadata.finalizers.includes(finalizer) ?? true,
  };
}

function wayBackIn(status: TrustedAccessStatus | undefined): string | undefined {
  const { replacement } = status ?? {};
  return replacement?.deregisteredAt === undefined ? undefined : replacement.from;
}

/** The account without which the operator's own writes left the service, unless an outsider acted since. */
export function removedBy(before: Node, changes: readonly Change[]): string | undefined {
  const resource = seenResource(before);
  const wanted = resource && desiredState(resource).administrators;
  const registered = new Set(Object.keys(organizationOf(before).administrators[sso] ?? {}));
  let { gap } = before;
  for (const { who, what, accountId = '' } of changes) {
    if (what === 'Register') {
      registered.add(accountId);
      gap = undefined;
    }
    if (what === 'Deregister') {
      registered.delete(accountId);
      if (registered.size === 0)
        gap = who === 'operator' && wanted && wanted.length > 0 ? accountId : undefined;
    }
  }
  return gap;
}

/** What the operator looked at when it began. */
export function seenResource(node: Node): TrustedAccess | undefined {
  return resourceOf(node) ?? node.mind.resource;
}

export interface FolderReader {
  readonly before: Node;
  readonly moments: readonly Moment[];
  readonly asked: readonly Change[];
  readonly violations: readonly string[];
  readonly reads: number;
  readonly statusWrites: number;
  /** Nothing else went wrong than stale reads. */
  readonly onlyStale: boolean;
  /** A read was stale, or somebody else acted meanwhile: what the operator knew was not so. */
  readonly misled: boolean;
}

/** What the operator did in one look that it never may; empty when nothing. */
export function violations(observe: FolderReader): string[] {
  const found = observe.violations.map((rule) => `status against kstatus: ${rule}`);
  const resource = seenResource(observe.before);
  const own = resource?.spec.servicePrincipal ?? sso;
  for (const { principal } of observe.asked) if (principal !== own) found.push(`touched ${principal}`);
  if (!resource) return observe.asked.length > 0 ? [...found, 'wrote with no resource'] : found;
  const { spec, metadata } = resource;
  const isLiving = metadata.deletionTimestamp === undefined;
  if (observe.asked.length > 0 && spec.driftPolicy === 'Observe') found.push('wrote under Observe');
  if (isLiving && spec.suspend && observe.reads + observe.asked.length > 0)
    found.push('looked while suspended');
  const desired = desiredState(resource);
  if (!observe.misled && observe.asked.length > 0 && isAsDeclared(observe.before, desired))
    found.push('wrote although in sync');
  if (isLiving && spec.deletionPolicy === 'Revoke' && observe.moments.some((moment) => !moment.isKept))
    found.push('changed AWS for Revoke without its finalizer');
  return [
    ...found,
    ...observe.moments.flatMap((moment) => violation(moment, desired, observe) ?? []),
    ...gapsOpened(observe, desired),
  ];
}

function violation(moment: Moment, desired: Desired, { misled, before }: FolderReader): string | undefined {
  const { operation, accountId = '', administrators, wayBack } = moment;
  const wanted = desired.administrators;
  switch (operation) {
    case 'Enable':
      if (!misled && isRetained(before)) return 'enabled what nobody declares any more';
      return desired.access === 'Enabled' ? undefined : 'enabled what is declared disabled';
    case 'Disable':
      return !wanted && before.gap !== undefined && administrators.length === 0
        ? 'disabled over a gap of its own making'
        : undefined;
    case 'Register':
      if (administrators.includes(accountId)) return undefined;
      return moment.enabled || misled ? undefined : 'registered before enabling';
    case 'Deregister':
      if (!wanted?.length || !administrators.includes(accountId) || administrators.length > 1)
        return undefined;
      if (moment.stored ? wayBack !== accountId : !moment.wasRecorded)
        return 'opened a gap with no way back stored';
      return isRefusedStill(before, wanted) ? 'opened a gap again for nothing' : undefined;
    default:
      return undefined;
  }
}

/** Gone, or on its way with the word that AWS stays as it is. */
function isRetained(node: Node): boolean {
  const resource = resourceOf(node);
  if (!resource) return true;
  return resource.metadata.deletionTimestamp !== undefined && resource.spec.deletionPolicy === 'Retain';
}

/** Whom to leave nobody for: an account that may be registered, as AWS itself said before. */
function gapsOpened(
  { moments, before, misled }: FolderReader,
  { administrators: wanted = [] }: Desired,
): string[] {
  return moments.flatMap(({ operation, accountId, administrators }, index) => {
    if (operation !== 'Deregister' || administrators.length !== 1 || administrators[0] !== accountId)
      return [];
    const [to] = wanted;
    if (to === undefined || to === accountId) return [];
    const hasAsked = moments.slice(0, index).some((it) => it.operation === 'Register' && it.accountId === to);
    if (!hasAsked) return ['opened a gap without asking AWS first'];
    const isActive = organizationOf(before).members[to]?.state === 'ACTIVE';
    return isActive || misled ? [] : ['opened a gap for an account that is not ACTIVE'];
  });
}

function isAsDeclared(node: Node, { access, administrators }: Desired): boolean {
  // Not managed; but a swap may have been begun, and its previous administrator is put back.
  if (!administrators && (node.gap !== undefined || knownReplacement(node))) return false;
  return equalsSpec(node, { access, administrators });
}

function equalsSpec(node: Node, { access, administrators }: Desired): boolean {
  const organization = organizationOf(node);
  const registered = Object.keys(organization.administrators[sso] ?? {});
  if ((organization.enabled[sso] !== undefined) !== (access === 'Enabled')) return false;
  if (!administrators) return true;
  return registered.length === administrators.length && registered.every((id) => administrators.includes(id));
}

/** As the process remembers it, or else as it is stored. */
function knownReplacement(node: Node): Replacement | undefined {
  return (node.mind.memory.status ?? seenResource(node)?.status)?.replacement;
}

/** AWS refused it once the previous administrator was gone, or for good, and nothing has changed since that may lift it. */
function isRefusedStill({ refused, now }: Node, wanted: readonly string[]): boolean {
  if (!refused?.isKnown || !wanted.includes(refused.accountId)) return false;
  return refused.isFinal || now - refused.at < 3_600_000;
}

/** What must not be after one look, when the operator was told the truth. */
export function slips(
  after: Node,
  { passed, met, observe }: { passed: PassOutcome; met: readonly Point[]; observe: FolderReader },
): string[] {
  const found: string[] = [];
  const { before, misled } = observe;
  const isOver = ['InSync', 'Stalled', 'Progressing'].includes(passed.kind);
  const status = resourceOf(after)?.status;
  if (
    isOver &&
    !misled &&
    observe.statusWrites > 0 &&
    status &&
    !describesActualState(status, organizationOf(after), resourceOf(after)?.spec.servicePrincipal)
  ) {
    found.push('the status says what AWS does not have');
  }
  const resource = resourceOf(after);
  if (passed.kind === 'InSync' && !misled && resource && !equalsSpec(after, desiredState(resource))) {
    found.push('is Ready although AWS is not as the spec says');
  }
  const hasOpened = before.gap === undefined && after.gap !== undefined;
  const tried = met.some(({ operation, accountId }) => operation === 'Register' && accountId === after.gap);
  if (passed.kind === 'Stalled' && hasOpened && !tried)
    found.push('gave up in a gap without putting the old one back');
  if (isDeceived(observe) && observe.asked.length > 0)
    found.push('wrote again because of a stale read after its own write');
  const drift = driftOf(after);
  if (isDeceived(observe) && drift !== undefined && drift !== driftOf(before))
    found.push('took a stale read after its own write for drift');
  return found;
}

/** AWS is as declared by an own recent write, and only the reads show it as it was before. */
function isDeceived({ before, misled, onlyStale }: FolderReader): boolean {
  const resource = seenResource(before);
  if (!misled || !onlyStale || !resource || before.ownChangeAt === undefined) return false;
  const isRecent = before.now - before.ownChangeAt < 5_000;
  return isRecent && before.mind.memory.writes.length > 0 && isAsDeclared(before, desiredState(resource));
}

function driftOf(node: Node): string | undefined {
  return (node.mind.memory.status ?? resourceOf(node)?.status)?.lastDrift?.detectedAt;
}

/** What is told of AWS is so, or said to be unknown. */
export function describesActualState(
  { access, delegatedAdministrators }: TrustedAccessStatus,
  organization: OrganizationState,
  principal = sso,
): boolean {
  const enabled = organization.enabled[principal] === undefined ? 'Disabled' : 'Enabled';
  const registered = Object.keys(organization.administrators[principal] ?? {});
  const reported = delegatedAdministrators?.map(({ accountId }) => accountId);
  if ((access?.state ?? 'Unknown') !== 'Unknown' && access?.state !== enabled) return false;
  return reported === undefined || [...reported].sort().join() === registered.sort().join();
}
