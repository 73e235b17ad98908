import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, worldOf } from './fakes/checked.ts';
import { inTheGap } from './fakes/inTheGap.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

/** Ends the process before or after its n-th point of contact with the world. */
async function crashAt(world: World, index: number, when: 'Before' | 'After'): Promise<boolean> {
  world.fate.script = (point) => (point.index === index ? { kind: 'Crash', when } : undefined);
  await world.pass();
  world.fate.script = () => undefined;
  const { crashed } = world.fate;
  world.restart();
  return crashed;
}

/** Every point at which a swap may be interrupted, until one is beyond its end. */
async function everywhere(check: (world: World, after: string) => Promise<void>): Promise<number> {
  let points = 0;
  for (const slotFirst of [false, true]) {
    for (const when of ['Before', 'After'] as const) {
      for (let index = 1; ; index += 1) {
        const world = worldOf({ administrators: [tools] });
        world.aws.settings.slotFirst = slotFirst;
        world.apply({ delegatedAdministrators: [security] });
        if (!(await crashAt(world, index, when))) break;
        points += 1;
        await check(world, `${when} point ${index}`);
      }
    }
  }
  return points;
}

describe('A crash at any point of a swap', () => {
  it('ends in the new administrator, when nothing else changes [P-14]', async () => {
    const points = await everywhere(async (world, after) => {
      expect(await world.work(), after).toMatchObject({ kind: 'InSync' });
      expect(world.administrators(), after).toEqual([security]);
      expect(world.status().replacement, after).toBeUndefined();
    });
    expect(points).toBeGreaterThan(40);
  });

  it('ends in the old one, when the new account is suspended meanwhile [P-15]', async () => {
    await everywhere(async (world, after) => {
      if (world.administrators().includes(security)) return;
      world.aws.edit((now) => ({
        ...now,
        members: { ...now.members, [security]: { name: 'security', state: 'SUSPENDED' } },
      }));
      expect(await world.work(), after).toMatchObject({ kind: 'Stalled', reason: 'AccountNotActive' });
      expect(world.administrators(), after).toEqual([tools]);
    });
  });

  it('a second crash at any point of the recovery loses nothing either [P-16]', async () => {
    for (let first = 1; first <= 14; first += 1) {
      for (let second = 1; ; second += 1) {
        const world = worldOf({ administrators: [tools] });
        world.apply({ delegatedAdministrators: [security] });
        await crashAt(world, first, 'After');
        if (!(await crashAt(world, second, 'After'))) break;
        await world.work();
        expect(world.administrators(), `after ${first}, then ${second}`).toEqual([security]);
      }
    }
  });
});

const disable = { confirmation: 'disable', whileInUse: 'Refuse' };

describe('A gap that a crash left open is closed, whatever the spec says by then', () => {
  it.each([
    ['the same account', { delegatedAdministrators: [security] }, [security], 'InSync'],
    ['another account', { delegatedAdministrators: [audit] }, [audit], 'InSync'],
    ['the old account again', { delegatedAdministrators: [tools] }, [tools], 'InSync'],
    ['nobody', { delegatedAdministrators: [] }, [], 'InSync'],
    ['nothing of administrators', {}, [tools], 'InSync'],
    ['an account that is not there', { delegatedAdministrators: ['999999999999'] }, [tools], 'Stalled'],
    [
      'access disabled and nobody',
      { access: 'Disabled', delegatedAdministrators: [], disable },
      [],
      'InSync',
    ],
    ['access disabled, administrators unmanaged', { access: 'Disabled', disable }, [tools], 'Stalled'],
  ])('%s', async (_words, spec, administrators, kind) => {
    const world = await inTheGap();
    world.apply(spec);
    expect(await world.work()).toMatchObject({ kind });
    expect(world.administrators()).toEqual(administrators);
    world.clock.skip(3_600_000);
    const mark = world.aws.changes.length;
    await world.work();
    expect(world.aws.changes).toHaveLength(mark);
    expect(world.status().replacement).toBeUndefined();
  });

  it('the previous administrator does not come back when the spec declares none, and later omits the list', async () => {
    const world = await inTheGap();
    world.apply({ delegatedAdministrators: [] });
    await world.work();
    world.apply({});
    await world.work();
    expect(world.administrators()).toEqual([]);
  });

  it('a resource that is deleted in the middle of its swap is let go when the gap is closed', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] }, 'sso', { finalizers: ['example.com/other'] });
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    await world.pass();
    world.fate.script = () => undefined;
    world.restart();
    world.store.delete('sso');
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(world.administrators()).toEqual([security]);
  });

  it.each([[{}], [{ delegatedAdministrators: [tools] }]])(
    'a new process keeps the rollback record when a read shows AWS before the gap (%j)',
    async (spec) => {
      const world = await inTheGap();
      world.apply(spec);
      world.clock.skip(1_500);
      world.fate.script = ({ operation, nth }) =>
        operation === 'administrators' && nth === 1 ? { kind: 'Stale', changes: 1 } : undefined;
      expect(await world.pass()).toMatchObject({ kind: 'Wait', after: 3_500 });
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(world.administrators()).toEqual([tools]);
    },
  );

  it('a deregistration whose answer was lost keeps the rollback record, whatever the next reads show', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation, nth }) => {
      if (operation === 'Deregister') {
        return { kind: 'AnswerLost', error: cloudError('transient', 'Progressing', 'Deregister') };
      }
      return operation === 'administrators' && nth > 1 ? { kind: 'Stale', changes: 1 } : undefined;
    };
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    world.fate.script = () => undefined;
    world.apply({});
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
    world.clock.skip(60_000);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.status().replacement).toBeUndefined();
  });

  it('the finalizer of a deletion that turned to Retain stays until the gap is closed', async () => {
    const world = worldOf({ administrators: [tools] });
    const revoke = { deletionPolicy: 'Revoke', disable };
    world.apply({ delegatedAdministrators: [security], ...revoke });
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    await world.pass();
    world.restart();
    world.store.delete('sso');
    world.apply({ delegatedAdministrators: [security], ...revoke, deletionPolicy: 'Retain' });
    world.fate.script = ({ operation }) => {
      if (operation === 'Register') expect(world.store.get('sso')).toBeDefined();
      return undefined;
    };
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(world.administrators()).toEqual([security]);
    expect(world.store.get('sso')).toBeUndefined();
  });

  it('is not closed by the previous account only because the new one was unreadable for a moment', async () => {
    const world = await inTheGap();
    world.apply({ delegatedAdministrators: [audit] });
    world.fate.script = ({ operation, nth }) =>
      operation === 'accountState' && nth <= 2
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'accountState') }
        : undefined;
    const mark = world.aws.asked.length;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world, mark)).toEqual([`Register ${audit}`]);
  });

  it('the same process closes the gap of a resource that vanished from the store', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    let lost = 0;
    world.fate.script = ({ operation }) => {
      if (operation === 'Deregister') world.store.delete('sso');
      if (operation !== 'Register') return undefined;
      lost += 1;
      return lost > 1 && lost < 9
        ? { kind: 'Refuse', error: new TypeError('a bug of the adapter') }
        : undefined;
    };
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    await world.work();
    expect(world.administrators()).toEqual([security]);
  });

  it.each([{ suspend: true }, { driftPolicy: 'Observe' }])(
    'a resource whose last word was %j is let go when it vanishes, gap or not',
    async (spec) => {
      const world = worldOf({ administrators: [tools] });
      world.apply({ delegatedAdministrators: [security] });
      world.fate.script = ({ operation }) =>
        operation === 'administrators' ? { kind: 'Stale', changes: 1 } : undefined;
      expect(await world.pass()).toMatchObject({ kind: 'Retry' });
      world.fate.script = () => undefined;
      world.apply({ delegatedAdministrators: [security], ...spec });
      world.fate.script = ({ kind }) =>
        kind === 'Store' ? { kind: 'Meanwhile', happens: () => world.store.delete('sso') } : undefined;
      await world.pass();
      expect(await world.work()).toEqual({ kind: 'Gone' });
    },
  );

  it('another account that is registered in the gap is replaced as any other', async () => {
    const world = await inTheGap();
    world.aws.outsider.register(audit);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('access disabled in the gap: it is enabled and the gap closed', async () => {
    const world = await inTheGap();
    world.aws.outsider.disable();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect([world.isEnabled(), world.administrators()]).toEqual([true, [security]]);
  });
});
