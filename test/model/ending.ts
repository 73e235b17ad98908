import { desiredState } from '../../src/controller/observe.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { sso } from '../controller/fakes/aws.ts';
import { fingerprint } from './fingerprint.ts';
import { type Node, organizationOf, resourceOf } from './node.ts';
import { type Taken, take, undisturbed } from './observing.ts';
import { judgeRest } from './outside.ts';
import { describesActualState } from './safety.ts';

const mostPasses = 60;
/** Milliseconds: the interval, and the minute in which a change ends. */
const resync = 6 * 60_000;

export interface Ending {
  readonly node: Node;
  readonly taken: Taken;
  /** Fingerprints of all nodes on the way. */
  readonly way: readonly string[];
}

/** The world holds still and time passes: looks as often as each outcome asks for, until nothing moves any more. */
export async function runToRest(
  start: Node,
  known: (fingerprint: string) => boolean,
  byPromisesAlone = false,
): Promise<Ending | 'Known'> {
  const way: string[] = [];
  let node = start;
  let rested: string | undefined;
  for (let observations = 0; observations < mostPasses; observations += 1) {
    const print = fingerprint(node);
    if (known(print)) return 'Known';
    way.push(print);
    const taken = await take(node, undisturbed);
    const wrong = byPromisesAlone ? taken.broken : taken.violations;
    if (wrong.length > 0) throw new Violation(taken.next, wrong);
    if (taken.next.now - start.now > resync && taken.next.refused === undefined) {
      const broken = judgeRest(taken.next, taken.next.now);
      if (broken.length > 0) throw new Violation(taken.next, broken);
    }
    const pause = pauseAfter(taken);
    node = { ...taken.next, now: taken.next.now + (pause ?? 5 * 60_000 + 30_000) };
    const now = pause === undefined ? fingerprint(node) : undefined;
    if (now !== undefined && now === rested) return { node, taken, way };
    rested = now;
  }
  throw new Violation(node, ['never comes to rest']);
}

export class Violation extends Error {
  readonly node: Node;

  constructor(node: Node, violations: readonly string[]) {
    super(violations.join('; '));
    this.node = node;
  }
}

/** Milliseconds; undefined: it rests until it looks again by itself. */
function pauseAfter({ passed }: Taken): number | undefined {
  switch (passed.kind) {
    case 'Progressing':
    case 'Wait':
      return passed.after;
    case 'Retry':
    case 'Error':
      return 2_000;
    case 'Stalled':
      return passed.after;
    default:
      return undefined;
  }
}

/** What is wrong with where it ended; empty when it is the declared state or a stall with a true reason. */
export function judge({ node, taken }: Ending): string[] {
  const { passed } = taken;
  const found: string[] = [];
  const rule = (kept: boolean, words: string) => void (kept || found.push(`${words} (${passed.kind})`));
  // A missing permission may be granted at any time: AWS is asked again, with the record that a swap needs.
  const asksAgain = node.isDenied && passed.kind === 'Stalled' && passed.reason === 'AccessDenied';
  rule(taken.asked.length === 0 || asksAgain, 'writes to AWS at rest');
  rule(taken.statusWrites === 0 || asksAgain, 'writes its status at rest');
  found.push(...judgeRest(node));
  const resource = resourceOf(node);
  if (!resource) {
    // A gap that no account may be registered for stays open until the permission is given back.
    const isHopeless = node.isDenied && node.gap !== undefined;
    rule(passed.kind === 'Gone' || isHopeless, 'works without a resource');
    // What is switched off has nothing to administer, and nobody declares any more that it be on.
    const isOver = isHopeless || node.gap === undefined || state(node).access === 'Disabled';
    rule(isOver, 'left nobody where it had to put somebody back');
    return found;
  }
  const { administrators, access } = state(node);
  const isActed = resource.spec.driftPolicy === 'Correct' && !resource.spec.suspend;
  const expected = isActed ? expectation(node, resource) : undefined;
  if (expected) {
    const reason = passed.kind === 'Stalled' ? passed.reason : passed.kind;
    rule(expected.ends.includes(reason), `ends as ${reason}, not ${expected.ends.join(' or ')}`);
    rule(expected.access === undefined || expected.access === access, `access is ${access}`);
    rule(expected.administrators(administrators), `administrators are ${administrators.join() || 'none'}`);
    rule(node.gap === undefined || !expected.mayRestore, 'left nobody where somebody was');
  } else if (resource.spec.suspend && resource.metadata.deletionTimestamp === undefined) {
    rule(passed.kind === 'Suspended', 'is not suspended');
  } else {
    rule(
      passed.kind === 'InSync' || passed.kind === 'Stalled' || passed.kind === 'Suspended',
      'ends without a word',
    );
  }
  rule(describesActualState(resource.status, organizationOf(node)), 'the status says what AWS does not have');
  return found;
}

function state(node: Node) {
  const organization = organizationOf(node);
  return {
    administrators: Object.keys(organization.administrators[sso] ?? {}),
    access: organization.enabled[sso] === undefined ? ('Disabled' as const) : ('Enabled' as const),
  };
}

interface Expectation {
  /** InSync, or the reasons it may stall with. */
  readonly ends: readonly string[];
  readonly access?: 'Enabled' | 'Disabled';
  readonly administrators: (registered: readonly string[]) => boolean;
  /** Somebody whom the operator deregistered could be put back. */
  readonly mayRestore: boolean;
}

const anybody = () => true;
const noAdministrator = (registered: readonly string[]) => registered.length === 0;

function expectation(node: Node, resource: TrustedAccess): Expectation {
  const { access, administrators: wanted } = desiredState(resource);
  return access === 'Disabled'
    ? disabled(node, wanted, isUntrusted(resource))
    : enabled(node, wanted, resource);
}

function disabled(
  node: Node,
  wanted: readonly string[] | undefined,
  isUntrustedRecord: boolean,
): Expectation {
  const now = state(node);
  if (isUntrustedRecord) {
    const ends = ['UntrustedRecord', 'AdministratorsUnmanaged', 'InUse'];
    return { ends, administrators: anybody, mayRestore: false };
  }
  if (!wanted && node.isDenied && node.gap !== undefined && now.administrators.length === 0) {
    // A gap of the operator's own is closed before access is disabled.
    return { ends: ['AccessDenied'], administrators: noAdministrator, mayRestore: false };
  }
  const inUse = (organizationOf(node).identityCenter?.permissionSets ?? 0) > 0;
  if (!wanted && now.administrators.length > 0) {
    return { ends: ['AdministratorsUnmanaged'], administrators: anybody, mayRestore: true };
  }
  if (inUse && now.access === 'Enabled')
    return { ends: ['InUse'], administrators: anybody, mayRestore: !wanted };
  return { ends: ['InSync'], access: 'Disabled', administrators: noAdministrator, mayRestore: false };
}

/** A status of another resource or of long ago was put back. */
function isUntrusted({ metadata, status: { replacement } }: TrustedAccess): boolean {
  return replacement !== undefined && (replacement.uid !== metadata.uid || replacement.startedAt < '2026');
}

function enabled(node: Node, wanted: readonly string[] | undefined, resource: TrustedAccess): Expectation {
  const { members, managementAccountId } = organizationOf(node);
  const isActive = (accountId: string) =>
    members[accountId]?.state === 'ACTIVE' && accountId !== managementAccountId;
  const mayRestore = node.gap !== undefined && isActive(node.gap) && !node.isDenied;
  const common = { access: 'Enabled', mayRestore } as const;
  if (!wanted) {
    if (isUntrusted(resource)) return { ...common, ends: ['UntrustedRecord'], administrators: anybody };
    const ends =
      node.gap === undefined || mayRestore
        ? ['InSync']
        : ['AccessDenied', 'AccountNotActive', 'AccountNotFound'];
    return { ...common, ends, administrators: anybody };
  }
  const [account] = wanted;
  if (account === undefined && isUntrusted(resource)) {
    return { ...common, ends: ['UntrustedRecord', 'InSync'], administrators: anybody };
  }
  if (account === undefined) return { ...common, ends: ['InSync'], administrators: noAdministrator };
  if (node.isDenied && !state(node).administrators.includes(account) && isActive(account)) {
    const ends = ['AccessDenied'];
    if (isUntrusted(resource)) ends.push('UntrustedRecord');
    if (node.refused?.isFinal && node.refused.accountId === account) ends.push(node.refused.reason);
    return { ...common, ends, administrators: anybody };
  }
  if (!isActive(account)) {
    const ends = members[account] ? ['AccountNotActive'] : ['AccountNotFound'];
    // A gap of the operator's own is closed first.
    if (node.isDenied && node.gap !== undefined) ends.push('AccessDenied');
    return { ...common, ends, administrators: anybody };
  }
  if (isUntrusted(resource)) {
    const ends = ['UntrustedRecord', 'InSync'];
    return { ...common, ends, administrators: (registered) => registered.length > 0 };
  }
  if (node.refused?.isFinal && node.refused.accountId === account) {
    const ends = [node.refused.reason, 'InSync'];
    return { ...common, ends, administrators: (registered) => registered.length > 0 };
  }
  return { ...common, ends: ['InSync'], administrators: (registered) => registered.join() === account };
}
