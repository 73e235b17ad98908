import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { changed, worldOf } from './fakes/checked.ts';
import { audit, security, stranger, tools } from './fakes/world.ts';

const backup = 'backup.amazonaws.com'; // five

describe('A declaration that the catalog or AWS rules out', () => {
  it.each([
    ['sso.amazonaws.com', [tools, security], 'TooManyAdministrators', ' 1 delegated administrator, 2 are '],
    ['ram.amazonaws.com', [tools], 'DelegationNotSupported', ' has no delegated administrators'],
    [
      'config.amazonaws.com',
      [tools, security, audit, stranger],
      'TooManyAdministrators',
      ' 3 delegated administrators, 4 are ',
    ],
  ])('%s with %j: %s,%s', async (principal, delegatedAdministrators, reason, words) => {
    const world = worldOf({ principal });
    world.apply({ delegatedAdministrators });
    const message = expect.stringContaining(words);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason, message });
    expect(changed(world)).toEqual([]);
  });

  it('a service that only its own console may enable: stalls, and takes over once it is enabled', async () => {
    const world = worldOf({ principal: 'ipam.amazonaws.com', enabled: [] });
    world.apply({ delegatedAdministrators: [tools] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'EnableFromServiceConsole' });
    expect(changed(world)).toEqual([]);
    world.aws.outsider.enable('ipam.amazonaws.com');
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
  });

  it('a principal that AWS does not know: stalls, and works once AWS knows it', async () => {
    const world = worldOf({ principal: 'typo.amazonaws.com', enabled: [] });
    world.aws.settings.unrecognized.add('typo.amazonaws.com');
    world.apply();
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'UnrecognizedServicePrincipal' });
    world.aws.settings.unrecognized.clear();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it('a principal that the catalog does not know works with the defaults', async () => {
    const world = worldOf({ principal: 'new.amazonaws.com', enabled: [] });
    world.apply({ delegatedAdministrators: [tools, security] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools, security]);
  });

  it('access that does not show yet refuses the registration: tried again, not given up', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ delegatedAdministrators: [tools] });
    world.fate.script = ({ operation, nth }) =>
      operation === 'Register' && nth < 3
        ? { kind: 'Refuse', error: cloudError('notEnabled', 'Progressing', 'Register') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
  });

  it.each(['SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'])(
    'a declared administrator that becomes %s',
    async (state) => {
      const world = worldOf({ administrators: [tools] });
      world.apply({ delegatedAdministrators: [tools] });
      await world.work();
      const become = (name: string) =>
        world.aws.edit((now) => ({
          ...now,
          members: { ...now.members, [tools]: { name: 'tools', state: name } },
        }));
      become(state);
      expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotActive' });
      expect(world.condition('AdministratorsDelegated')).toMatchObject({ status: 'True' });
      expect(changed(world)).toEqual([]);
      become('ACTIVE');
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
    },
  );

  it('a declared administrator that is not active does not prevent the others from being registered', async () => {
    const world = worldOf({ principal: backup, administrators: [tools] });
    world.aws.edit((now) => ({
      ...now,
      members: { ...now.members, [tools]: { name: 'tools', state: 'SUSPENDED' } },
    }));
    world.apply({ delegatedAdministrators: [tools, security] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotActive' });
    expect(changed(world)).toEqual([`Register ${security}`]);
  });
});
