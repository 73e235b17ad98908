import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../src/controller/ports.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, told, worldOf } from './fakes/checked.ts';
import { someone } from './fakes/witness.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const minute = 60_000;

async function settled(spec: Parameters<World['apply']>[0] = {}, start: Parameters<typeof worldOf>[0] = {}) {
  const world = worldOf(start);
  world.apply(spec);
  await world.work();
  world.clock.skip(minute);
  return world;
}

const toldOf = (world: World, kind: Announcement['kind']) => world.announced.filter((it) => it.kind === kind);

describe('Drift is a difference that no change of the spec explains', () => {
  const cases: readonly [
    string,
    Parameters<typeof worldOf>[0],
    object,
    (world: World) => void,
    string,
    string[],
  ][] = [
    ['access disabled', {}, {}, ({ aws }) => aws.outsider.disable(), 'AccessDisabled', ['Enable']],
    [
      'access enabled',
      { enabled: [] },
      { access: 'Disabled', disable: { confirmation: 'disable' } },
      ({ aws }) => aws.outsider.enable(),
      'AccessEnabled',
      ['Disable'],
    ],
    [
      'the administrator removed',
      { administrators: [tools] },
      { delegatedAdministrators: [tools] },
      ({ aws }) => aws.outsider.deregister(tools),
      'AdministratorRemoved',
      [`Register ${tools}`],
    ],
    [
      'an administrator added',
      {},
      { delegatedAdministrators: [] },
      ({ aws }) => aws.outsider.register(audit),
      'AdministratorAdded',
      [`Deregister ${audit}`],
    ],
    [
      'the administrator replaced',
      { administrators: [tools] },
      { delegatedAdministrators: [tools] },
      ({ aws }) => {
        aws.outsider.deregister(tools);
        aws.outsider.register(security);
      },
      'AdministratorReplaced',
      [`Register ${tools}`, `Deregister ${security}`, `Register ${tools}`],
    ],
  ];
  it.each(cases)(
    '%s: corrected at once, recorded and told',
    async (_words, start, spec, happens, kind, writes) => {
      const world = await settled(spec, start);
      happens(world);
      world.witness.hear(kind as never, { at: world.clock.now(), via: 'console', sourceIp: '203.0.113.7' });
      expect(await world.work()).toMatchObject({ kind: 'Settled' });
      expect(asked(world)).toEqual(writes);
      expect(world.status().lastDrift).toMatchObject({
        kind,
        by: someone,
        via: 'console',
        sourceIp: '203.0.113.7',
        eventId: 'event-1',
        heardBy: 'Event',
        count: 1,
        correctedAt: expect.any(String),
      });
      expect(toldOf(world, 'DriftDetected')).toMatchObject([{ corrects: true, drift: { kind } }]);
      expect(toldOf(world, 'DriftCorrected')).toHaveLength(1);
    },
  );

  it('a change of the spec is none', async () => {
    const world = await settled({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    world.apply({ delegatedAdministrators: [] });
    await world.work();
    expect(world.status().lastDrift).toBeUndefined();
    expect(toldOf(world, 'DriftDetected')).toEqual([]);
  });

  it('what the first look finds different is none', async () => {
    const world = worldOf({ enabled: [], administrators: [audit] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    expect(world.status().lastDrift).toBeUndefined();
  });

  it('is found by a new process too', async () => {
    const world = await settled();
    world.aws.outsider.disable();
    world.restart();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled', heardBy: 'Resync' });
  });

  it('is found although AWS could not be read in between', async () => {
    const world = await settled();
    world.fate.script = ({ operation }) =>
      operation === 'enabledServices'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'enabledServices') }
        : undefined;
    await world.work();
    world.fate.script = () => undefined;
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled' });
  });

  it('that could not be corrected is recorded once, and corrected later', async () => {
    const world = await settled();
    world.aws.outsider.disable();
    world.fate.script = ({ operation }) =>
      operation === 'Enable'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'Enable') }
        : undefined;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    world.clock.skip(5 * minute);
    await world.work();
    world.fate.script = () => undefined;
    world.clock.skip(5 * minute);
    await world.work();
    expect(toldOf(world, 'DriftDetected')).toHaveLength(1);
    expect(toldOf(world, 'DriftCorrected')).toHaveLength(1);
    expect(world.status().lastDrift).toMatchObject({ count: 1 });
  });

  it('that was undone by its author is recorded as over', async () => {
    const world = await settled({ driftPolicy: 'Observe' });
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift?.correctedAt).toBeUndefined();
    world.aws.outsider.enable();
    await world.work();
    expect(world.status().lastDrift?.correctedAt).toBeDefined();
  });
});

describe('Who did it', () => {
  it('is not whoever caused the drift before, when the event of this one comes late', async () => {
    const world = await settled();
    world.aws.outsider.disable();
    world.witness.hear('AccessDisabled', { at: world.clock.now(), eventId: 'first', by: 'alice' });
    await world.work();
    world.clock.skip(20_000);
    const at = world.clock.now();
    world.aws.outsider.disable();
    world.clock.skip(2_000);
    await world.work();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ count: 2, correctedAt: expect.any(String) });
    expect(world.status().lastDrift?.by).toBeUndefined();
    world.witness.hear('AccessDisabled', { at, eventId: 'second', by: 'bob' });
    world.clock.skip(2_000);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: 'bob', eventId: 'second' });
  });

  it('becomes known when the event comes after the look that found the drift', async () => {
    const world = await settled();
    const at = world.clock.now();
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ heardBy: 'Resync', correctedAt: expect.any(String) });
    expect(world.status().lastDrift?.by).toBeUndefined();
    world.clock.skip(10_000);
    world.witness.hear('AccessDisabled', { at });
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: someone, eventId: 'event-1', heardBy: 'Resync' });
    expect(toldOf(world, 'DriftAttributed')).toHaveLength(1);
    const writes = world.store.statusWrites.length;
    await world.work();
    expect(world.store.statusWrites).toHaveLength(writes);
  });

  it('is looked up in the trail when no event tells', async () => {
    const world = await settled();
    world.witness.lookup = { eventId: 'trail-1', at: world.clock.now(), by: someone, source: 'Lookup' };
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: someone, eventId: 'trail-1', heardBy: 'Resync' });
    expect(world.witness.inquiries).toMatchObject([
      { drift: 'AccessDisabled', principal: 'sso.amazonaws.com' },
    ]);
  });

  it('is not the author of an earlier drift', async () => {
    const world = await settled();
    world.aws.outsider.disable();
    world.witness.hear('AccessDisabled', { at: world.clock.now() });
    await world.work();
    world.clock.skip(10 * minute);
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift?.by).toBeUndefined();
  });

  it('of a drift just corrected is no reason to believe a stale read, even in the same second', async () => {
    const world = await settled();
    world.aws.outsider.disable();
    world.witness.hear('AccessDisabled', { at: world.clock.now() });
    await world.work();
    world.fate.script = ({ operation }) =>
      operation === 'enabledServices' ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.visit()).toMatchObject({ kind: 'Wait' });
    expect(asked(world)).toEqual(['Enable']);
    expect(toldOf(world, 'DriftDetected')).toHaveLength(1);
  });

  it('is not awaited for ever', async () => {
    const world = await settled();
    world.aws.outsider.disable();
    await world.work();
    world.clock.skip(16 * minute);
    world.witness.hear('AccessDisabled', { at: world.clock.now() - 16 * minute });
    await world.work();
    expect(world.status().lastDrift?.by).toBeUndefined();
  });
});

describe('A stale read soon after an own write', () => {
  const staleReads = (operation: string, changes: number) => (world: World) => {
    world.fate.script = (point) => (point.operation === operation ? { kind: 'Stale', changes } : undefined);
  };
  it.each([
    ['enabling', {}, { enabled: [] }, 'enabledServices', 1, ['Enable']],
    ['registering', { delegatedAdministrators: [tools] }, {}, 'administrators', 1, [`Register ${tools}`]],
    [
      'deregistering',
      { delegatedAdministrators: [] },
      { administrators: [tools] },
      'administrators',
      1,
      [`Deregister ${tools}`],
    ],
    [
      'replacing',
      { delegatedAdministrators: [security] },
      { administrators: [tools] },
      'administrators',
      2,
      [`Register ${security}`, `Deregister ${tools}`, `Register ${security}`],
    ],
    [
      'disabling',
      { access: 'Disabled', disable: { confirmation: 'disable' } },
      {},
      'enabledServices',
      1,
      ['Disable'],
    ],
  ])(
    'after %s is neither drift nor a reason to write again',
    async (_words, spec, start, operation, changes, writes) => {
      const world = worldOf(start);
      world.apply(spec);
      await world.work();
      const stale = world.store.statusWrites.length;
      staleReads(operation, changes)(world);
      world.clock.skip(1_000);
      expect(await world.visit()).toMatchObject({ kind: 'Wait' });
      expect(world.store.statusWrites).toHaveLength(stale);
      world.fate.script = () => undefined;
      expect(await world.work()).toMatchObject({ kind: 'Settled' });
      expect(asked(world)).toEqual(writes);
      expect(world.status().lastDrift).toBeUndefined();
      expect(told(world).filter((kind) => kind === 'DriftDetected')).toEqual([]);
    },
  );

  it('the write is verified by reads until it shows, and only then is it Ready', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    const began = world.clock.now();
    world.fate.script = ({ operation, nth }) =>
      operation === 'enabledServices' && nth > 1 && nth < 5 ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.visit()).toMatchObject({ kind: 'Settled' });
    expect(world.clock.now() - began).toBeGreaterThan(1_000);
    expect(asked(world)).toEqual(['Enable']);
  });

  it('a swap is verified until the new one shows and the old one does not', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    const began = world.clock.now();
    world.fate.script = ({ operation, nth }) =>
      operation === 'administrators' && (nth === 2 || nth === 3)
        ? { kind: 'Stale', changes: 4 - nth }
        : undefined;
    expect(await world.visit()).toMatchObject({ kind: 'Settled' });
    expect(world.clock.now() - began).toBe(600);
    expect(world.status().administrators).toBe(security);
  });

  it('a write that never shows is not called done', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    world.fate.script = ({ operation }) =>
      operation === 'enabledServices' ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.visit()).toMatchObject({ kind: 'Retry', reason: 'ObservationFailed' });
    expect(world.condition('Ready')).toMatchObject({ status: 'False' });
  });

  it("somebody else's change right after an own write is corrected at once when an event testifies to it", async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    await world.work();
    world.clock.skip(1_000);
    world.aws.outsider.disable();
    world.witness.hear('AccessDisabled', { at: world.clock.now() });
    expect(await world.visit()).toMatchObject({ kind: 'Settled' });
    expect(asked(world)).toEqual(['Enable', 'Enable']);
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled', by: someone });
  });
});

describe('When the same drift comes back again and again', () => {
  async function contended() {
    const world = await settled();
    for (let time = 1; time <= 3; time += 1) {
      world.aws.outsider.disable();
      world.witness.hear('AccessDisabled', { at: world.clock.now() });
      await world.work();
      if (time < 3) world.clock.skip(2 * minute);
    }
    return world;
  }

  it('three times in ten minutes: Contended, with the name of the other', async () => {
    const world = await contended();
    expect(world.condition('Stalled')).toMatchObject({ reason: 'Contended' });
    expect(world.condition('Stalled')?.message).toContain(someone);
    expect(world.status().lastDrift).toMatchObject({ count: 3 });
    expect(asked(world)).toEqual(['Enable', 'Enable']);
    expect(toldOf(world, 'DriftDetected').at(-1)).toMatchObject({ corrects: false });
    expect(toldOf(world, 'Stalled')).toMatchObject([{ reason: 'Contended' }]);
  });

  it('three times in more than ten minutes is no contention', async () => {
    const world = await settled();
    for (let time = 1; time <= 4; time += 1) {
      world.aws.outsider.disable();
      expect(await world.work()).toMatchObject({ kind: 'Settled' });
      world.clock.skip(6 * minute);
    }
  });

  it('another drift is not the same drift', async () => {
    const world = await settled({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    for (const happens of [() => world.aws.outsider.disable(), () => world.aws.outsider.deregister(tools)]) {
      for (let time = 1; time <= 2; time += 1) {
        happens();
        expect(await world.work()).toMatchObject({ kind: 'Settled' });
        world.clock.skip(minute);
      }
    }
  });

  it('is corrected when the hold is over, and holds longer each time, up to 30 minutes', async () => {
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
