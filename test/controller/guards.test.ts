import { describe, expect, it } from 'vitest';
import { finalizer } from '../../src/crds/trustedAccess.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, told, worldOf } from './fakes/checked.ts';
import type { Script } from './fakes/fate.ts';
import { security, tools, type World } from './fakes/world.ts';

const disable = { confirmation: 'disable' };
const revoke = { deletionPolicy: 'Revoke', disable };

const unreadable: Script = ({ operation }) =>
  operation === 'identityCenter'
    ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'identityCenter') }
    : undefined;

describe('Disabling access', () => {
  it('needs the word', async () => {
    const world = worldOf();
    world.apply({ access: 'Disabled' });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InvalidSpec' });
    expect(world.condition('Stalled')?.message).toContain('disable.confirmation: disable');
    expect(asked(world)).toEqual([]);
  });

  it('with administrators declared is a contradiction: stalls and says what to declare', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [tools], disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InvalidSpec' });
    expect(world.condition('Stalled')?.message).toContain('delegatedAdministrators: []');
    expect(asked(world)).toEqual([]);
  });

  it('stops while Identity Center is in use, and says how many permission sets depend on it', async () => {
    const world = worldOf({ permissionSets: 7, administrators: [tools] });
    world.apply({ access: 'Disabled', delegatedAdministrators: [], disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'InUse' });
    expect(world.condition('Stalled')?.message).toContain('7 permission sets');
    expect(asked(world)).toEqual([]);
  });

  it('use that cannot be read counts as in use, and the missing permission is named', async () => {
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
    expect(await world.work()).toMatchObject({ kind: 'Settled' });
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
    expect(await world.work()).toMatchObject({ kind: 'Settled' });
    expect(world.isEnabled()).toBe(false);
  });

  it('is never decided on an older look at the use', async () => {
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

  it('of a service that has nothing to do with Identity Center asks nothing of it', async () => {
    const world = worldOf({ principal: 'backup.amazonaws.com', permissionSets: 7 });
    world.apply({ access: 'Disabled', disable });
    expect(await world.work()).toMatchObject({ kind: 'Settled' });
    expect(world.aws.reads).not.toContain('identityCenter');
  });

  it('with an administrator that the spec leaves unmanaged: stalls and says to declare []', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ access: 'Disabled', disable });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AdministratorsUnmanaged' });
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

describe('Deleting a resource', () => {
  it('Retain: AWS is left alone and no finalizer ever stands in the way', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.store.delete('sso');
    expect(await world.visit()).toEqual({ kind: 'Gone' });
    expect(world.store.finalizerWrites).toEqual([]);
    expect(asked(world)).toEqual([]);
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

  it.each([
    ['in use', { permissionSets: 2 }, {}, 'InUse'],
    ['an unmanaged administrator', { administrators: [tools] }, {}, 'AdministratorsUnmanaged'],
    ['driftPolicy: Observe', {}, { driftPolicy: 'Observe' }, 'DriftObserved'],
  ])('Revoke: held up by %s, it says so in a condition and an event', async (_words, start, spec, reason) => {
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
  });

  it('Revoke turned into Retain takes the finalizer off, and back on', async () => {
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

  it('Revoke survives a crash at any point', async () => {
    for (const when of ['Before', 'After'] as const) {
      for (let index = 1; ; index += 1) {
        const world = worldOf({ administrators: [tools] });
        world.apply({ ...revoke, delegatedAdministrators: [tools] });
        await world.work();
        world.restart();
        world.store.delete('sso');
        world.fate.script = (point) => (point.index === index ? { kind: 'Crash', when } : undefined);
        await world.visit();
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

describe('Two resources for one organization and principal', () => {
  const older = { creationTimestamp: '2025-06-01T00:00:00Z', uid: 'b' };
  const younger = { creationTimestamp: '2025-06-02T00:00:00Z', uid: 'a' };

  function two(first = older, second = younger): World {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] }, 'first', first);
    world.apply({ delegatedAdministrators: [security], ...revoke }, 'second', second);
    return world;
  }

  it('the older works, the other stalls with the name of the winner', async () => {
    const world = two();
    expect(await world.work('second')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(await world.work('first')).toMatchObject({ kind: 'Settled' });
    expect(world.condition('Stalled', 'second')?.message).toContain('first');
    expect(world.administrators()).toEqual([tools]);
    expect(world.store.finalizerWrites).toEqual([]);
  });

  it('of the same age: the UID decides', async () => {
    const world = two({ ...older, uid: 'b' }, { ...older, uid: 'a' });
    expect(await world.work('first')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(await world.work('second')).toMatchObject({ kind: 'Settled' });
  });

  it('the loser takes over when the winner goes', async () => {
    const world = two();
    await world.work('second');
    world.store.delete('first');
    expect(await world.work('second')).toMatchObject({ kind: 'Settled' });
    expect(world.administrators()).toEqual([security]);
  });

  it('a deleted loser with Revoke does not touch AWS', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools], ...revoke }, 'second', younger);
    await world.work('second');
    world.apply({ delegatedAdministrators: [tools] }, 'first', older);
    world.store.delete('second');
    expect(await world.work('second')).toEqual({ kind: 'Gone' });
    expect(asked(world)).toEqual([]);
    expect(world.store.get('second')).toBeUndefined();
  });

  it('a deletion with Revoke waits while it is unknown whose an older resource is', async () => {
    const world = worldOf();
    world.apply(revoke, 'second', younger);
    await world.work('second');
    world.apply({ organization: { region: 'us-east-1' } }, 'first', older);
    world.store.delete('second');
    let calls = 0;
    world.fate.script = ({ operation }) => {
      calls += operation === 'callerAccount' ? 1 : 0;
      return operation === 'callerAccount' && calls % 2 === 0
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'callerAccount') }
        : undefined;
    };
    expect(await world.visit('second')).toMatchObject({ kind: 'Retry' });
    expect(world.store.get('second')?.metadata.finalizers).toEqual([finalizer]);
  });

  it('other principals, other accounts and other organizations are no conflict', async () => {
    const world = worldOf();
    world.apply({ servicePrincipal: 'backup.amazonaws.com' }, 'backup', older);
    world.apply({ organization: { roleArn: 'arn:aws:iam::777777777777:role/x' } }, 'elsewhere', older);
    world.apply({ organization: { id: 'o-otherorg00000' } }, 'guarded', older);
    world.apply({}, 'sso', younger);
    expect(await world.work('sso')).toMatchObject({ kind: 'Settled' });
    expect(await world.work('guarded')).toMatchObject({ kind: 'Stalled', reason: 'WrongOrganization' });
  });

  it('two ways to the same account are one organization', async () => {
    const world = worldOf();
    world.apply({ organization: { roleArn: 'arn:aws:iam::111111111111:role/x' } }, 'first', older);
    world.apply({}, 'second', younger);
    expect(await world.work('second')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
  });

  it('the conflict is told once', async () => {
    const world = two();
    await world.work('second');
    world.clock.skip(300_000);
    await world.work('second');
    expect(told(world)).toEqual(['Stalled']);
  });
});
