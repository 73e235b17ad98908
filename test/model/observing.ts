import { desiredState } from '../../src/controller/observe.ts';
import { CloudError } from '../../src/controller/ports.ts';
import { type Change, sso } from '../controller/fakes/aws.ts';
import type { Effect, Point, Script } from '../controller/fakes/fate.ts';
import {
  enact,
  goneAfter,
  type Looked,
  type Node,
  name,
  observe,
  type Refused,
  resourceOf,
  type Scenario,
} from './node.ts';
import { judgeChanges } from './outside.ts';
import type { Past } from './promises.ts';
import {
  type FolderReader,
  type Moment,
  momentOf,
  removedBy,
  seenResource,
  slips,
  violations,
} from './safety.ts';
import { isLifting, type Step } from './steps.ts';

export interface Taken {
  readonly next: Node;
  readonly passed: Looked['passed'];
  readonly met: readonly Point[];
  readonly asked: readonly Change[];
  readonly statusWrites: number;
  readonly violations: readonly string[];
  /** Of those, the promises to users that it broke. */
  readonly broken: readonly string[];
}

/** What happens in a look: which calls go wrong, and what somebody else does before one of them. */
export interface Circumstances {
  readonly title: string;
  readonly script: Script;
  readonly meanwhile?: { readonly index: number; readonly step: Step };
}

export const undisturbed: Circumstances = { title: 'looks', script: () => undefined };

export async function take(node: Node, { title, script, meanwhile }: Circumstances): Promise<Taken> {
  const scenario = enact(node);
  const moments: Moment[] = [];
  let misled = meanwhile !== undefined;
  let onlyStale = meanwhile === undefined;
  let isSure = true;
  let isLifted = false;
  const refusals: Refused[] = [];
  const acceptable = new Set<string>();
  const reported = (point: Point): Effect | undefined => {
    if (meanwhile?.index === point.index) {
      const world = { aws: scenario.aws.snapshot(), store: scenario.store.snapshot() };
      if (meanwhile.step.may(world)) {
        meanwhile.step.happens(scenario);
        isLifted = isLifting(meanwhile.step);
      }
      if (point.kind === 'Write') moments.push(momentOf(scenario, node, point.operation, point.accountId));
      return undefined;
    }
    if (point.kind === 'Write') moments.push(momentOf(scenario, node, point.operation, point.accountId));
    const effect = script(point);
    misled ||= effect?.kind === 'Stale';
    // Whether a write whose answer was lost took effect, the operator cannot know.
    isSure &&= effect?.kind !== 'AnswerLost';
    onlyStale &&= effect === undefined || effect.kind === 'Stale';
    const refused = refusalOf(point, errorOf(effect), scenario);
    if (saysSlotTaken(effect) && point.accountId) acceptable.add(point.accountId);
    if (refused) refusals.push(refused);
    return effect;
  };
  const looked = await observe(scenario, node.mind, reported);
  const step = passTitle(title, looked);
  const outside = judgeChanges(node, scenario, acceptable);
  const isAnyRegistered = Object.keys(scenario.aws.organization().administrators[sso] ?? {}).length > 0;
  const refused = refusedIn(node, looked, refusals, isAnyRegistered);
  const next: Node = {
    now: scenario.clock.now(),
    aws: scenario.aws.snapshot().slice(-2),
    slotFirst: node.slotFirst,
    policy: node.policy,
    isDenied: scenario.aws.settings.denied.has('Register'),
    past: withRefusal(outside.past, refusedBy(scenario) ?? refusals.at(-1)),
    gone: goneAfter(node, scenario.store.get(name)),
    store: scenario.store.snapshot(),
    mind: looked.mind,
    gap: undefined,
    refused: isLifted && refused ? { ...refused, isKnown: false } : refused,
    ownChangeAt: undefined,
    path: { step, before: node.path },
  };
  const { asked, changes, reads } = scenario.aws;
  const own = isSure && !looked.crashed && (changes.length === 0 ? node.ownChangeAt : ownAt(changes));
  const after = {
    ...next,
    gap: gapAfter(node, changes, looked, resourceOf(next) !== undefined),
    ownChangeAt: own || undefined,
  };
  const seen: FolderReader = {
    before: node,
    moments,
    asked,
    violations: scenario.store.violations,
    reads: reads.length,
    statusWrites: scenario.store.statusWrites.length,
    misled,
    onlyStale,
  };
  return {
    next: after,
    passed: looked.passed,
    met: looked.met,
    asked,
    statusWrites: seen.statusWrites,
    broken: outside.broken,
    violations: [...outside.broken, ...violations(seen), ...slips(after, { ...looked, observe: seen })],
  };
}

const errorOf = (effect: Effect | undefined): Error | undefined =>
  effect?.kind === 'Refuse' ? effect.error : undefined;

/** AWS has looked at permission and account, and lacks but the room. */
function saysSlotTaken(effect: Effect | undefined): boolean {
  const error = errorOf(effect);
  return error instanceof CloudError && error.kind === 'slotTaken';
}

/** The registration that AWS itself refused last. */
function refusedBy({ aws }: Scenario): Past['refused'] {
  const last = aws.refused.findLast(
    ({ change, error }) => change.what === 'Register' && isRefusal(error),
  )?.change;
  return last?.accountId === undefined ? undefined : { accountId: last.accountId, at: last.at };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof CloudError && (error.kind === 'blocked' || error.kind === 'denied');

function withRefusal(past: Past, refused: Past['refused']): Past {
  return refused ? { ...past, refused: { accountId: refused.accountId, at: refused.at } } : past;
}

/** What keeps a swap from being tried again: a final reason, or any once the previous administrator was gone. */
function refusalOf(
  { operation, accountId }: Pick<Point, 'operation' | 'accountId'>,
  error: unknown,
  scenario: Scenario,
): Refused | undefined {
  if (operation !== 'Register' || accountId === undefined || !(error instanceof CloudError)) return undefined;
  const { kind, reason } = error;
  const isFinal = kind === 'blocked' && finalReasons.has(reason);
  const isInGap = Object.keys(scenario.aws.organization().administrators[sso] ?? {}).length === 0;
  const counts = isFinal || (isInGap && (kind === 'blocked' || kind === 'denied'));
  return counts ? { accountId, reason, isFinal, isKnown: true, at: scenario.clock.now() } : undefined;
}

/** Only a change elsewhere lifts these. */
const finalReasons = new Set(['UnrecognizedServicePrincipal']);

/** A process whose rollback was refused too goes on trying both accounts. */
function refusedIn(
  before: Node,
  { passed, crashed }: Looked,
  [refusal = before.refused]: readonly Refused[],
  isAnyRegistered: boolean,
): Refused | undefined {
  if (!isAnyRegistered || !refusal) return undefined;
  const isKnown = refusal.isKnown && !crashed && passed.kind === 'Stalled';
  return refusal === before.refused ? refusal : { ...refusal, isKnown };
}

function ownAt(changes: readonly Change[]): number | undefined {
  const last = changes.at(-1);
  return last?.who === 'operator' ? last.at : undefined;
}

function passTitle(title: string, { passed }: Looked): string {
  if (passed.kind === 'Error') return `${title} → ${passed.error}`;
  const reason = 'reason' in passed ? ` ${passed.reason}` : '';
  return `${title} → ${passed.kind}${reason}`;
}

/** Whom the operator's own writes left the service without, as far as nobody else is to answer for it. */
export function gapAfter(
  before: Node,
  changes: readonly Change[],
  { passed, crashed }: Looked,
  isStored: boolean,
): string | undefined {
  const resource = seenResource(before);
  const wanted = resource && desiredState(resource).administrators;
  const gap = removedBy(before, changes);
  const isNoAdministratorDeclared =
    wanted?.length === 0 && ['InSync', 'Stalled', 'Gone'].includes(passed.kind);
  // A resource that is gone took its status along: without the process nothing knows of its gap.
  const isForgotten = crashed && !isStored;
  // Whose last word was to leave AWS alone.
  const isAbandoned =
    passed.kind === 'Gone' && (resource?.spec.suspend || resource?.spec.driftPolicy === 'Observe');
  return isNoAdministratorDeclared || isForgotten || isAbandoned ? undefined : gap;
}
