import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, reported, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { audit, security, tools } from './fakes/world.ts';

/** A reason that is known to be final. */
const refusedAs = 'UnrecognizedServicePrincipal';
const blocked = cloudError('blocked', refusedAs, 'Register');

describe('A replacement that AWS refuses', () => {
  it('opens no gap, also when AWS accepted the administrator before', async () => {
    const world = worldOf({ administrators: [] });
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    for (const wanted of [audit, security, audit, security]) {
      world.clock.skip(60_000);
      if (wanted === security) world.fate.script = answer(security, blocked);
      world.apply({ delegatedAdministrators: [wanted] });
      await world.work();
    }
    expect(changed(world).filter((change) => change === `Deregister ${audit}`)).toEqual([]);
  });

  it('before the old one went: the old one stays, and there never was a gap [P-10]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = answer(security, blocked);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: refusedAs });
    expect(changed(world)).toEqual([]);
    expect(world.status()).toMatchObject({
      administrators: tools,
      replacement: { refusal: { reason: refusedAs } },
    });
  });

  it('restores and reports the previous administrator when AWS refuses in the gap [P-11]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = answer(security, blocked, 2);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: refusedAs });
    expect(changed(world)).toEqual([`Deregister ${tools}`, `Register ${tools}`]);
    expect(world.status()).toMatchObject({
      administrators: tools,
      replacement: {
        from: tools,
        to: security,
        refusal: { reason: refusedAs, generation: 1, accountState: 'ACTIVE' },
      },
    });
    expect(reported(world)).toEqual(['ActionStarted', 'ReplacementRolledBack', 'Stalled']);
    expect(world.condition('AdministratorsDelegated')).toMatchObject({ status: 'True' });
  });

  it('restores the previous administrator at once when a permission is missing in the gap', async () => {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = answer(security, cloudError('denied', 'AccessDenied', 'Register'), 2);
    const began = world.clock.now();
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(world.clock.now() - began).toBeLessThan(1_000);
    expect(changed(world)).toEqual([`Deregister ${tools}`, `Register ${tools}`]);
    expect(world.status()).toMatchObject({ replacement: { refusal: { reason: 'AccessDenied' } } });
  });

  it('is patient while the gap is open: throttles and conflicts are no refusal [F-A6a]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = answer(security, cloudError('conflict', 'Progressing', 'Register'), 2, 3);
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('reports that no account administers the service when AWS refuses both, and retries', async () => {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.apply({ delegatedAdministrators: [security] });
    let registrations = 0;
    world.fate.script = ({ operation }) => {
      registrations += operation === 'Register' ? 1 : 0;
      return operation === 'Register' && registrations > 1 ? { kind: 'Refuse', error: blocked } : undefined;
    };
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: refusedAs });
    expect(world.condition('Stalled')?.message).toContain('no account administers');
    expect(world.status().administrators).toBe('none');
    expect(world.condition('AdministratorsDelegated')).toMatchObject({ status: 'False' });
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  /** A refused swap, then a look every hour. */
  async function refused() {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = answer(security, blocked, 2, 1);
    await world.work();
    const mark = world.aws.asked.length;
    world.clock.skip(3_600_000);
    return { world, mark };
  }

  it('is not tried again for nothing, also not by a new process [P-12]', async () => {
    const { world, mark } = await refused();
    await world.work();
    world.restart();
    await world.work();
    expect(asked(world, mark)).toEqual([]);
    expect(world.condition('Stalled')).toMatchObject({ reason: refusedAs });
  });

  it.each([
    [
      'the spec changes',
      (world: ReturnType<typeof worldOf>) =>
        world.apply({ delegatedAdministrators: [security], interval: '2h' }),
    ],
    [
      'it is asked for by the annotation',
      (world: ReturnType<typeof worldOf>) => world.store.request('sso', 'now'),
    ],
  ])('is tried again when %s', async (_words, happens) => {
    const { world, mark } = await refused();
    happens(world);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(asked(world, mark)).not.toEqual([]);
    expect(world.administrators()).toEqual([security]);
    expect(world.status().replacement).toBeUndefined();
  });

  it("is tried again when the new account's state has changed [F-A6c]", async () => {
    const { world } = await refused();
    const become = (state: string) =>
      world.aws.edit((now) => ({
        ...now,
        members: { ...now.members, [security]: { name: 'security', state } },
      }));
    become('SUSPENDED');
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotActive' });
    become('ACTIVE');
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('is not tried again only because the state of the new account could not be read for a while', async () => {
    const { world, mark } = await refused();
    world.fate.script = ({ operation }) =>
      operation === 'accountState'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'accountState') }
        : undefined;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: refusedAs });
    expect(asked(world, mark)).toEqual([]);
  });

  it('is forgotten once another caller has registered the new account instead of the previous one', async () => {
    const { world } = await refused();
    world.aws.outsider.deregister(tools);
    world.aws.outsider.register(security);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.status().replacement).toBeUndefined();
  });

  it('is forgotten once another caller has registered the new account beside the previous one', async () => {
    const { world } = await refused();
    world.aws.settings.maximumAdministrators['sso.amazonaws.com'] = 2;
    world.aws.outsider.register(security);
    world.fate.script = ({ operation }) =>
      operation === 'Deregister'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'Deregister') }
        : undefined;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(world.status().replacement).toBeUndefined();
  });

  it('a request that was answered once does not open a gap at every reconcile', async () => {
    const { world } = await refused();
    world.fate.script = answer(security, blocked, 2);
    world.store.request('sso', 'now');
    await world.work();
    const tried = () => world.fate.met.filter(({ kind }) => kind === 'Write').length;
    const before = tried();
    for (let observe = 0; observe < 3; observe += 1) {
      world.clock.skip(3_600_000);
      await world.work();
    }
    expect(tried()).toBe(before);
  });

  it('another account is another matter', async () => {
    const { world } = await refused();
    world.apply({ delegatedAdministrators: [audit] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([audit]);
  });

  it('a missing permission to register opens no gap, and is noticed when it is granted [P-13]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = answer(security, cloudError('denied', 'AccessDenied', 'Register'));
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(world.condition('Stalled')?.message).toContain('organizations:RegisterDelegatedAdministrator');
    expect(changed(world)).toEqual([]);
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it.each([
    ['denied', 'AccessDenied'],
    ['blocked', 'Blocked'],
  ] as const)(
    'opens no gap when AWS keeps the previous account (%s), and leaves nothing unfinished',
    async (kind, reason) => {
      const world = worldOf({ administrators: [tools] });
      world.apply({ delegatedAdministrators: [security] });
      world.fate.script = ({ operation }) =>
        operation === 'Deregister'
          ? { kind: 'Refuse', error: cloudError(kind, reason, 'Deregister') }
          : undefined;
      for (let observe = 0; observe < 2; observe += 1) {
        expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason });
        expect(world.administrators()).toEqual([tools]);
        expect(world.status().replacement).toBeUndefined();
      }
      world.fate.script = () => undefined;
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
    },
  );
});
