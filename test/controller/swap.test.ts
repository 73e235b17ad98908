import { describe, expect, it } from 'vitest';
import type { AccountState } from '../../src/controller/ports.ts';
import { sleep } from '../../src/time/sleep.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, reported, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { management, security, stranger, tools } from './fakes/world.ts';

describe('Replacing the one administrator that is allowed', () => {
  it('stores the rollback record before the first write, and clears it at the end [P-09]', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    const stored: unknown[] = [];
    world.fate.script = ({ kind }) => {
      if (kind === 'Write') stored.push(world.status().replacement);
      return undefined;
    };
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(stored).toHaveLength(3);
    for (const replacement of stored) expect(replacement).toMatchObject({ from: tools, to: security });
    expect(changed(world)).toEqual([`Deregister ${tools}`, `Register ${security}`]);
    expect(world.status().replacement).toBeUndefined();
  });

  it('asks AWS first, also for an account that AWS registered for this process before', async () => {
    const world = worldOf();
    for (const account of [tools, security]) {
      world.apply({ delegatedAdministrators: [account] });
      await world.work();
    }
    const mark = world.aws.asked.length;
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    expect(asked(world, mark)).toEqual([`Register ${tools}`, `Deregister ${security}`, `Register ${tools}`]);
  });

  it('opens no gap for an account that it registered before and may register no more', async () => {
    const world = worldOf();
    for (const account of [tools, security]) {
      world.apply({ delegatedAdministrators: [account] });
      await world.work();
    }
    world.apply({ delegatedAdministrators: [tools] });
    world.fate.script = answer(tools, cloudError('denied', 'AccessDenied', 'Register'));
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(world.administrators()).toEqual([security]);
    expect(changed(world).filter((change) => change === `Deregister ${security}`)).toEqual([]);
  });

  it('says in its record that the deregistration is sent, right before it is', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    const stored: unknown[] = [];
    world.fate.script = ({ kind }) => {
      if (kind === 'Write') stored.push(world.status().replacement?.deregisteredAt !== undefined);
      return undefined;
    };
    await world.work();
    expect(stored).toEqual([false, true, true]);
  });

  it('treats an account that another caller registered the same, whichever caller deregistered it', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    const mark = world.aws.asked.length;
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    expect(asked(world, mark)).toEqual([`Register ${tools}`, `Deregister ${security}`, `Register ${tools}`]);
  });

  it('the rollback record is not overtaken by a slow earlier write of the status', async () => {
    const world = worldOf({ enabled: [], administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    const { store, clock } = world.ports;
    const write = store.writeStatus.bind(store);
    let writes = 0;
    Object.assign(store, {
      async writeStatus(...parameters: Parameters<typeof write>) {
        writes += 1;
        if (writes === 1) await sleep(clock, 5_000, parameters[2]);
        return write(...parameters);
      },
    });
    world.fate.script = ({ kind, operation }) => {
      if (kind === 'Write' && operation !== 'Enable')
        expect(world.status().replacement).toMatchObject({ from: tools });
      return undefined;
    };
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    const stored = world.store.statusWrites.map(({ status }) => status.replacement?.from);
    expect(stored).toEqual([undefined, tools, tools, undefined]);
  });

  it('where AWS has room after all, the old one goes when the new one is there', async () => {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.maximumAdministrators['sso.amazonaws.com'] = 2;
    world.apply({ delegatedAdministrators: [security] });
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(changed(world)).toEqual([`Register ${security}`, `Deregister ${tools}`]);
  });

  it('tries a refused swap again soon when the account is active again that was suspended in the middle of its swap', async () => {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.apply({ delegatedAdministrators: [security] });
    const become = (state: AccountState) =>
      world.aws.edit((now) => ({ ...now, members: { ...now.members, [security]: { name: 'x', state } } }));
    const refusing = answer(security, cloudError('blocked', 'AccountNotActive', 'Register'), 2, 1);
    world.fate.script = (point) => {
      const refusal = refusing(point);
      if (refusal) become('SUSPENDED');
      return refusal;
    };
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotActive' });
    expect(world.administrators()).toEqual([tools]);
    become('ACTIVE');
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('does not begin when the rollback record cannot be stored', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ kind }) =>
      kind === 'Store' ? { kind: 'Refuse', error: new Error('etcd is full') } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    expect(asked(world)).toEqual([]);
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it.each([
    ['is not in the organization', stranger, 'AccountNotFound', undefined],
    ['is suspended', security, 'AccountNotActive', 'SUSPENDED'],
    ['is being closed', security, 'AccountNotActive', 'PENDING_CLOSURE'],
    ['is the management account', management, 'ManagementAccountNotAllowed', undefined],
  ])('leaves the old one untouched when the new one %s', async (_words, account, reason, state) => {
    const world = worldOf({ administrators: [tools] });
    if (state) {
      world.aws.edit((now) => ({ ...now, members: { ...now.members, [account]: { name: 'x', state } } }));
    }
    world.apply({ delegatedAdministrators: [account] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason });
    expect(world.condition('Stalled')?.message).toContain(account);
    expect(asked(world)).toEqual([]);
    expect(world.status().replacement).toBeUndefined();
  });

  it('goes on as soon as the new account is there', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [stranger] });
    await world.work();
    world.aws.edit((now) => ({
      ...now,
      members: { ...now.members, [stranger]: { name: 'new', state: 'ACTIVE' } },
    }));
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([stranger]);
    expect(reported(world)).toContain('InSync');
    expect(world.announced.at(-1)).toMatchObject({ kind: 'InSync', recovered: true });
  });

  it('does not replace by an account whose state cannot be read', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation }) =>
      operation === 'accountState'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'accountState') }
        : undefined;
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccessDenied' });
    expect(world.condition('Stalled')?.message).toContain('organizations:DescribeAccount');
    expect(asked(world)).toEqual([]);
  });
});

describe('A swap that keeps failing', () => {
  it('stays Stalled through its slow retries, and is reported once', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation }) =>
      operation === 'Deregister'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', 'Deregister') }
        : undefined;
    await world.work();
    const mark = world.store.statusWrites.length;
    for (let observe = 0; observe < 3; observe += 1) {
      world.clock.skip(300_000);
      await world.work();
    }
    const later = world.store.statusWrites.slice(mark).flatMap(({ status }) => status.conditions);
    expect(later.filter(({ type }) => type === 'Reconciling')).toEqual([]);
    expect(reported(world).filter((kind) => kind === 'Stalled')).toHaveLength(1);
  });
});
