import type { Stored } from '../../src/controller/ports.ts';
import { type TrustedAccess, takeOverAnnotation } from '../../src/crds/trustedAccess.ts';
import type { OrganizationState } from '../controller/fakes/aws.ts';
import { createWorld, security, tools, type World } from '../controller/fakes/world.ts';

/** Two resources for one organization and principal, at one moment; every reconcile is a new process's. */
interface Moment {
  readonly now: number;
  readonly aws: readonly (readonly OrganizationState[])[];
  readonly store: ReadonlyMap<string, Stored>;
  /** Since when the holder is missing, in truth; undefined: it is there. */
  readonly goneSince: number | undefined;
  /** Whether the waiting one took over, in truth: it changed AWS. */
  readonly isTakenOver: boolean;
  readonly path: readonly string[];
}

type Act = (world: World, moment: Moment) => Promise<void> | void;

const grace = 120_000;
const holding = { delegatedAdministrators: [tools] };

function annotate(world: World): void {
  const snapshot = new Map(world.store.snapshot());
  const { metadata, ...rest } = world.store.get('waiting') as TrustedAccess;
  const annotations = { [takeOverAnnotation]: 'holder' };
  snapshot.set('waiting', { kind: 'Valid', resource: { ...rest, metadata: { ...metadata, annotations } } });
  world.store.restore(snapshot);
}

/** What may happen, in any order: a reconcile of either, by this process or another, and what people do. */
const acts: Readonly<Record<string, Act>> = {
  'the holder is reconciled': async (world) => void (await world.work('holder')),
  'the waiting one is reconciled': async (world) => void (await world.work('waiting')),
  'the holder is deleted': (world) => world.store.delete('holder'),
  'the holder is made anew': (world, { now }) =>
    world.store.apply('holder', holding, {
      uid: `at-${now}`,
      creationTimestamp: new Date(now).toISOString(),
    }),
  'the annotation asks to take over': annotate,
  'a minute passes': (world) => world.clock.skip(60_000),
  'a person evicts the administrator': (world) => {
    for (const accountId of world.administrators()) world.aws.outsider.deregister(accountId);
  },
};

function enter(moment: Moment): World {
  const world = createWorld({ administrators: [tools] });
  world.clock.skip(moment.now - world.clock.now());
  world.aws.restore(moment.aws);
  world.store.restore(moment.store);
  return world;
}

async function begin(): Promise<Moment> {
  const world = createWorld({ administrators: [tools] });
  world.store.apply('holder', holding, { uid: 'a', creationTimestamp: '2025-06-01T00:00:00Z' });
  const spec = { delegatedAdministrators: [security] };
  world.store.apply('waiting', spec, { uid: 'b', creationTimestamp: '2025-06-02T00:00:00Z' });
  await world.work('holder');
  await world.work('waiting');
  return momentOf(world, { goneSince: undefined, isTakenOver: false, path: [] });
}

function momentOf(world: World, rest: Pick<Moment, 'goneSince' | 'isTakenOver' | 'path'>): Moment {
  return {
    now: world.clock.now(),
    aws: world.aws.snapshot().slice(-2),
    store: world.store.snapshot(),
    ...rest,
  };
}

async function perform(moment: Moment, title: string, act: Act): Promise<{ next: Moment; wrong: string[] }> {
  const world = enter(moment);
  const before = world.clock.now();
  await act(world, moment);
  const isThere = world.store.get('holder') !== undefined;
  const goneSince = isThere ? undefined : (moment.goneSince ?? before);
  const path = [...moment.path, title];
  const hasChanged = world.aws.asked.length > 0 && title === 'the waiting one is reconciled';
  const next = momentOf(world, { goneSince, isTakenOver: moment.isTakenOver || hasChanged, path });
  return { next, wrong: hasChanged && !moment.isTakenOver ? trespass(world, moment) : [] };
}

/** The waiting one changed AWS: whether it might, by what really happened. */
function trespass(world: World, { goneSince, now }: Moment): string[] {
  if (goneSince === undefined) return ['changed AWS although the holder is there'];
  const isAsked = world.store.get('waiting')?.metadata.annotations[takeOverAnnotation] === 'holder';
  return isAsked || now - goneSince >= grace
    ? []
    : ['took over from a holder that is missing for less than two minutes'];
}

/** All is quiet: both are reconciled until nothing changes; one of them has AWS as it declares, the other waits. */
async function settle(moment: Moment): Promise<string[]> {
  const world = enter(moment);
  for (let round = 0; round < 4; round += 1) {
    for (const name of ['waiting', 'holder']) if (world.store.get(name)) await world.work(name);
    world.clock.skip(60_000);
  }
  const isReady = (name: string) =>
    world.store.get(name) !== undefined && world.condition('Ready', name)?.status === 'True';
  const [holder, waiting] = [isReady('holder'), isReady('waiting')];
  if (holder === waiting) return [holder ? 'both are Ready' : 'neither is Ready'];
  if (!moment.isTakenOver && moment.goneSince === undefined && waiting)
    return ['the waiting one took the claim from a holder that is there'];
  const expected = holder ? tools : security;
  return world.administrators().join() === expected
    ? []
    : [`is Ready with ${world.administrators().join() || 'none'} as administrator`];
}

/** Every order of so many acts. Throws with the story of what must not be; gives how many moments there are. */
export async function everyClaim(depth: number): Promise<number> {
  const met = new Set<string>();
  let layer = [await begin()];
  for (let step = 0; step <= depth; step += 1) {
    const following: Moment[] = [];
    for (const moment of layer) {
      const print = JSON.stringify([
        moment.now,
        moment.goneSince,
        moment.isTakenOver,
        moment.aws.at(-1),
        [...moment.store],
      ]);
      if (met.has(print)) continue;
      met.add(print);
      complain(await settle(moment), moment);
      if (step === depth) continue;
      for (const [title, act] of Object.entries(acts)) {
        const { next, wrong } = await perform(moment, title, act);
        complain(wrong, next);
        following.push(next);
      }
    }
    layer = following;
  }
  return met.size;
}

function complain(wrong: readonly string[], { path }: Moment): void {
  if (wrong.length > 0)
    throw new Error(`${wrong.join('; ')}, after\n${path.map((step) => `  ${step}`).join('\n')}`);
}
