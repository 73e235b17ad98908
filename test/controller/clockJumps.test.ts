import { describe, expect, it } from 'vitest';
import { jumps, settable } from '../harness/settable.ts';
import { cloudError } from './fakes/aws.ts';
import { worldOf } from './fakes/checked.ts';
import { security, tools } from './fakes/world.ts';

const minute = 60_000;
describe('the wall clock is set', () => {
  it.each(jumps)('%s right after an own change: a drift is corrected within a minute', async (_, by) => {
    const world = worldOf({ administrators: [tools] });
    const { set, steady } = settable(world.clock);
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    set(by);
    world.aws.outsider.deregister(security);
    const before = steady();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
    expect(steady() - before).toBeLessThan(minute);
  });

  it.each(jumps)('%s between the two halves of a swap: it is completed within a minute', async (_, by) => {
    const world = worldOf({ administrators: [tools] });
    const { set, steady } = settable(world.clock);
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'Before' } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    expect(world.status().replacement).toMatchObject({ from: tools, to: security });
    world.fate.script = () => undefined;
    world.restart();
    set(by);
    const before = steady();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
    expect(steady() - before).toBeLessThan(minute);
  });

  it.each(jumps)('%s while a drift is contended: the delay is no longer than reported', async (_, by) => {
    const world = worldOf({ enabled: [] });
    const { set, steady } = settable(world.clock);
    world.apply({ access: 'Disabled', disable: { confirmation: 'disable' } });
    await world.work();
    for (let time = 1; time <= 3; time += 1) {
      world.clock.skip(minute);
      world.aws.outsider.enable();
      await world.work();
    }
    expect(world.condition('Stalled')).toMatchObject({ reason: 'Contended' });
    set(by);
    const before = steady();
    for (let observe = await world.work(); observe.kind === 'Stalled'; observe = await world.work())
      world.clock.skip(observe.after ?? 5 * minute);
    expect(steady() - before).toBeLessThanOrEqual(minute);
    expect(world.isEnabled()).toBe(false);
  });

  it.each(jumps)('%s while AWS fails: that it is not ready is said after a minute at most', async (_, by) => {
    const world = worldOf({ administrators: [tools] });
    const { set } = settable(world.clock);
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.fate.script = ({ operation }) =>
      operation === 'organization'
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', operation) }
        : undefined;
    await world.pass();
    set(by);
    await world.pass();
    world.clock.skip(minute + 1_000);
    await world.pass();
    expect(world.condition('Ready')).not.toMatchObject({ status: 'True' });
  });
});
