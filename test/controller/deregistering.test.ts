import { describe, expect, it } from 'vitest';
import { asked, changed, worldOf } from './fakes/checked.ts';
import { audit, security, tools } from './fakes/world.ts';

const principal = 'securityhub.amazonaws.com';
const deregister = { confirmation: 'deregister' };
const disable = { confirmation: 'disable' };
const breaks = 'deletes its configuration policies';

describe('A service that keeps an administrator of its own', () => {
  it('keeps the administrator in a swap until the spec confirms that it may be deregistered [P-38]', async () => {
    const world = worldOf({ principal, administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotConfirmed' });
    expect(world.condition('Stalled')?.message).toContain(breaks);
    expect(world.condition('Stalled')?.message).toContain('spec.deregister.confirmation: deregister');
    expect(asked(world)).toEqual([]);
    world.apply({ delegatedAdministrators: [security], deregister });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('keeps an administrator that a person registered until the spec confirms its removal', async () => {
    const world = worldOf({ principal, administrators: [] });
    world.apply({ delegatedAdministrators: [] });
    await world.work();
    world.clock.skip(60_000);
    world.aws.outsider.register(audit, principal);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotConfirmed' });
    expect(world.administrators()).toEqual([audit]);
    world.apply({ delegatedAdministrators: [], deregister });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([]);
  });

  it('stays enabled with its administrator when its disabling is confirmed and the deregistration is not', async () => {
    const world = worldOf({ principal, administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotConfirmed' });
    expect(asked(world)).toEqual([]);
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable, deregister });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(changed(world)).toEqual([`Deregister ${tools}`, 'Disable']);
  });

  it('holds a deletion with Revoke until the deregistration is confirmed', async () => {
    const world = worldOf({ principal, administrators: [tools] });
    const revoke = { delegatedAdministrators: [tools], deletionPolicy: 'Revoke', disable } as const;
    world.apply(revoke);
    await world.work();
    world.store.delete('sso');
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'NotConfirmed' });
    expect(asked(world)).toEqual([]);
    world.apply({ ...revoke, deregister });
    expect(await world.work()).toEqual({ kind: 'Gone' });
    expect(changed(world)).toEqual([`Deregister ${tools}`, 'Disable']);
  });

  it('needs no confirmation to be enabled, nor for an administrator to be registered', async () => {
    const world = worldOf({ principal, enabled: [] });
    world.apply({ delegatedAdministrators: [security] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(changed(world)).toEqual(['Enable', `Register ${security}`]);
  });

  it('ends a swap that was under way, although the confirmation was withdrawn while no account was registered', async () => {
    const world = worldOf({ principal, administrators: [tools] });
    world.apply({ delegatedAdministrators: [security], deregister });
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    await world.pass();
    world.fate.script = () => undefined;
    world.restart();
    expect(world.administrators()).toEqual([]);
    world.apply({ delegatedAdministrators: [security] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });
});
