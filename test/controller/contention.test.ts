import { describe, expect, it } from 'vitest';
import { countDrift } from '../../src/controller/drift.ts';
import { holdFor } from '../../src/controller/guards.ts';
import { pass } from '../../src/controller/reconciler.ts';
import type { DriftKind, LastDrift } from '../../src/crds/status.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import { someone } from './fakes/attribution.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, inSyncWorld, reportedOf, worldOf } from './fakes/checked.ts';
import { audit, tools, type World } from './fakes/world.ts';

const minute = 60_000;
/** The one thing that is harmless to leave as it is, and so may wait long. */
const switchedOff = {
  access: 'Disabled',
  delegatedAdministrators: [],
  disable: { confirmation: 'disable' },
};

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

describe('When the same drift recurs', () => {
  async function contended(isDetectedByEvent = true) {
    const world = await inSyncWorld(switchedOff, { enabled: [] });
    for (let time = 1; time <= 3; time += 1) {
      world.aws.outsider.enable();
      if (isDetectedByEvent) world.attribution.receive('AccessEnabled', { at: world.clock.now() });
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
    expect(asked(world)).toEqual(['Disable', 'Disable']);
    expect(reportedOf(world, 'DriftDetected').at(-1)).toMatchObject({ corrects: false });
    expect(reportedOf(world, 'Stalled')).toMatchObject([{ reason: 'Contended' }]);
  });

  it('says when it corrects next, and that the caller is not identified when no event names it', async () => {
    const world = await contended(false);
    const { message } = world.condition('Stalled') ?? {};
    expect(message).toContain('an unidentified caller keeps reverting it');
    expect(message).toContain(`Next correction at ${new Date(world.clock.now() + minute).toISOString()}`);
  });

  it('three times in more than ten minutes is no contention', async () => {
    const world = await inSyncWorld();
    for (let time = 1; time <= 4; time += 1) {
      world.aws.outsider.disable();
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      world.clock.skip(6 * minute);
    }
  });

  it('another drift is not the same drift', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    for (const happens of [() => world.aws.outsider.disable(), () => world.aws.outsider.deregister(tools)]) {
      for (let time = 1; time <= 2; time += 1) {
        happens();
        expect(await world.work()).toMatchObject({ kind: 'InSync' });
        world.clock.skip(minute);
      }
    }
  });

  it('is corrected when the hold is over, and holds longer each time, up to 30 minutes [F-A4c]', async () => {
    const world = await contended();
    const holds: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const held = await world.pass();
      if (held.kind !== 'Stalled' || held.after === undefined) throw new Error(`not held: ${held.kind}`);
      holds.push(held.after / minute);
      world.clock.skip(held.after);
      expect(await world.pass()).toMatchObject({ kind: 'InSync' });
      expect(world.isEnabled()).toBe(false);
      world.clock.skip(10_000);
      world.aws.outsider.enable();
      await world.pass();
    }
    expect(holds).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('does not hold what was declared since, however far a killed process got with it', async () => {
    for (let index = 1; index <= 12; index += 1) {
      const world = await contended();
      world.apply({ delegatedAdministrators: [audit] });
      world.restart();
      world.fate.script = (point) => (point.index === index ? { kind: 'Crash', when: 'After' } : undefined);
      await world.pass();
      world.fate.script = () => undefined;
      world.restart();
      expect(await world.work(), `killed at point ${index}`).toMatchObject({ kind: 'InSync' });
      expect(world.administrators()).toEqual([audit]);
    }
  });

  it('is held across a restart', async () => {
    const world = await contended();
    world.restart();
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'Contended' });
    expect(asked(world)).toHaveLength(2);
  });

  it.each([
    ['the annotation asks', (world: World) => world.store.request('sso', 'now')],
    ['the spec changes', (world: World) => world.apply({ ...switchedOff, interval: '2h' })],
  ])('is corrected at once when %s', async (_words, happens) => {
    const world = await contended();
    happens(world);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.isEnabled()).toBe(false);
  });

  it('a request that was answered before is none now', async () => {
    const world = worldOf({ enabled: [] });
    world.apply(switchedOff);
    world.store.request('sso', 'long ago');
    await world.work();
    for (let time = 1; time <= 3; time += 1) {
      world.clock.skip(minute);
      world.aws.outsider.enable();
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
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
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
    await world.pass();
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    world.restart();
    await world.work();
    expect(world.administrators()).toEqual([tools]);
  });

  it('a gap is closed as soon as AWS allows it, with or without a delay', async () => {
    const world = await contendedSwap();
    let registrations = 0;
    world.fate.script = ({ operation }) => {
      registrations += operation === 'Register' ? 1 : 0;
      return operation === 'Register' && registrations > 1
        ? { kind: 'Refuse', error: cloudError('blocked', 'Blocked', 'Register') }
        : undefined;
    };
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
  });

  it('is over when the other gives up: the next drift begins a new row', async () => {
    const world = await contended();
    world.clock.skip(minute);
    await world.work();
    world.clock.skip(60 * minute);
    world.aws.outsider.enable();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.status().lastDrift).toMatchObject({ count: 1 });
  });
});

describe('How long a contended correction waits', () => {
  const drift = (kind: DriftKind, count: number): LastDrift => {
    const at = new Date(0).toISOString();
    return { kind, detectedBy: 'Event', count, firstDetectedAt: at, detectedAt: at };
  };

  it.each<[DriftKind, boolean, number[]]>([
    ['AccessDisabled', false, [0, 0, 0, 0, 0]],
    ['AdministratorAdded', true, [0, 0, 0, 0, 0]],
    ['AdministratorAdded', false, [0, 5, 10, 20, 60]],
    ['AdministratorRemoved', true, [0, 5, 10, 20, 60]],
    ['AdministratorRemoved', false, [0, 5, 10, 20, 60]],
    ['AdministratorReplaced', false, [0, 5, 10, 20, 60]],
    ['AccessEnabled', false, [0, 60, 120, 240, 1_800]],
  ])(
    'is for %s, where several administrators are allowed: %s, and it recurred 2, 3, 4, 5 and 20 times: %j seconds',
    (kind, isRoomy, seconds) => {
      const holding = { longest: minute, isRoomy };
      expect([2, 3, 4, 5, 20].map((count) => holdFor(drift(kind, count), 0, holding) / 1_000)).toEqual(
        seconds,
      );
    },
  );

  it('is nothing for an administrator where the option says 0', () => {
    const holding = { longest: 0, isRoomy: false };
    expect(holdFor(drift('AdministratorReplaced', 20), 0, holding)).toBe(0);
  });
});

describe('Contention never protects an intruder', () => {
  it('declared access is enabled at once, however often another disables it, and the contention is reported once', async () => {
    const world = await inSyncWorld();
    for (let time = 1; time <= 6; time += 1) {
      world.clock.skip(30_000);
      world.aws.outsider.disable();
      expect(await world.pass()).toMatchObject({ kind: 'InSync' });
      expect(world.isEnabled()).toBe(true);
    }
    expect(reportedOf(world, 'Contended')).toMatchObject([{ drift: { kind: 'AccessDisabled', count: 3 } }]);
    expect(
      reportedOf(world, 'DriftDetected').every((reported) => 'corrects' in reported && reported.corrects),
    ).toBe(true);
  });

  it('an intruder in the only place goes within a minute, however often it comes [P-39]', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    for (let time = 1; time <= 12; time += 1) {
      world.clock.skip(30_000);
      world.aws.outsider.deregister(tools);
      world.aws.outsider.register(audit);
      const intruded = world.clock.now();
      for (let observe = await world.work(); observe.kind === 'Stalled'; observe = await world.work()) {
        expect(observe).toMatchObject({ reason: 'Contended' });
        world.clock.skip(observe.after ?? 5 * minute);
      }
      expect(world.administrators()).toEqual([tools]);
      expect(world.clock.now() - intruded).toBeLessThan(minute + 10_000);
    }
  });

  it('two operators that take each other’s calls for their own end as Contended, and access stays enabled', async () => {
    const world = worldOf();
    const other = worldOf();
    Object.assign(other.ports, { cloud: world.ports.cloud, clock: world.clock });
    world.apply();
    other.apply(switchedOff);
    const passOther = () =>
      world.clock.until(
        pass('sso', world.clock.now(), {
          ports: other.ports,
          memories: other.memories,
          learnedMaxima: new Map(),
          signal: new AbortController().signal,
        }),
      );
    for (let round = 1; round <= 6; round += 1) {
      await passOther();
      world.clock.skip(20_000);
      await world.work();
      world.clock.skip(20_000);
    }
    expect(await passOther()).toMatchObject({ kind: 'Stalled', reason: 'Contended' });
    expect(reportedOf(world, 'Contended')).toHaveLength(1);
    expect(world.isEnabled()).toBe(true);
  });
});
