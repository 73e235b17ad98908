import { describe, expect, it } from 'vitest';
import { cloudError } from './fakes/aws.ts';
import { asked, changed, reportedOf, worldOf } from './fakes/checked.ts';
import { answer } from './fakes/refusals.ts';
import { audit, security, stranger, tools } from './fakes/world.ts';

const backup = 'backup.amazonaws.com'; // five
const health = 'health.amazonaws.com'; // no documented number

describe('A service that allows several administrators', () => {
  it('registers the new one before the old one goes [P-18]', async () => {
    const world = worldOf({ principal: backup, administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(changed(world)).toEqual([`Register ${security}`, `Deregister ${tools}`]);
  });

  it('keeps the surplus one while a declared one cannot be registered', async () => {
    const world = worldOf({ principal: backup, administrators: [tools] });
    world.apply({ delegatedAdministrators: [security, stranger] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotFound' });
    expect(changed(world)).toEqual([`Register ${security}`]);
    expect(world.administrators()).toEqual([tools, security]);
  });

  it('an account that AWS refuses does not prevent the others from being registered, and the surplus one stays', async () => {
    const world = worldOf({ principal: backup, administrators: [tools] });
    world.apply({ delegatedAdministrators: [security, audit] });
    world.fate.script = answer(security, cloudError('blocked', 'Blocked', 'Register'));
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(changed(world)).toEqual([`Register ${audit}`]);
    expect(world.administrators()).toEqual([tools, audit]);
    world.fate.script = () => undefined;
    world.clock.skip(5 * 60_000);
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect([...world.administrators()].sort()).toEqual([audit, security].sort());
  });

  it('two that AWS refuses: the first is named, and who had only to wait comes soon', async () => {
    const world = worldOf({ principal: backup });
    world.apply({ delegatedAdministrators: [security, audit, tools] });
    const refused = [security, tools].map((accountId) =>
      answer(
        accountId,
        cloudError('blocked', accountId === tools ? 'AccountNotActive' : 'Blocked', 'Register'),
      ),
    );
    const throttled = answer(audit, cloudError('throttled', 'Throttled', 'Register'), 1, 1);
    world.fate.script = (point) => refused.map((script) => script(point)).find(Boolean) ?? throttled(point);
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'Throttled' });
    expect(asked(world)).toEqual([]);
    expect(await world.pass()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(world.administrators()).toEqual([audit]);
  });

  it('replaces one account at a time at the limit', async () => {
    const world = worldOf({ principal: backup, administrators: [tools, security] });
    world.aws.settings.maximumAdministrators[backup] = 2;
    world.apply({ delegatedAdministrators: [security, audit] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect([...world.administrators()].sort()).toEqual([security, audit].sort());
    expect(world.status().replacement).toBeUndefined();
  });

  it('continues at the limit when one new account cannot be registered, and reports why', async () => {
    const world = worldOf({ principal: backup, administrators: [tools, security] });
    world.aws.settings.maximumAdministrators[backup] = 2;
    const [first, second] = ['777777777777', '888888888888'];
    const added = { name: 'new', state: 'ACTIVE' };
    world.aws.edit((now) => ({ ...now, members: { ...now.members, [first]: added, [second]: added } }));
    world.apply({ delegatedAdministrators: [first, stranger, second] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotFound' });
    expect([...world.administrators()].sort()).toEqual([first, second]);
    expect(reportedOf(world, 'Stalled')).toHaveLength(1);
  });

  it('says after each replacement that the next follows', async () => {
    const world = worldOf({ principal: backup, administrators: [tools, security] });
    world.aws.settings.maximumAdministrators[backup] = 2;
    world.aws.edit((now) => ({
      ...now,
      members: { ...now.members, [stranger]: { name: 'new', state: 'ACTIVE' } },
    }));
    world.apply({ delegatedAdministrators: [audit, stranger] });
    const seen: unknown[] = [];
    for (let observe = await world.pass(); observe.kind !== 'InSync'; observe = await world.pass()) {
      const reconciling = world.condition('Reconciling');
      seen.push([observe.kind, reconciling?.status, reconciling?.message]);
      world.clock.skip(1_000);
      if (seen.length > 9) break;
    }
    const message = 'The last change is verified; the operator continues with the next change';
    expect(seen).toContainEqual(['Progressing', 'True', message]);
    expect([...world.administrators()].sort()).toEqual([audit, stranger]);
  });

  it('a registration that is throttled is no full house', async () => {
    const world = worldOf({ principal: backup, administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools, security] });
    world.fate.script = ({ operation }) =>
      operation === 'Register'
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'Register') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'Throttled' });
  });

  it('registers the next account before it deregisters the previous one, if there is room', async () => {
    const world = worldOf({ principal: health, administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools, security] });
    world.fate.script = ({ operation, nth }) =>
      operation === 'Register' && nth === 1
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'Register') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    expect(reportedOf(world, 'ActionStarted').slice(-2)).toMatchObject([
      { action: { kind: 'RegisterAdministrator' } },
      { action: { kind: 'DeregisterAdministrator' } },
    ]);
  });

  it('learns from AWS that the house is full where no number is documented', async () => {
    const world = worldOf({ principal: health, administrators: [tools, security] });
    world.aws.settings.maximumAdministrators[health] = 2;
    world.apply({ delegatedAdministrators: [audit, security] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security, audit]);
  });

  it('is in sync at the end when every account at the limit is new', async () => {
    const world = worldOf({ principal: health, administrators: [tools] });
    world.aws.settings.maximumAdministrators[health] = 2;
    world.apply({ delegatedAdministrators: [audit, security] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.aws.settings.maximumAdministrators[health] = 3;
    world.apply({ delegatedAdministrators: [audit, security, tools] });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect([...world.administrators()].sort()).toEqual([audit, security, tools].sort());
  });

  it('learns that there is more room when more are registered: the new one comes before the old one goes', async () => {
    const world = worldOf({ principal: health, administrators: [tools, security] });
    world.aws.settings.maximumAdministrators[health] = 2;
    world.apply({ delegatedAdministrators: [audit, security] });
    await world.work();
    world.aws.settings.maximumAdministrators[health] = 3;
    for (const delegatedAdministrators of [
      [audit, security, tools],
      [security, tools],
      [security, audit],
    ]) {
      world.apply({ delegatedAdministrators });
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
    }
    expect(changed(world).slice(-2)).toEqual([`Register ${audit}`, `Deregister ${tools}`]);
  });

  it.each([backup, health])(
    '%s: stalls above the limit of AWS, retries slowly, and continues when there is room',
    async (principal) => {
      const world = worldOf({ principal, administrators: [tools, security] });
      world.aws.settings.maximumAdministrators[principal] = 2;
      world.apply({ delegatedAdministrators: [tools, security, audit] });
      expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'TooManyAdministrators' });
      for (let observe = 0; observe < 3; observe += 1) {
        world.clock.skip(300_000);
        expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'TooManyAdministrators' });
      }
      expect(changed(world)).toEqual([]);
      world.aws.settings.maximumAdministrators[principal] = 3;
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(world.administrators()).toEqual([tools, security, audit]);
    },
  );

  it('does not repeat a refused swap only because another account must be restored', async () => {
    const world = worldOf({ principal: backup, administrators: [tools, audit] });
    world.aws.settings.maximumAdministrators[backup] = 2;
    // As AWS does where it looks at the account only once there is room for it.
    world.fate.script = ({ operation, accountId }) =>
      operation === 'Register' && accountId === security && world.administrators().length < 2
        ? { kind: 'Refuse', error: cloudError('blocked', 'Blocked', 'Register') }
        : undefined;
    world.apply({ delegatedAdministrators: [audit, security] });
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    const swapped = changed(world);
    expect(swapped).toEqual([`Deregister ${tools}`, `Register ${tools}`]);
    world.clock.skip(60_000);
    world.aws.outsider.deregister(audit, backup);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'Blocked' });
    expect(changed(world)).toEqual([...swapped, `Register ${audit}`]);
  });

  it('reconciles again soon when a stale read hides the account in the slot', async () => {
    const world = worldOf({ principal: 'sso.amazonaws.com' });
    world.apply({ delegatedAdministrators: [tools] });
    world.aws.outsider.register(audit);
    world.fate.script = ({ operation, nth }) =>
      operation === 'administrators' && nth <= 2 ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([tools]);
  });
});
