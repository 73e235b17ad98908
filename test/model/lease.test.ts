import { expect, it } from 'vitest';
import { pass } from '../../src/controller/reconciler.ts';
import { createWorld, tools, type World } from '../controller/fakes/world.ts';
import { declarations } from './declarations.ts';

const names = Object.keys(declarations);

async function begun(before: string, after: string): Promise<World> {
  const world = createWorld({ administrators: [tools] });
  world.apply(declarations[before]);
  await world.work();
  world.clock.skip(60_000);
  world.apply(declarations[after]);
  return world;
}

/** One look whose lease is lost right before its n-th call; what it still changed after that, and whether it got so far. */
async function losing(world: World, nth: number) {
  const lease = new AbortController();
  const after: string[] = [];
  const met = world.fate.met.length;
  world.fate.script = ({ index, kind, operation }) => {
    if (index > met + nth && kind !== 'Read') after.push(operation);
    return index === met + nth ? { kind: 'Meanwhile', happens: () => lease.abort() } : undefined;
  };
  const { ports, memories } = world;
  const observing = { ports, memories, learnedMaxima: new Map(), signal: lease.signal };
  await world.clock.until(pass('sso', world.clock.now(), observing));
  world.fate.script = () => undefined;
  return { after, wasLost: lease.signal.aborted };
}

it('a leader that loses the lease at any point writes nothing more, and the next leader finishes the change', async () => {
  let points = 0;
  for (const before of names) {
    for (const after of names) {
      const untouched = await begun(before, after);
      const expected = await untouched.work();
      for (let nth = 1; ; nth += 1) {
        const world = await begun(before, after);
        const lost = await losing(world, nth);
        if (!lost.wasLost) break;
        points += 1;
        const where = `${before} to ${after}, lost at call ${nth}`;
        expect(lost.after, where).toEqual([]);
        world.restart();
        world.clock.skip(15_000);
        const passed = await world.work();
        expect(passed.kind, where).toBe(expected.kind);
        expect(world.administrators(), where).toEqual(untouched.administrators());
        expect(world.isEnabled(), where).toBe(untouched.isEnabled());
      }
    }
  }
  process.stdout.write(`the lease lost at ${points} points of ${names.length ** 2} changes\n`);
  expect(points).toBeGreaterThan(500);
});
