import { describe, expect, it } from 'vitest';
import { someone } from './fakes/attribution.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, reported, worldOf } from './fakes/checked.ts';
import { security, tools, type World } from './fakes/world.ts';

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
    'is neither drift nor a reason to write again after %s',
    async (_words, spec, start, operation, changes, writes) => {
      const world = worldOf(start);
      world.apply(spec);
      await world.work();
      const stale = world.store.statusWrites.length;
      staleReads(operation, changes)(world);
      world.clock.skip(1_000);
      expect(await world.pass()).toMatchObject({ kind: 'Wait' });
      expect(world.store.statusWrites).toHaveLength(stale);
      world.fate.script = () => undefined;
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(asked(world)).toEqual(writes);
      expect(world.status().lastDrift).toBeUndefined();
      expect(reported(world).filter((kind) => kind === 'DriftDetected')).toEqual([]);
    },
  );

  it('the write is verified by reads until it shows, and only then is it Ready [P-19]', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    const began = world.clock.now();
    world.fate.script = ({ operation, nth }) =>
      operation === 'enabledServices' && nth > 1 && nth < 5 ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
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
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(world.clock.now() - began).toBe(600);
    expect(world.status().administrators).toBe(security);
  });

  it('is no drift in the middle of a swap either, however long AWS took to answer', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation, nth }) => {
      if (operation !== 'Register') return undefined;
      return nth === 1
        ? { kind: 'Meanwhile', happens: () => world.clock.skip(4_500) }
        : { kind: 'Refuse', error: new TypeError('a bug of the adapter') };
    };
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    expect(world.administrators()).toEqual([]);
    staleReads('administrators', 1)(world);
    world.clock.skip(1_000);
    expect(await world.pass()).toMatchObject({ kind: 'Wait' });
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('is none either when the spec changed in the meantime', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    await world.work();
    world.apply({ interval: '2h' });
    staleReads('enabledServices', 1)(world);
    world.clock.skip(1_000);
    expect(await world.pass()).toMatchObject({ kind: 'Wait' });
    world.fate.script = () => undefined;
    await world.work();
    expect(asked(world)).toEqual(['Enable']);
  });

  it('a verifying read that AWS does not answer says nothing: it is read again', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    world.fate.script = ({ operation, nth }) =>
      operation === 'enabledServices' && nth === 2
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'enabledServices') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
  });

  it('a verifying read that fails by an error of the operator is reported as such', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    const error = new TypeError('a bug of the adapter');
    world.fate.script = ({ operation, nth }) =>
      operation === 'enabledServices' && nth === 2 ? { kind: 'Refuse', error } : undefined;
    expect(await world.pass()).toEqual({ kind: 'Error', error });
  });

  it('a swap that never shows keeps its rollback record until AWS shows its end', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    staleReads('administrators', 2)(world);
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'ObservationFailed' });
    expect(world.status().replacement).toMatchObject({ from: tools, to: security });
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.status().replacement).toBeUndefined();
  });

  it('a write that never shows is not called done [P-20]', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    world.fate.script = ({ operation }) =>
      operation === 'enabledServices' ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'ObservationFailed' });
    expect(world.condition('Ready')).toMatchObject({ status: 'False' });
  });

  it('an outside change right after an own write is corrected at once when an event reports it', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    await world.work();
    world.clock.skip(1_000);
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual(['Enable', 'Enable']);
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled', by: someone });
  });

  it('an event that is older than the last own write confirms nothing', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    await world.work();
    world.clock.skip(2_000);
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() - 1_000 });
    staleReads('enabledServices', 2)(world);
    expect(await world.pass()).toMatchObject({ kind: 'Wait' });
    expect(asked(world)).toEqual(['Enable', `Register ${tools}`]);
  });

  it('the same holds between the first and the second of two steps', async () => {
    const world = worldOf();
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.clock.skip(60_000);
    world.aws.outsider.deregister(tools);
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    const refused = (error: Error, operations: readonly string[]) => {
      world.fate.script = ({ operation }) =>
        operations.includes(operation) ? { kind: 'Refuse', error } : undefined;
    };
    refused(cloudError('denied', 'AccessDenied', 'Enable'), ['Enable']);
    expect(await world.work()).toMatchObject({ kind: 'Stalled' });
    refused(cloudError('throttled', 'Throttled', 'Register'), ['Register']);
    world.clock.skip(60_000);
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    world.clock.skip(1_000);
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    await world.pass();
    expect(world.isEnabled()).toBe(true);
  });
});
