import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { security, tools, type World } from './fakes/world.ts';

const blocked = cloudError('blocked', 'Blocked', 'Register');
const throttled = cloudError('throttled', 'Throttled', 'Register');

function swapping(): World {
  const world = worldOf({ administrators: [tools] });
  world.aws.settings.slotFirst = true;
  world.apply({ delegatedAdministrators: [security] });
  return world;
}

/** A former leader is gone before or after its deregistration came to AWS; administrators are not declared any more. */
async function stoppedInTheGap(when: 'Before' | 'After'): Promise<World> {
  const world = swapping();
  world.fate.script = ({ operation }) => (operation === 'Deregister' ? { kind: 'Crash', when } : undefined);
  await world.pass();
  world.restart();
  world.apply({});
  world.fate.script = () => undefined;
  return world;
}

describe('A swap that AWS does not let through at once', () => {
  it.each([
    ['denied', 'AccessDenied'],
    ['blocked', 'Blocked'],
  ] as const)(
    'a gap that may not be closed yet (%s) is closed once it may, although the spec says nothing of administrators any more',
    async (kind, reason) => {
      const world = await stoppedInTheGap('After');
      world.fate.script = answer(tools, cloudError(kind, reason, 'Register'));
      expect(await world.work()).toMatchObject({ kind: 'Stalled', reason });
      expect(world.status().replacement).toMatchObject({ from: tools, to: security });
      world.fate.script = () => undefined;
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(world.administrators()).toEqual([tools]);
    },
  );

  it('a new process keeps the rollback record of a slow swap when a read shows AWS before the gap', async () => {
    const world = swapping();
    world.fate.script = ({ operation }) => {
      if (operation === 'Register') return { kind: 'Meanwhile', happens: () => world.clock.skip(9_000) };
      return operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    };
    await world.pass();
    world.restart();
    world.apply({});
    world.clock.skip(1_500);
    world.fate.script = ({ operation, nth }) =>
      operation === 'administrators' && nth === 1 ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Wait' });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
  });

  it('the rollback record survives when the call of a previous leader arrives late', async () => {
    const world = await stoppedInTheGap('Before');
    world.clock.skip(15_000);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    world.aws.outsider.deregister(tools);
    world.clock.skip(10_000);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
  });

  it('the rollback record is dropped when the call of a previous leader never arrives', async () => {
    const world = await stoppedInTheGap('Before');
    world.clock.skip(59_000);
    await world.work();
    expect(world.status().replacement).toMatchObject({ from: tools, to: security });
    world.clock.skip(1_000);
    await world.work();
    expect(world.status()).not.toHaveProperty('replacement');
    world.aws.outsider.deregister(tools);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([]);
  });

  it('a throttled first question deregisters no account, and is asked again', async () => {
    const world = swapping();
    world.fate.script = answer(security, throttled, 1, 1);
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'Throttled' });
    expect(changed(world)).toEqual([]);
    expect(world.status().replacement?.refusal).toBeUndefined();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('throttled in the gap for longer than it waits: that is no refusal, and the new one comes next', async () => {
    const world = swapping();
    world.fate.script = answer(security, throttled, 2);
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'Throttled' });
    expect(world.administrators()).toEqual([]);
    expect(world.status().replacement).toMatchObject({ from: tools, to: security });
    world.fate.script = () => undefined;
    const mark = world.aws.asked.length;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world, mark)).toEqual([`Register ${security}`]);
  });

  it('the previous account is registered later when AWS throttles the rollback', async () => {
    const world = swapping();
    const [refusal, throttle] = [answer(security, blocked, 2), answer(tools, throttled)];
    world.fate.script = (point) => refusal(point) ?? throttle(point);
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'Throttled' });
    expect(world.administrators()).toEqual([]);
    world.fate.script = answer(security, blocked);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.administrators()).toEqual([tools]);
    expect(world.status().replacement?.refusal).toMatchObject({ reason: 'Blocked' });
  });

  it('the old one that was put back is waited for until AWS shows it', async () => {
    const world = swapping();
    const refusal = answer(security, blocked, 2);
    world.fate.script = (point) =>
      point.operation === 'administrators' && point.nth === 2
        ? { kind: 'Stale', changes: 1 }
        : refusal(point);
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.status().administrators).toBe(tools);
  });
});
