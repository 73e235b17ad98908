import { desiredState } from '../../src/controller/desired.ts';
import { type Change, sso } from '../controller/fakes/aws.ts';
import type { Effect, Point, Script } from '../controller/fakes/fate.ts';
import { enact, type Looked, look, type Node, organizationOf, resourceOf } from './node.ts';
import { type Look, type Moment, momentOf, offences, seenResource, slips } from './safety.ts';
import type { Step } from './steps.ts';

export interface Taken {
  readonly next: Node;
  readonly visited: Looked['visited'];
  readonly met: readonly Point[];
  readonly asked: readonly Change[];
  readonly statusWrites: number;
  readonly offences: readonly string[];
}

/** What happens in a look: which calls go wrong, and what somebody else does before one of them. */
export interface Circumstances {
  readonly title: string;
  readonly script: Script;
  readonly meanwhile?: { readonly index: number; readonly step: Step };
}

export const undisturbed: Circumstances = { title: 'looks', script: () => undefined };

export async function take(node: Node, { title, script, meanwhile }: Circumstances): Promise<Taken> {
  const scene = enact(node);
  const moments: Moment[] = [];
  let misled = meanwhile !== undefined;
  let onlyStale = meanwhile === undefined;
  let isSure = true;
  const told = (point: Point): Effect | undefined => {
    if (meanwhile?.index === point.index) {
      const world = { aws: scene.aws.snapshot(), store: scene.store.snapshot() };
      if (meanwhile.step.may(world)) meanwhile.step.happens(scene);
      if (point.kind === 'Write') moments.push(momentOf(scene, point.operation, point.accountId));
      return undefined;
    }
    if (point.kind === 'Write') moments.push(momentOf(scene, point.operation, point.accountId));
    const effect = script(point);
    misled ||= effect?.kind === 'Stale';
    // Whether a write whose answer was lost took effect, the operator cannot know.
    isSure &&= effect?.kind !== 'AnswerLost';
    onlyStale &&= effect === undefined || effect.kind === 'Stale';
    return effect;
  };
  const looked = await look(scene, node.mind, told);
  const step = visitedTitle(title, looked);
  const next: Node = {
    now: scene.clock.now(),
    aws: scene.aws.snapshot().slice(-2),
    slotFirst: node.slotFirst,
    store: scene.store.snapshot(),
    mind: looked.mind,
    gap: undefined,
    ownChangeAt: undefined,
    path: { step, before: node.path },
  };
  const { asked, changes, reads } = scene.aws;
  const own = isSure && !looked.crashed && (changes.length === 0 ? node.ownChangeAt : ownAt(changes));
  const after = {
    ...next,
    gap: gapAfter(node, changes, looked, resourceOf(next) !== undefined),
    ownChangeAt: own || undefined,
  };
  const seen: Look = {
    before: node,
    moments,
    asked,
    violations: scene.store.violations,
    reads: reads.length,
    statusWrites: scene.store.statusWrites.length,
    misled,
    onlyStale,
  };
  return {
    next: after,
    visited: looked.visited,
    met: looked.met,
    asked,
    statusWrites: seen.statusWrites,
    offences: [...offences(seen), ...slips(after, { ...looked, look: seen })],
  };
}

function ownAt(changes: readonly Change[]): number | undefined {
  const last = changes.at(-1);
  return last?.who === 'operator' ? last.at : undefined;
}

function visitedTitle(title: string, { visited }: Looked): string {
  if (visited.kind === 'Error') return `${title} → ${visited.error}`;
  const reason = 'reason' in visited ? ` ${visited.reason}` : '';
  return `${title} → ${visited.kind}${reason}`;
}

/** Whom the operator's own writes left the service without, as far as nobody else is to answer for it. */
export function gapAfter(
  before: Node,
  changes: readonly Change[],
  { visited, crashed }: Looked,
  isStored: boolean,
): string | undefined {
  const resource = seenResource(before);
  const wanted = resource && desiredState(resource).administrators;
  const registered = new Set(Object.keys(organizationOf(before).administrators[sso] ?? {}));
  let gap = before.gap;
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
  const isNobodyDeclared = wanted?.length === 0 && ['Settled', 'Stalled', 'Gone'].includes(visited.kind);
  // A resource that is gone took its status along: without the process nothing knows of its gap.
  const isForgotten = crashed && !isStored;
  // Whose last word was to leave AWS alone.
  const isLeft =
    visited.kind === 'Gone' && (resource?.spec.suspend || resource?.spec.driftPolicy === 'Observe');
  return isNobodyDeclared || isForgotten || isLeft ? undefined : gap;
}
