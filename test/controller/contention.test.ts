import { describe, expect, it } from 'vitest';
import { countDrift } from '../../src/controller/contention.ts';
import type { LastDrift } from '../../src/crds/status.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, settledWorld, toldOf, worldOf } from './fakes/checked.ts';
import { someone } from './fakes/witness.ts';
import { audit, tools, type World } from './fakes/world.ts';

const minute = 60_000;

describe('The same drift again', () => {
  const began = Date.UTC(2026, 0, 1);
  const at = (minutes: number) => new Date(began + minutes * minute).toISOString();
  it.each([
    ['ten minutes after its row began continues the row', 2, 2, 10, 3],
    ['more than ten minutes after its row began begins another', 2, 2, 10.001, 1],
    ['ten minutes after a contended one was corrected continues its row', 3, 9, 19, 4],
    ['more than ten minutes after a contended one was corrected begins another', 3, 9, 19.001, 1],
    [
      'ten minutes after a contended one was found that is not corrected continues its row',
      3,
      undefined,
      18,
      4,
    ],
    ['more than ten minutes after that begins another', 3, undefined, 18.001, 1],
  ])('%s', (_words, count, corrected, now, next) => {
    const previous: LastDrift = {
      kind: 'AccessDisabled',
      detectedBy: 'Event',
      count,
      firstDetectedAt: at(0),
      detectedAt: at(8),
      ...(corrected !== undefined && { correctedAt: at(corrected) }),
    };
    expect(countDrift(previous, 'AccessDisabled', began + now * minute)).toEqual({
      count: next,
      firstDetectedAt: at(next === 1 ? now : 0),
    });
  });
});

describe('When the same drift comes back again and again', () => {
  async function contended(isHeard = true) {
    const world = await settledWorld();
    for (let time = 1; time <= 3; time += 1) {
      world.aws.outsider.disable();
      if (isHeard) world.witness.hear('AccessDisabled', { at: world.clock.now() });
      await world.work();
      if (time < 3) world.clock.skip(2 * minute);
    }
    return world;
  }

  it('three times in ten minutes: Contended, with the name of the other [P-27, F-A4b]', async () => {
    const world = await contended();
    expect(world.condition('Stalled')).toMatchObject({ reason: 'Contended' });
    expect(world.condition('Stalled')?.message).toContain(someone);
    expect(world.status().lastDrift).toMatchObject({ count: 3 });
    expect(asked(world)).toEqual(['Enable', 'Enable']);
    expect(toldOf(world, 'DriftDetected').at(-1)).toMatchObject({ corrects: false });
    expect(toldOf(world, 'Stalled')).toMatchObject([{ reason: 'Contended' }]);
  });

  it('the reason says when it is corrected next, and that the other is not known when nobody heard who it was', async () => {
    const world = await contended(false);
    const { message } = world.condition('Stalled') ?? {};
    expect(message).toContain('Somebody who is not known manages this too');
    expect(message).toContain(`Corrected next at ${new Date(world.clock.now() + minute).toISOString()}`);
  });

  it('three times in more than ten minutes is no contention', async () => {
    const world = await settledWorld();
    for (let time = 1; time <= 4; time += 1) {
      world.aws.outsider.disable();
      expect(await world.work()).toMatchObject({ kind: 'Settled' });
      world.clock.skip(6 * minute);
    }
  });

  it('another drift is not the same drift', async () => {
    const world = await settledWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    for (const happens of [() => world.aws.outsider.disable(), () => world.aws.outsider.deregister(tools)]) {
      for (let time = 1; time <= 2; time += 1) {
        happens();
        expect(await world.work()).toMatchObject({ kind: 'Settled' });
        world.clock.skip(minute);
      }
    }
  });

  it('is corrected when the hold is over, and holds longer each time, up to 30 minutes [F-A4c]', async () => {
    const world = await contended();
    const holds: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const held = await world.visit();
      if (held.kind !== 'Stalled' || held.after === undefined) throw new Error(`not held: ${held.kind}`);
      holds.push(held.after / minute);
      world.clock.skip(held.after);
      expect(await world.visit()).toMatchObject({ kind: 'Settled' });
      expect(world.isEnabled()).toBe(true);
      world.clock.skip(10_000);
      world.aws.outsider.disable();
      await world.visit();
    }
    expect(holds).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('does not hold what was declared since, however far a killed process got with it', async () => {
    for (let index = 1; index <= 12; index += 1) {
      const world = await contended();
      world.apply({ delegatedAdministrators: [audit] });
      world.restart();
      world.fate.script = (point) => (point.index === index ? { kind: 'Crash', when: 'After' } : undefined);
      await world.visit();
      world.fate.script = () => undefined;
      world.restart();
      expect(await world.work(), `killed at point ${index}`).toMatchObject({ kind: 'Settled' });
      expect(world.administrators()).toEqual([audit]);
    }
  });

  it('is held across a restart', async () => {
    const world = await contended();
    world.restart();
    expect(await world.visit()).toMatchObject({ kind: 'Stalled', reason: 'Contended' });
    expect(asked(world)).toHaveLength(2);
  });

  it.each([
    ['the annotation asks', (world: World) => world.store.request('sso', 'now')],
    ['the spec changes', (world: World) => world.apply({ interval: '2h' })],
  ])('is corrected at once when %s', async (_words, happens) => {
    const world = await contended();
    happens(world);
    expect(await world.work()).toMatchObject({ kind: 'Settled' });
    expect(world.isEnabled()).toBe(true);
  });

  it('a request that was answered before is none now', async () => {
    const world = worldOf();
    world.apply();
    world.store.request('sso', 'long ago');
    await world.work();
    for (let time = 1; time <= 3; time += 1) {
      world.clock.skip(minute);
      world.aws.outsider.disable();
      await world.work();
    }
    expect(world.condition('Stalled')).toMatchObject({ reason: 'Contended' });
    // Nor is it one that the annotation is taken off.
    const { metadata, ...rest } = world.store.get('sso') as TrustedAccess;
    const resource = { ...rest, metadata: { ...metadata, annotations: {} } };
    world.store.restore(new Map([['sso', { kind: 'Valid', resource }]]));
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Contended' });
  });

  async function contendedSwap() {
    const world = await settledWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    for (let time = 1; time <= 3; time += 1) {
      world.clock.skip(minute);
      world.aws.outsider.deregister(tools);
      world.aws.outsider.register(audit);
      await world.work();
    }
    expect(world.condition('Stalled')).toMatchObject({ reason: 'Contended' });
    world.store.request('sso', 'now');
    return world;
  }

  it('a gap that a crash left in the middle of a correction is closed, hold or not', async () => {
    const world = await contendedSwap();
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    await world.visit();
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    world.restart();
    await world.work();
    expect(world.administrators()).toEqual([tools]);
  });

  it('a gap that AWS lets nobody close is closed as soon as it does, hold or not', async () => {
    const world = await contendedSwap();
    world.fate.script = ({ operation }) =>
      operation === 'Register'
        ? { kind: 'Refuse', error: cloudError('blocked', 'Blocked', 'Register') }
        : undefined;
    expect(await world.visit()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    expect(await world.visit()).toMatchObject({ kind: 'Settled' });
    expect(world.administrators()).toEqual([tools]);
  });

  it('is over when the other gives up: the next drift begins a new row', async () => {
    const world = await contended();
    world.clock.skip(minute);
    await world.work();
    world.clock.skip(60 * minute);
    world.aws.outsider.disable();
    expect(await world.work()).toMatchObject({ kind: 'Settled' });
    expect(world.status().lastDrift).toMatchObject({ count: 1 });
  });
});
