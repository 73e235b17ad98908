import { describe, expect, it } from 'vitest';
import { asked, told, worldOf } from './fakes/checked.ts';
import { someone } from './fakes/witness.ts';
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
