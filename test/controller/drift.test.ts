import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, settledWorld, toldOf, worldOf } from './fakes/checked.ts';
import { someone } from './fakes/witness.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const minute = 60_000;

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
      const world = await settledWorld(spec, start);
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

  it('is told of once, however often it is looked at later', async () => {
    const world = await settledWorld();
    world.aws.outsider.disable();
    world.witness.hear('AccessDisabled', { at: world.clock.now() });
    await world.work();
    for (const message of ['one', 'two']) {
      world.clock.skip(10_000);
      world.channel.now = { driven: true, message };
      await world.work();
    }
    for (const kind of ['DriftDetected', 'DriftCorrected'] as const)
      expect(toldOf(world, kind)).toHaveLength(1);
    expect(toldOf(world, 'DriftAttributed')).toEqual([]);
  });

  it('what differs while a deletion is held up is none', async () => {
    const world = await settledWorld(
      { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' }, delegatedAdministrators: [] },
      { permissionSets: 2 },
    );
    world.store.delete('sso');
    await world.work();
    world.aws.outsider.register(audit);
    await world.work();
    expect(world.status().lastDrift).toBeUndefined();
  });

  it('a change of the spec is none', async () => {
    const world = await settledWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
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
    const world = await settledWorld();
    world.aws.outsider.disable();
    world.restart();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled', heardBy: 'Resync' });
  });

  it('is found although AWS could not be read in between', async () => {
    const world = await settledWorld();
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
    const world = await settledWorld();
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
    const world = await settledWorld({ driftPolicy: 'Observe' });
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
    const world = await settledWorld();
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
    const world = await settledWorld();
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
    const world = await settledWorld();
    world.witness.lookup = { eventId: 'trail-1', at: world.clock.now(), by: someone, source: 'Lookup' };
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: someone, eventId: 'trail-1', heardBy: 'Resync' });
    expect(world.witness.inquiries).toMatchObject([
      { drift: 'AccessDisabled', principal: 'sso.amazonaws.com' },
    ]);
  });

  it('is not the author of an earlier drift', async () => {
    const world = await settledWorld();
    world.aws.outsider.disable();
    world.witness.hear('AccessDisabled', { at: world.clock.now() });
    await world.work();
    world.clock.skip(10 * minute);
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift?.by).toBeUndefined();
  });

  it('of a drift just corrected is no reason to believe a stale read, even in the same second', async () => {
    const world = await settledWorld();
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
    const world = await settledWorld();
    world.aws.outsider.disable();
    await world.work();
    world.clock.skip(16 * minute);
    world.witness.hear('AccessDisabled', { at: world.clock.now() - 16 * minute });
    await world.work();
    expect(world.status().lastDrift?.by).toBeUndefined();
  });
});
