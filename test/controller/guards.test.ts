import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, worldOf } from './fakes/checked.ts';
import type { Script } from './fakes/fate.ts';
import { security, tools } from './fakes/world.ts';

const disable = { confirmation: 'disable' };

const unreadable: Script = ({ operation }) =>
  operation === 'identityCenter'
    ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'identityCenter') }
    : undefined;

describe('Disabling access', () => {
  it('needs the word [P-21]', async () => {
    const world = worldOf();
    world.apply({ access: 'Disabled' });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InvalidSpec' });
    expect(world.condition('Stalled')?.message).toContain('disable.confirmation: disable');
    expect(asked(world)).toEqual([]);
  });

  it('stalls on declared administrators, and names the field to change', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [tools], disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InvalidSpec' });
    expect(world.condition('Stalled')?.message).toContain('delegatedAdministrators: []');
    expect(asked(world)).toEqual([]);
  });

  it('stops while Identity Center is in use, and says how many permission sets depend on it [P-22]', async () => {
    const world = worldOf({ permissionSets: 7, administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InUse' });
    expect(world.condition('Stalled')?.message).toContain('instance/ssoins-1 has 7 permission sets');
    expect(asked(world)).toEqual([]);
  });

  it('is in sync when access is disabled already, whatever uses Identity Center', async () => {
    const world = worldOf({ permissionSets: 7, enabled: [] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual([]);
  });

  it('use that cannot be read counts as in use, and the missing permission is named [P-23]', async () => {
    const world = worldOf();
    world.apply({ access: 'Disabled', disable });
    world.fate.script = unreadable;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InUse' });
    expect(world.condition('Stalled')?.message).toContain('sso:ListInstances');
    expect(world.status().identityCenter).toEqual({ use: 'Unknown' });
    expect(asked(world)).toEqual([]);
  });

  it.each([
    ['in use', 7, () => undefined],
    ['use unknown', undefined, unreadable],
  ])('whileInUse: Allow disables all the same (%s)', async (_words, permissionSets, script) => {
    const world = worldOf(permissionSets === undefined ? {} : { permissionSets });
    world.apply({ access: 'Disabled', disable: { ...disable, whileInUse: 'Allow' } });
    world.fate.script = script;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual(['Disable']);
  });

  it('goes on when the last permission set is gone', async () => {
    const world = worldOf({ permissionSets: 1 });
    world.apply({ access: 'Disabled', disable });
    await world.work();
    world.aws.edit((now) => ({
      ...now,
      identityCenter: {
        instanceArn: 'arn:aws:sso:::instance/ssoins-1',
        region: 'eu-west-1',
        permissionSets: 0,
      },
    }));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.isEnabled()).toBe(false);
  });

  it('is never decided on an older read of the use', async () => {
    const world = worldOf();
    world.apply({});
    await world.work();
    world.aws.edit((now) => ({
      ...now,
      identityCenter: {
        instanceArn: 'arn:aws:sso:::instance/ssoins-1',
        region: 'eu-west-1',
        permissionSets: 3,
      },
    }));
    world.apply({ access: 'Disabled', disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InUse' });
  });

  it('does not ask Identity Center for another service', async () => {
    const world = worldOf({ principal: 'backup.amazonaws.com', permissionSets: 7 });
    world.apply({ access: 'Disabled', disable });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.aws.reads).not.toContain('identityCenter');
  });

  it('stalls on unmanaged administrators, names them, and proposes an empty list', async () => {
    const world = worldOf({ principal: 'backup.amazonaws.com', administrators: [tools, security] });
    world.apply({ access: 'Disabled', disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AdministratorsUnmanaged' });
    expect(world.condition('Stalled')?.message).toMatch(
      `${tools}, ${security} administers backup.amazonaws.com, and`,
    );
    expect(world.condition('Stalled')?.message).toContain('delegatedAdministrators: []');
    expect(asked(world)).toEqual([]);
  });

  it('waits while the administrators cannot be read', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable });
    world.fate.script = ({ operation }) =>
      operation === 'administrators'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'administrators') }
        : undefined;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(asked(world)).toEqual([]);
  });
});
