import { describe, expect, it } from 'vitest';
import { finalizer } from '../../src/crds/trustedAccess.ts';
import { asked, changed, worldOf } from './fakes/checked.ts';
import { tools } from './fakes/world.ts';

const disable = { confirmation: 'disable' };
const revoke = { deletionPolicy: 'Revoke', disable };

describe('Deleting a resource', () => {
  it('Retain: AWS stays unchanged, and the resource never has a finalizer [P-24, F-A2a, F-A9a]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.store.delete('sso');
    expect(await world.pass()).toEqual({ kind: 'Gone' });
    expect(world.store.finalizerWrites).toEqual([]);
    expect(asked(world)).toEqual([]);
  });

  it('Retain: a resource with the finalizer of another controller is released without a write', async () => {
    const world = worldOf();
    world.apply({}, 'sso', { finalizers: ['example.com/other'] });
    await world.work();
    world.store.delete('sso');
    expect(await world.pass()).toEqual({ kind: 'Gone' });
    expect(world.store.finalizerWrites).toEqual([]);
  });

  it('Revoke: the finalizer is there before the first change that a deletion would have to undo', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ ...revoke, delegatedAdministrators: [tools] });
    const finalizers: unknown[] = [];
    world.fate.script = ({ kind }) => {
      if (kind === 'Write') finalizers.push(world.store.get('sso')?.metadata.finalizers);
      return undefined;
    };
    await world.work();
    expect(finalizers).toEqual([[finalizer], [finalizer]]);
  });

  it('Revoke: deregisters, disables and lets the resource go', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ ...revoke, delegatedAdministrators: [tools] });
    await world.work();
    world.store.delete('sso');
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(changed(world)).toEqual([`Deregister ${tools}`, 'Disable']);
    expect(world.store.get('sso')).toBeUndefined();
  });

  it('Revoke: undoes once, and changes nothing else while the finalizer of another controller remains', async () => {
    const world = worldOf();
    world.apply(revoke, 'sso', { finalizers: ['example.com/other'] });
    await world.work();
    world.store.delete('sso');
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(changed(world)).toEqual(['Disable']);
    world.aws.outsider.enable();
    world.clock.skip(60_000);
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(changed(world)).toEqual(['Disable']);
  });

  it.each([
    ['in use', { permissionSets: 2 }, {}, 'InUse'],
    ['an unmanaged administrator', { administrators: [tools] }, {}, 'AdministratorsUnmanaged'],
    ['driftPolicy: Observe', {}, { driftPolicy: 'Observe' }, 'DriftObserved'],
  ])(
    'Revoke: reports %s in a condition and an event while the deletion waits',
    async (_words, start, spec, reason) => {
      const world = worldOf(start);
      world.apply({ ...revoke, ...spec });
      await world.work();
      world.store.delete('sso');
      expect(await world.work()).toMatchObject({ kind: 'Stalled', reason });
      expect(asked(world)).toEqual([]);
      expect(world.condition('Ready')?.message).toMatch(/^Deletion waits: /);
      expect(world.announced.at(-1)).toMatchObject({ kind: 'Stalled', reason });
      expect(world.store.get('sso')?.metadata.finalizers).toEqual([finalizer]);
      world.apply({ ...revoke, ...spec, deletionPolicy: 'Retain' });
      expect(await world.work()).toEqual({ kind: 'Gone' });
      expect(world.store.get('sso')).toBeUndefined();
      expect(asked(world)).toEqual([]);
    },
  );

  it('Revoke turned into Retain takes the finalizer off, and back on [F-A9b]', async () => {
    const world = worldOf();
    world.apply(revoke);
    await world.work();
    world.apply({});
    await world.work();
    world.apply(revoke);
    await world.work();
    expect(world.store.finalizerWrites).toEqual(['add sso', 'remove sso', 'add sso']);
  });

  it('Revoke under suspend waits until it is resumed', async () => {
    const world = worldOf();
    world.apply(revoke);
    await world.work();
    world.apply({ ...revoke, suspend: true });
    await world.work();
    world.store.delete('sso');
    expect(await world.work()).toEqual({ kind: 'Suspended' });
    expect(asked(world)).toEqual([]);
    world.apply(revoke);
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(asked(world)).toEqual(['Disable']);
  });

  it('Revoke survives a crash at any point [P-25]', async () => {
    for (const when of ['Before', 'After'] as const) {
      for (let index = 1; ; index += 1) {
        const world = worldOf({ administrators: [tools] });
        world.apply({ ...revoke, delegatedAdministrators: [tools] });
        await world.work();
        world.restart();
        world.store.delete('sso');
        world.fate.script = (point) => (point.index === index ? { kind: 'Crash', when } : undefined);
        await world.pass();
        const { crashed } = world.fate;
        world.fate.script = () => undefined;
        world.restart();
        expect(await world.work(), `${when} ${index}`).toEqual({ kind: 'Gone' });
        expect([world.isEnabled(), world.administrators()]).toEqual([false, []]);
        if (!crashed) break;
      }
    }
  });
});
