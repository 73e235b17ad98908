import fc from 'fast-check';
import { plan } from '../../../src/controller/plan.ts';
import { createQueue } from '../../../src/controller/queue.ts';
import { pass } from '../../../src/controller/reconciler.ts';
import { cloudError, type Operation } from '../../controller/fakes/aws.ts';
import { view } from '../../controller/fakes/views.ts';
import { createWorld, security, tools } from '../../controller/fakes/world.ts';
import { virtualClock } from '../../harness/virtualClock.ts';
import { everyClaim } from '../claims.ts';
import { declarations } from '../declarations.ts';
import { type Bound, explore } from '../explore.ts';
import { take, undisturbed } from '../observing.ts';
import { type StartingPoint, scenario } from '../scenarios.ts';
import { everySuccession } from '../twoLeaders.ts';

/** What was found against the operator, in the words of the property that it broke; undefined: nothing. */
export type Found = string | undefined;

async function complaint(work: () => Promise<unknown>): Promise<Found> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Every interleaving from these starting points, to the bound, by the model. */
export function exploring(startingPoints: readonly StartingPoint[], bound: Bound): Promise<Found> {
  return complaint(() =>
    explore(startingPoints.map(scenario), bound, { states: 0, observations: 0, endings: 0 }),
  );
}

/** The same, judged by the promises to users alone. */
export function keepingPromises(startingPoints: readonly StartingPoint[], bound: Bound): Promise<Found> {
  const explored = { states: 0, observations: 0, endings: 0, byPromisesAlone: true } as const;
  return complaint(() => explore(startingPoints.map(scenario), bound, { ...explored }));
}

/** The lease is lost in every write of it, and what was under way arrives whenever it may. */
export function succeeding(startingPoint: StartingPoint): Promise<Found> {
  return complaint(() => everySuccession(scenario(startingPoint), new Set()));
}

/** One reconcile, judged by the model's rules of what may never be done. */
export async function observing(startingPoint: StartingPoint): Promise<Found> {
  const { violations } = await take(scenario(startingPoint), undisturbed);
  return violations.length > 0 ? violations.join('; ') : undefined;
}

/** Two resources for one organization and principal, reconciled in turns. */
export async function competing(): Promise<Found> {
  const world = createWorld({ administrators: [tools] });
  const born = (day: string, uid: string) => ({ creationTimestamp: `2025-06-${day}T00:00:00Z`, uid });
  world.apply({ delegatedAdministrators: [tools] }, 'older', born('01', 'b'));
  world.apply({ delegatedAdministrators: [security] }, 'younger', born('02', 'a'));
  for (const name of ['younger', 'older', 'younger', 'older']) await world.pass(name);
  return world.aws.asked.length > 0 ? 'the younger of two resources changed AWS' : undefined;
}

/** Two resources, one of which waits: every order of some acts. */
export function claiming(depth: number): Promise<Found> {
  return complaint(() => everyClaim(depth));
}

/** The holder is deleted with Revoke while another resource waits for it. */
export async function bequeathing(): Promise<Found> {
  const world = createWorld({ administrators: [tools] });
  const born = (day: string, uid: string) => ({ creationTimestamp: `2025-06-${day}T00:00:00Z`, uid });
  const spec = { delegatedAdministrators: [tools] };
  const revoke = { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } };
  world.apply({ ...spec, ...revoke }, 'holder', born('01', 'a'));
  world.apply(spec, 'waiting', born('02', 'b'));
  for (const name of ['holder', 'waiting']) await world.work(name);
  world.store.delete('holder');
  await world.work('holder');
  return world.aws.asked.length > 0 ? 'revoked what an heir declares' : undefined;
}

/** AWS goes on refusing the new account, and a person evicts the previous administrator. */
export async function evicting(): Promise<Found> {
  const world = createWorld({ administrators: [tools] });
  world.aws.settings.slotFirst = true;
  world.apply({ delegatedAdministrators: [security] });
  const error = cloudError('blocked', 'UnrecognizedServicePrincipal', 'Register');
  world.fate.script = ({ operation, accountId, nth }) =>
    operation === 'Register' && accountId === security && nth > 1 ? { kind: 'Refuse', error } : undefined;
  await world.work();
  world.clock.skip(60_000);
  world.aws.outsider.deregister(tools);
  await world.work();
  return world.administrators().includes(tools)
    ? 'registered 222222222222, which the spec does not name'
    : undefined;
}

/** Another manager replaces the administrator, or disables access, again and again. */
export async function intruding(): Promise<Found> {
  const world = createWorld({ administrators: [tools] });
  world.apply({ delegatedAdministrators: [tools] });
  await world.work();
  for (let time = 1; time <= 8; time += 1) {
    world.clock.skip(20_000);
    world.aws.outsider.deregister(tools);
    world.aws.outsider.register(security);
    const since = world.clock.now();
    for (let it = await world.work(); it.kind === 'Stalled'; it = await world.work())
      world.clock.skip(it.after ?? 300_000);
    if (world.clock.now() - since > 70_000) return 'left an intruder for more than a minute';
  }
  return undefined;
}

/** The lease is lost at each point of a swap. */
export async function losingTheLease(): Promise<Found> {
  for (let lostAt = 1; ; lostAt += 1) {
    const world = createWorld({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    const lease = new AbortController();
    let after = 0;
    world.fate.script = ({ index, kind }) => {
      if (index > lostAt && kind !== 'Read') after += 1;
      return index === lostAt ? { kind: 'Meanwhile', happens: () => lease.abort() } : undefined;
    };
    const passing = {
      ports: world.ports,
      memories: world.memories,
      learnedMaxima: new Map(),
      signal: lease.signal,
    };
    await world.clock.until(pass('sso', world.clock.now(), passing));
    if (after > 0) return 'wrote after its lease was lost';
    if (world.fate.met.length < lostAt) return undefined;
  }
}

/** From every declaration to every other, also where the first write fails in passing: there is no outside change. */
export async function redeclaring(): Promise<Found> {
  for (const before of Object.values(declarations)) {
    for (const after of Object.values(declarations)) {
      const world = createWorld({ administrators: [tools] });
      world.apply(before);
      await world.work();
      world.clock.skip(60_000);
      world.apply(after);
      let writes = 0;
      world.fate.script = ({ kind, operation }) => {
        if (kind !== 'Write') return undefined;
        writes += 1;
        return writes === 1
          ? { kind: 'Refuse', error: cloudError('transient', 'Progressing', operation as Operation) }
          : undefined;
      };
      await world.work();
      if (world.announced.some(({ kind }) => kind === 'DriftDetected'))
        return 'called a change of the spec drift';
    }
  }
  return undefined;
}

/** Any view at all, and what is planned of it. */
export async function planning(): Promise<Found> {
  let found: Found;
  const property = fc.property(view, (any) => {
    const { administrators } = any.observation;
    const room =
      (any.maximum ?? Number.POSITIVE_INFINITY) - (administrators.known ? administrators.value.length : 0);
    const kinds = plan(any).actions.map(({ kind }) => kind);
    const goes = kinds.indexOf('DeregisterAdministrator');
    if (goes >= 0 && kinds.lastIndexOf('RegisterAdministrator') > goes)
      found = 'deregistered before registering where there is room';
    const comes = kinds.filter((kind) => kind === 'RegisterAdministrator').length;
    if (kinds.includes('ReplaceAdministrator') && any.replacement === undefined && room > comes)
      found = 'replaced where there is room for both';
    return found === undefined;
  });
  fc.check(property, { numRuns: 2_000, seed: 1, endOnFailure: true });
  return found;
}

type Act = (typeof acts)[number];
const acts = ['wake', 'take', 'done'] as const;

/** Every order of waking a key, taking it and being done with it, six acts long. */
export async function queueing(): Promise<Found> {
  for (let number = 0; number < acts.length ** 6; number += 1) {
    const order = Array.from(
      { length: 6 },
      (_, place) => acts[Math.floor(number / 3 ** place) % 3] ?? 'wake',
    );
    const found = await queued(order);
    if (found) return found;
  }
  return undefined;
}

async function queued(order: readonly Act[]): Promise<Found> {
  const clock = virtualClock();
  const queue = createQueue(clock, () => 0.5);
  let woken = 0;
  let begun = 0;
  let working = 0;
  let most = 0;
  const act = (what: Act) => {
    clock.skip(1);
    if (what === 'wake') {
      woken = clock.now();
      queue.add('a');
    } else if (what === 'done') {
      working = 0;
      queue.done('a');
    } else if (queue.depth() > 0) {
      begun = clock.now();
      working += 1;
      most = Math.max(most, working);
      queue.next();
    }
  };
  for (const what of [...order, 'done', 'take'] as const) act(what);
  if (most > 1) return 'worked on one key twice at once';
  return woken > begun ? 'lost a wake-up' : undefined;
}
