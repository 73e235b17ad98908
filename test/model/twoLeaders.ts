import { pass } from '../../src/controller/reconciler.ts';
import { createAttribution } from '../controller/fakes/attribution.ts';
import { sso } from '../controller/fakes/aws.ts';
import { createFate, type Point, type Script } from '../controller/fakes/fate.ts';
import { management } from '../controller/fakes/world.ts';
import { judge, runToRest, Violation } from './ending.ts';
import {
  enact,
  goneAfter,
  type Node,
  name,
  newMind,
  observe,
  recall,
  resourceOf,
  type Scenario,
} from './node.ts';
import { gapAfter, take, undisturbed } from './observing.ts';
import { judgeChanges } from './outside.ts';
import { meanwhile, type Step } from './steps.ts';

/** Milliseconds from when the old leader stops at the latest until the next one may begin. */
const handOver = 5_000;

/** Milliseconds in which a call has no answer, and what does not wait for it is sent too. */
const unanswered = 10;

/** What happens around one call of the old leader that is under way when it loses its lease. */
interface Late {
  /** From this call of the old leader on, nothing it sent has arrived yet. */
  readonly call: number;
  /** What somebody else does before the next leader begins. */
  readonly step: Step | undefined;
  /** Before which call of the next leader they arrive; undefined: after its look. */
  readonly before: number | undefined;
}

interface Succession {
  readonly next: Node;
  /** How many calls the next leader made in its look. */
  readonly calls: number;
}

/** The old leader's look as far as it comes, the next leader's, and the calls of the one among those of the other. */
async function succeed(node: Node, late: Late): Promise<Succession> {
  const scenario = enact(node);
  const old = await stopAt(scenario, node, late.call);
  scenario.clock.skip(handOver);
  const world = { aws: scenario.aws.snapshot(), store: scenario.store.snapshot() };
  if (late.step?.may(world)) late.step.happens(scenario);
  const script: Script = ({ index }) =>
    index === late.before ? { kind: 'Meanwhile', happens: old.arrive } : undefined;
  const looked = await observe(scenario, newMind(), script);
  if (late.before === undefined) await old.arrive();
  const others = scenario.aws.asked.filter(({ principal }) => principal !== sso);
  // A late call is no decision: only the past is taken from it.
  const { past } = judgeChanges(node, scenario);
  const violations = [...old.tooLate, ...others.map(({ principal }) => `touched ${principal}`)];
  const next: Node = {
    ...node,
    now: scenario.clock.now(),
    aws: scenario.aws.snapshot().slice(-2),
    store: scenario.store.snapshot(),
    isDenied: scenario.aws.settings.denied.has('Register'),
    mind: looked.mind,
    ownChangeAt: undefined,
    past,
    gone: goneAfter(node, scenario.store.get(name)),
    path: { step: reported(old.underWay, late), before: node.path },
  };
  // A resource that is gone took its status along, and the next leader never saw it.
  const isForgotten = resourceOf(next) === undefined && next.mind.memory.status === undefined;
  const gap = isForgotten ? undefined : gapAfter(node, scenario.aws.changes, looked, true);
  if (violations.length > 0) throw new Violation(next, violations);
  return { next: { ...next, gap }, calls: looked.met.length };
}

/** The old leader looks; its calls from the n-th on are on the way, and it loses its lease. */
async function stopAt(scenario: Scenario, node: Node, nth: number) {
  const fate = createFate();
  const lease = new AbortController();
  const sent = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const underWay: Point[] = [];
  const tooLate: string[] = [];
  fate.script = (point) => {
    if (point.index < nth) return undefined;
    if (lease.signal.aborted) tooLate.push(`${point.operation} after the lease was lost`);
    else underWay.push(point);
    sent.resolve();
    return { kind: 'Meanwhile', happens: () => arrived.promise };
  };
  const ports = {
    ...scenario.ports,
    cloud: scenario.aws.cloud(management, fate),
    store: scenario.store.port(fate),
    attribution: createAttribution(),
  };
  const memories = recall(node.mind, ports);
  const observing = { ports, memories, learnedMaxima: new Map(node.mind.learned), signal: lease.signal };
  const looked = pass(name, scenario.clock.now(), observing);
  await scenario.clock.until(Promise.race([sent.promise, looked]));
  await scenario.clock.advance(unanswered);
  lease.abort(new Error('the lease is lost'));
  const arrive = async () => {
    arrived.resolve();
    await looked;
  };
  return { underWay, tooLate, arrive };
}

function reported(underWay: readonly Point[], { step, before }: Late): string {
  const calls = underWay.map(({ operation }) => operation).join(' and ');
  const meantime = step ? `; then ${step.title}` : '';
  const when = before === undefined ? 'after its look' : `before its call ${before}`;
  return `loses its lease with ${calls} under way${meantime}; the next one looks, and they arrive ${when}`;
}

/**
 * The lease is lost while any of the old leader's writes is under way; then anything one may do happens, or nothing;
 * the next leader looks, and what was under way arrives before any of its calls, or after its look. From there the
 * next leader comes to its end. Gives how many such ways there are; throws an Offence for what must not be.
 * @param ended fingerprints from which the end is known to be good
 */
export async function everySuccession(node: Node, ended: Set<string>): Promise<number> {
  let ways = 0;
  const { met } = await take(node, undisturbed);
  for (const { index } of met.filter(({ kind }) => kind !== 'Read')) {
    for (const step of [undefined, ...meanwhile]) {
      const late = { call: index, step, before: undefined };
      const { calls } = await follow(node, late, ended);
      for (let before = 1; before <= calls; before += 1) await follow(node, { ...late, before }, ended);
      ways += 1 + calls;
    }
  }
  return ways;
}

async function follow(node: Node, late: Late, ended: Set<string>): Promise<Succession> {
  const succession = await succeed(node, late);
  const end = await runToRest(succession.next, (print) => ended.has(print));
  if (end === 'Known') return succession;
  const wrong = judge(end);
  if (wrong.length > 0) throw new Violation(end.node, wrong);
  for (const print of end.way) ended.add(print);
  return succession;
}
