import { describe, expect, it } from 'vitest';
import { settle } from '../harness/virtualClock.ts';
import { cloudError } from './fakes/aws.ts';
import { worldOf } from './fakes/checked.ts';
import { start } from './fakes/started.ts';
import { security, tools } from './fakes/world.ts';

const minute = 60_000;

describe('The controller', () => {
  it('brings AWS to the desired state when a resource is applied, and stays quiet afterwards', async () => {
    const world = worldOf({ enabled: [] });
    const { results } = start(world);
    world.apply({ delegatedAdministrators: [tools] });
    await world.clock.advance(1_000);
    expect([world.isEnabled(), world.administrators()]).toEqual([true, [tools]]);
    expect(results.map(({ outcome }) => outcome.kind)).toEqual(['InSync']);
    expect(results[0]?.again).toBe(60 * minute);
    const writes = world.store.statusWrites.length;
    await world.clock.advance(5 * 60 * minute);
    expect(results.length).toBe(1 + 5);
    expect(world.store.statusWrites).toHaveLength(writes);
  });

  it('polls AWS every 5 minutes without verified events', async () => {
    const world = worldOf();
    world.channel.now = undefined;
    const { results } = start(world);
    world.apply();
    await world.clock.advance(16 * minute);
    expect(results).toHaveLength(4);
  });

  it('a spec that changes while its resource is worked on is worked on next', async () => {
    const world = worldOf({ enabled: [] });
    start(world);
    world.fate.script = ({ operation, nth }) =>
      operation === 'Enable' && nth === 1
        ? { kind: 'Meanwhile', happens: () => world.apply({ delegatedAdministrators: [security] }) }
        : undefined;
    world.apply({ delegatedAdministrators: [tools] });
    await world.clock.advance(30_000);
    expect(world.administrators()).toEqual([security]);
    expect(world.status()).toMatchObject({ observedGeneration: 2 });
  });

  it('a failure that passes is tried again with growing pauses', async () => {
    const world = worldOf({ enabled: [] });
    const { results } = start(world);
    world.fate.script = ({ operation, nth }) =>
      operation === 'Enable' && nth <= 4
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'Enable') }
        : undefined;
    world.apply();
    await world.clock.advance(minute);
    expect(results.slice(0, 4).map(({ again }) => again)).toEqual([750, 1_500, 3_000, 6_000]);
    expect(world.isEnabled()).toBe(true);
  });

  it('a stalled resource is tried every 5 minutes, and at once when it is woken [P-30, F-A6b]', async () => {
    const world = worldOf({ permissionSets: 1 });
    const { results, wakeUps } = start(world);
    world.apply({ access: 'Disabled', disable: { confirmation: 'disable' } });
    await world.clock.advance(11 * minute);
    expect(results).toHaveLength(3);
    world.aws.edit((now) => {
      const { identityCenter: _, ...rest } = now;
      return rest;
    });
    wakeUps.next('sso');
    await world.clock.advance(1_000);
    expect(world.isEnabled()).toBe(false);
  });

  it('what is contended is corrected as soon as its hold is over', async () => {
    const world = worldOf({ enabled: [] });
    const { wakeUps } = start(world);
    world.apply({ access: 'Disabled', disable: { confirmation: 'disable' } });
    await world.clock.advance(minute);
    for (let time = 1; time <= 3; time += 1) {
      world.aws.outsider.enable();
      wakeUps.next('sso');
      await world.clock.advance(10_000);
    }
    expect(world.condition('Stalled')).toMatchObject({ reason: 'Contended' });
    await world.clock.advance(45_000);
    expect(world.isEnabled()).toBe(true);
    await world.clock.advance(10_000);
    expect(world.isEnabled()).toBe(false);
  });

  it('the loser of a conflict takes over two minutes after the winner is gone, woken by nothing', async () => {
    const world = worldOf();
    start(world);
    world.apply({}, 'first');
    world.apply({ delegatedAdministrators: [tools] }, 'second');
    await world.clock.advance(1_000);
    expect(world.condition('Stalled', 'second')).toMatchObject({ reason: 'Conflict' });
    world.store.delete('first');
    await world.clock.advance(119_000);
    expect(world.administrators()).toEqual([]);
    await world.clock.advance(2_000);
    expect(world.administrators()).toEqual([tools]);
    expect(world.condition('Ready', 'second')).toMatchObject({ status: 'True' });
  });

  it('when a resource is gone, only the resources that waited for it are reconciled', async () => {
    const world = worldOf();
    const { results, wakeUps } = start(world);
    world.store.applyInvalid('broken', ['spec: Required']);
    world.apply({}, 'first', { finalizers: ['example.com/other'] });
    world.apply({}, 'second');
    world.apply({ servicePrincipal: 'backup.amazonaws.com' }, 'other');
    await world.clock.advance(1_000);
    const mark = results.length;
    world.store.delete('first');
    await world.clock.advance(1_000);
    wakeUps.next('never heard of');
    await world.clock.advance(1_000);
    expect(results.slice(mark).map(({ name }) => name)).toEqual(['first', 'second', 'never heard of']);
  });

  it('wakes a waiting resource once, also when the finalizer of another controller kept the holder for a while', async () => {
    const world = worldOf();
    const { results, wakeUps } = start(world);
    world.apply({}, 'first', { finalizers: ['example.com/other'] });
    world.apply({ delegatedAdministrators: [tools] }, 'second');
    await world.clock.advance(1_000);
    world.store.delete('first');
    await world.clock.advance(1_000);
    expect(world.condition('Stalled', 'second')).toMatchObject({ reason: 'Conflict' });
    world.store.restore(new Map([...world.store.snapshot()].filter(([name]) => name !== 'first')));
    wakeUps.next('first');
    await world.clock.advance(1_000);
    expect(world.status('second').waitingFor).toMatchObject({ name: 'first', goneSince: expect.any(String) });
    const mark = results.length;
    wakeUps.next('first');
    await world.clock.advance(1_000);
    expect(results.slice(mark).map(({ name }) => name)).toEqual(['first']);
  });

  it('a suspended resource is not reconciled before a wake-up', async () => {
    const world = worldOf();
    const { results } = start(world);
    world.apply({ suspend: true });
    await world.clock.advance(24 * 60 * minute);
    expect(results).toMatchObject([{ outcome: { kind: 'Suspended' }, again: undefined }]);
    expect(world.clock.pending()).toBe(0);
  });

  it('reports the duration of each reconcile', async () => {
    const world = worldOf({ enabled: [] });
    const { results } = start(world);
    world.fate.script = ({ operation, nth }) =>
      operation === 'enabledServices' && (nth === 2 || nth === 3) ? { kind: 'Stale', changes: 1 } : undefined;
    world.apply();
    await world.clock.advance(1_000);
    expect(results).toMatchObject([{ name: 'sso', waited: 0, took: 600 }]);
  });

  it('a bug in one reconcile stops no other', async () => {
    const world = worldOf({ enabled: [] });
    const { results } = start(world, 1);
    world.fate.script = ({ operation, nth }) =>
      operation === 'callerAccount' && nth === 1
        ? { kind: 'Refuse', error: new TypeError('undefined is not') }
        : undefined;
    world.apply({}, 'first', { uid: 'z' });
    world.apply({ servicePrincipal: 'backup.amazonaws.com' }, 'second');
    await world.clock.advance(5_000);
    expect(results[0]?.outcome.kind).toBe('Error');
    expect(Object.keys(world.aws.organization().enabled)).toEqual([
      'backup.amazonaws.com',
      'sso.amazonaws.com',
    ]);
  });

  it('never works on one resource twice at once', async () => {
    const world = worldOf();
    const { wakeUps } = start(world, 8);
    let inside = 0;
    let most = 0;
    const { cloud } = world.ports;
    const open = cloud.open.bind(cloud);
    Object.assign(cloud, {
      open: (target: Parameters<typeof open>[0]) => {
        const real = open(target);
        return {
          ...real,
          administrators: async (...parameters: Parameters<typeof real.administrators>) => {
            inside += 1;
            most = Math.max(most, inside);
            for (let turn = 0; turn < 3; turn += 1) {
              wakeUps.next('sso');
              await settle(1);
            }
            inside -= 1;
            return real.administrators(...parameters);
          },
        };
      },
    });
    world.apply();
    for (let round = 0; round < 10; round += 1) await settle(3);
    expect(most).toBe(1);
  });
});
