import { desiredState } from '../../src/controller/desired.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { sso } from '../controller/fakes/aws.ts';
import { fingerprint } from './fingerprint.ts';
import { type Taken, take, undisturbed } from './looking.ts';
import { type Node, organizationOf, resourceOf } from './node.ts';
import { saysWhatIs } from './safety.ts';

const mostLooks = 60;

export interface Ending {
  readonly node: Node;
  readonly taken: Taken;
  /** Fingerprints of all nodes on the way. */
  readonly way: readonly string[];
}

/** The world holds still and time passes: looks as often as each outcome asks for, until nothing moves any more. */
export async function settleDown(
  start: Node,
  known: (fingerprint: string) => boolean,
): Promise<Ending | 'Known'> {
  const way: string[] = [];
  let node = start;
  let rested: string | undefined;
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const print = fingerprint(node);
    if (known(print)) return 'Known';
    way.push(print);
    const taken = await take(node, undisturbed);
    if (taken.offences.length > 0) throw new Offence(taken.next, taken.offences);
    const pause = pauseAfter(taken);
    node = { ...taken.next, now: taken.next.now + (pause ?? 5 * 60_000 + 30_000) };
    const now = pause === undefined ? fingerprint(node) : undefined;
    if (now !== undefined && now === rested) return { node, taken, way };
    rested = now;
  }
  throw new Offence(node, ['never comes to rest']);
}

export class Offence extends Error {
  readonly node: Node;

  constructor(node: Node, offences: readonly string[]) {
    super(offences.join('; '));
    this.node = node;
  }
}

/** Milliseconds; undefined: it rests until it looks again by itself. */
function pauseAfter({ visited }: Taken): number | undefined {
  switch (visited.kind) {
    case 'Progressing':
    case 'Wait':
      return visited.after;
    case 'Retry':
    case 'Error':
      return 2_000;
    case 'Stalled':
      return visited.after;
    default:
      return undefined;
  }
}

/** What is wrong with where it ended; empty when it is the declared state or a stall with a true reason. */
export function judge({ node, taken }: Ending): string[] {
  const { visited } = taken;
  const found: string[] = [];
  const rule = (kept: boolean, words: string) => void (kept || found.push(`${words} (${visited.kind})`));
  rule(taken.asked.length === 0, 'writes to AWS at rest');
  rule(taken.statusWrites === 0, 'writes its status at rest');
  const resource = resourceOf(node);
  if (!resource) {
    rule(visited.kind === 'Gone', 'works without a resource');
    // What is switched off has nothing to administer, and nobody declares any more that it be on.
    const isOver = node.gap === undefined || standing(node).access === 'Disabled';
    rule(isOver, 'left nobody where it had to put somebody back');
    return found;
  }
  const { administrators, access } = standing(node);
  const isActed = resource.spec.driftPolicy === 'Correct' && !resource.spec.suspend;
  const expected = isActed ? expectation(node, resource) : undefined;
  if (expected) {
    const reason = visited.kind === 'Stalled' ? visited.reason : visited.kind;
    rule(expected.ends.includes(reason), `ends as ${reason}, not ${expected.ends.join(' or ')}`);
    rule(expected.access === undefined || expected.access === access, `access is ${access}`);
    rule(expected.administrators(administrators), `administrators are ${administrators.join() || 'none'}`);
    rule(node.gap === undefined || !expected.mayRestore, 'left nobody where somebody was');
  } else if (resource.spec.suspend && resource.metadata.deletionTimestamp === undefined) {
    rule(visited.kind === 'Suspended', 'is not suspended');
  } else {
    rule(
      visited.kind === 'Settled' || visited.kind === 'Stalled' || visited.kind === 'Suspended',
      'ends without a word',
    );
  }
  rule(saysWhatIs(resource.status, organizationOf(node)), 'the status says what AWS does not have');
  return found;
}

function standing(node: Node) {
  const organization = organizationOf(node);
  return {
    administrators: Object.keys(organization.administrators[sso] ?? {}),
    access: organization.enabled[sso] === undefined ? ('Disabled' as const) : ('Enabled' as const),
  };
}

interface Expectation {
  /** Settled, or the reasons it may stall with. */
  readonly ends: readonly string[];
  readonly access?: 'Enabled' | 'Disabled';
  readonly administrators: (registered: readonly string[]) => boolean;
  /** Somebody whom the operator deregistered could be put back. */
  readonly mayRestore: boolean;
}

const anybody = () => true;
const nobody = (registered: readonly string[]) => registered.length === 0;

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
  const now = standing(node);
  if (isUntrustedRecord) {
    const ends = ['UntrustedRecord', 'AdministratorsUnmanaged', 'InUse'];
    return { ends, administrators: anybody, mayRestore: false };
  }
  const inUse = (organizationOf(node).identityCenter?.permissionSets ?? 0) > 0;
  if (!wanted && now.administrators.length > 0) {
    return { ends: ['AdministratorsUnmanaged'], administrators: anybody, mayRestore: true };
  }
  if (inUse && now.access === 'Enabled')
    return { ends: ['InUse'], administrators: anybody, mayRestore: !wanted };
  return { ends: ['Settled'], access: 'Disabled', administrators: nobody, mayRestore: false };
}

/** A status of another resource or of long ago was put back. */
function isUntrusted({ metadata, status: { replacement } }: TrustedAccess): boolean {
  return replacement !== undefined && (replacement.uid !== metadata.uid || replacement.startedAt < '2026');
}

function enabled(node: Node, wanted: readonly string[] | undefined, resource: TrustedAccess): Expectation {
  const { members, managementAccountId } = organizationOf(node);
  const isActive = (accountId: string) =>
    members[accountId]?.state === 'ACTIVE' && accountId !== managementAccountId;
  const mayRestore = node.gap !== undefined && isActive(node.gap);
  const common = { access: 'Enabled', mayRestore } as const;
  if (!wanted) {
    if (isUntrusted(resource)) return { ...common, ends: ['UntrustedRecord'], administrators: anybody };
    const ends = node.gap === undefined || mayRestore ? ['Settled'] : ['AccountNotActive', 'AccountNotFound'];
    return { ...common, ends, administrators: anybody };
  }
  const [account] = wanted;
  if (account === undefined && isUntrusted(resource)) {
    return { ...common, ends: ['UntrustedRecord', 'Settled'], administrators: anybody };
  }
  if (account === undefined) return { ...common, ends: ['Settled'], administrators: nobody };
  if (!isActive(account)) {
    const ends = members[account] ? ['AccountNotActive'] : ['AccountNotFound'];
    return { ...common, ends, administrators: anybody };
  }
  if (isUntrusted(resource)) {
    const ends = ['UntrustedRecord', 'Settled'];
    return { ...common, ends, administrators: (registered) => registered.length > 0 };
  }
  if (node.refused?.isFinal && node.refused.accountId === account) {
    const ends = [node.refused.reason, 'Settled'];
    return { ...common, ends, administrators: (registered) => registered.length > 0 };
  }
  return { ...common, ends: ['Settled'], administrators: (registered) => registered.join() === account };
}
