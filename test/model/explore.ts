import { judge, runToRest, Violation } from './ending.ts';
import { type Fault, faultsAt, scriptOf } from './faults.ts';
import { fingerprint } from './fingerprint.ts';
import { incident, type Node } from './node.ts';
import { type Circumstances, type Taken, take, undisturbed } from './observing.ts';
import { judgeRest } from './outside.ts';
import { after, meanwhile, steps } from './steps.ts';

/** How much may happen on one way: things between looks, and calls that go wrong. */
export interface Bound {
  readonly events: number;
  readonly faults: number;
}

export interface Explored {
  states: number;
  observations: number;
  endings: number;
  /** Nothing but the promises to users is judged. */
  readonly byPromisesAlone?: true;
}

interface Waiting extends Bound {
  readonly node: Node;
}

/**
 * Every interleaving up to the bound, breadth first, so that the first failure has the shortest story.
 * A state that was met with as much left to happen is not entered again.
 */
export async function explore(starts: readonly Node[], bound: Bound, explored: Explored): Promise<void> {
  const met = new Map<string, Bound[]>();
  const ending = new Set<string>();
  let queue: Waiting[] = [];
  const enter = (node: Node, left: Bound) => {
    const print = fingerprint(node);
    const known = met.get(print) ?? [];
    if (known.some(({ events, faults }) => events >= left.events && faults >= left.faults)) return;
    if (known.length === 0) explored.states += 1;
    met.set(print, [...known, left]);
    queue.push({ node, ...left });
  };
  for (const node of starts) enter(node, bound);
  while (queue.length > 0) {
    const layer = queue;
    queue = [];
    for (const waiting of layer) await reported(waiting.node, () => open(waiting, enter, ending, explored));
  }
}

async function open(
  { node, events, faults }: Waiting,
  enter: (node: Node, left: Bound) => void,
  ending: Set<string>,
  explored: Explored,
): Promise<void> {
  const { byPromisesAlone } = explored;
  const end = await runToRest(node, (print) => ending.has(print), byPromisesAlone);
  if (end !== 'Known') {
    explored.endings += 1;
    const wrong = byPromisesAlone ? judgeRest(end.node) : judge(end);
    if (wrong.length > 0) throw new Violation(end.node, wrong);
    for (const print of end.way) ending.add(print);
  }
  if (events > 0) {
    for (const step of steps) if (step.may(node)) enter(after(node, step), { events: events - 1, faults });
  }
  const base = await observe(node, undisturbed, explored);
  enter(base.next, { events, faults });
  await disturb(node, base, [], { events, faults }, enter, explored);
  if (events > 0) await interrupt(node, base, { events: events - 1, faults }, enter, explored);
}

/** Each call that goes wrong, and then each later one, as far as the bound allows. */
async function disturb(
  node: Node,
  base: Taken,
  before: readonly Fault[],
  left: Bound,
  enter: (node: Node, left: Bound) => void,
  explored: Explored,
): Promise<void> {
  if (left.faults === 0) return;
  const last = before.at(-1)?.point.index ?? 0;
  const rest = { ...left, faults: left.faults - 1 };
  for (const point of base.met.filter(({ index }) => index > last)) {
    for (const fault of faultsAt(point)) {
      const all = [...before, fault];
      const title = `looks; ${all.map((it) => `${it.point.operation} ${it.title}`).join(', ')}`;
      const taken = await observe(node, { title, script: scriptOf(all) }, explored);
      enter(taken.next, rest);
      await disturb(node, taken, all, rest, enter, explored);
    }
  }
}

/** Somebody acts just before one of the operator's writes, when everything it acts upon was read already. */
async function interrupt(
  node: Node,
  base: Taken,
  left: Bound,
  enter: (node: Node, left: Bound) => void,
  explored: Explored,
): Promise<void> {
  for (const { index, kind, operation } of base.met) {
    if (kind === 'Read') continue;
    for (const step of meanwhile) {
      const title = `looks; before ${operation}: ${step.title}`;
      const circumstances: Circumstances = { title, script: () => undefined, meanwhile: { index, step } };
      enter((await observe(node, circumstances, explored)).next, left);
    }
  }
}

async function observe(node: Node, circumstances: Circumstances, explored: Explored): Promise<Taken> {
  explored.observations += 1;
  const taken = await take(node, circumstances);
  const wrong = explored.byPromisesAlone ? taken.broken : taken.violations;
  if (wrong.length > 0) throw new Violation(taken.next, wrong);
  return taken;
}

/** Does it; what goes wrong in it is told with the story of how it came to that. */
export async function reported<T>(start: Node, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const at = error instanceof Violation ? error.node : start;
    const words = error instanceof Violation ? error.message : error instanceof Error ? error.stack : error;
    throw new Error(`${words}, after\n${incident(at.path)}`);
  }
}
