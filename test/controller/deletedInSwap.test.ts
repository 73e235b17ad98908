import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, worldOf } from './fakes/checked.ts';
import type { Point } from './fakes/fate.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const disable = { confirmation: 'disable' };
const swap = { delegatedAdministrators: [security] };
const revoke = { ...swap, deletionPolicy: 'Revoke', disable };

/** The old administrator is deregistered, the new one not registered yet, and the process does not get any further. */
async function gapOf(spec: object, end: 'Crash' | 'Refuse', finalizers: string[] = []): Promise<World> {
  const world = worldOf({ administrators: [tools] });
  world.apply(spec, 'sso', { finalizers });
  let isBegun = false;
  world.fate.script = ({ operation }) => {
    if (operation === 'Deregister') {
      isBegun = true;
      return end === 'Crash' ? { kind: 'Crash', when: 'After' } : undefined;
    }
    return isBegun && operation === 'Register'
      ? { kind: 'Refuse', error: cloudError('transient', 'Progressing', 'Register') }
      : undefined;
  };
  await world.pass();
  world.fate.script = () => undefined;
  expect(world.administrators()).toEqual([]);
  if (end === 'Crash') world.restart();
  return world;
}

/** How a resource may go while its swap is unfinished, and the operator still have to do with it. */
const ways: readonly { readonly way: string; readonly go: () => Promise<World> }[] = [
  {
    way: 'deleted with Retain, held by somebody else’s finalizer',
    async go() {
      const world = await gapOf(swap, 'Crash', ['example.com/other']);
      world.store.delete('sso');
      return world;
    },
  },
  {
    way: 'deleted with Revoke, then turned to Retain',
    async go() {
      const world = await gapOf(revoke, 'Crash');
      world.store.delete('sso');
      world.apply({ ...revoke, deletionPolicy: 'Retain' });
      return world;
    },
  },
  {
    way: 'vanished at once with Retain',
    async go() {
      const world = await gapOf(swap, 'Refuse');
      world.store.delete('sso');
      return world;
    },
  },
  {
    way: 'vanished with Revoke, its finalizer taken off by hand',
    async go() {
      const world = await gapOf(revoke, 'Refuse');
      world.store.restore(new Map());
      return world;
    },
  },
  {
    way: 'vanished when a new process had looked at it once, and failed',
    async go() {
      const world = await gapOf(swap, 'Crash');
      world.fate.script = ({ operation }) =>
        operation === 'organization'
          ? { kind: 'Refuse', error: new TypeError('a bug of the adapter') }
          : undefined;
      expect(await world.pass()).toMatchObject({ kind: 'Error' });
      world.fate.script = () => undefined;
      world.store.delete('sso');
      return world;
    },
  },
];

const meanwhile: readonly {
  readonly what: string;
  readonly happens: (world: World) => void;
  readonly asks: readonly string[];
}[] = [
  { what: 'nothing', happens: () => undefined, asks: [`Register ${security}`] },
  { what: 'somebody switched the service off', happens: ({ aws }) => aws.outsider.disable(), asks: [] },
  { what: 'somebody else was registered', happens: ({ aws }) => aws.outsider.register(audit), asks: [] },
  { what: 'the old one was put back', happens: ({ aws }) => aws.outsider.register(tools), asks: [] },
];

const recordWrites: readonly (readonly [string, number])[] = [
  ['asks AWS for the new account', 1],
  ['stores that it deregisters the previous account', 2],
];

/** Counts the writes of a status, and makes this one come too late. */
function beforeRecord(nth: number, happens: () => void) {
  return ({ operation, nth: count }: Point) =>
    operation === 'writeStatus' && count === nth ? { kind: 'Meanwhile' as const, happens } : undefined;
}

describe('A resource that is gone before the record of its swap is stored', () => {
  it.each(recordWrites)(
    'loses no administrator when a person recreates it right before the operator %s',
    async (_when, nth) => {
      const world = worldOf({ administrators: [tools] });
      world.apply(swap);
      world.fate.script = beforeRecord(nth, () => {
        world.store.delete('sso');
        world.apply({ delegatedAdministrators: [tools] });
      });
      expect(await world.pass()).toMatchObject({ kind: 'Error' });
      expect(asked(world)).not.toContain(`Deregister ${tools}`);
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(world.administrators()).toEqual([tools]);
    },
  );

  it.each(recordWrites)(
    'loses no administrator when a person deletes it right before the operator %s',
    async (_when, nth) => {
      const world = worldOf({ administrators: [tools] });
      world.apply(swap);
      world.fate.script = beforeRecord(nth, () => world.store.delete('sso'));
      expect(await world.pass()).toMatchObject({ kind: 'Error' });
      // The operator did not deregister this account, so it does not register it again either.
      world.aws.outsider.deregister(tools);
      const mark = world.aws.asked.length;
      expect(await world.work()).toEqual({ kind: 'Gone' });
      expect(asked(world, mark)).toEqual([]);
    },
  );
});

describe('A resource that goes in the middle of its swap declares nothing more but that the gap be closed', () => {
  const cases = ways.flatMap(({ way, go }) =>
    meanwhile.map(({ what, happens, asks }) => [way, what, go, happens, asks] as const),
  );
  it.each(cases)('%s, while %s happened', async (_way, _what, go, happens, asks) => {
    const world = await go();
    world.clock.skip(60_000);
    happens(world);
    const mark = world.aws.asked.length;
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(asked(world, mark)).toEqual(asks);
    world.aws.outsider.disable();
    world.clock.skip(3_600_000);
    await world.work();
    expect(asked(world, mark)).toEqual(asks);
  });

  it.each([{ suspend: true }, { driftPolicy: 'Observe' }])(
    'the operator leaves AWS unchanged if the record ends with %j',
    async (word) => {
      const world = await gapOf(swap, 'Refuse');
      world.apply({ ...swap, ...word });
      await world.work();
      const mark = world.aws.asked.length;
      world.store.delete('sso');
      expect(await world.work()).toEqual({ kind: 'Gone' });
      expect(asked(world, mark)).toEqual([]);
    },
  );
});
