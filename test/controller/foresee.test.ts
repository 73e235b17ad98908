import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foresee } from '../../src/controller/foresee.ts';
import type { Action } from '../../src/controller/ports.ts';
import { asked, worldOf } from './fakes/checked.ts';
import { inTheGap } from './fakes/inTheGap.ts';
import { audit, management, security, stranger, tools, type World } from './fakes/world.ts';

const signal = new AbortController().signal;

async function foreseenIn(world: World, name = 'sso') {
  const { cloud, store, clock } = world.ports;
  const stored = store.get(name);
  if (stored?.kind !== 'Valid') throw new Error(`no valid ${name}`);
  const looking = foresee(stored.resource, { cloud, clock, all: store.list(), notBefore: 0 }, signal);
  return world.clock.until(looking);
}

const startedIn = ({ announced }: World): Action[] =>
  announced.flatMap((each) => (each.kind === 'ActionStarted' ? [each.action] : []));

const accounts = fc.uniqueArray(fc.constantFrom(tools, security, audit), { maxLength: 3 });
const scenes = fc.record({
  principal: fc.constantFrom(
    'sso.amazonaws.com',
    'config.amazonaws.com',
    'guardduty.amazonaws.com',
    'ipam.amazonaws.com',
  ),
  isEnabled: fc.boolean(),
  registered: accounts,
  declared: fc.option(
    fc.uniqueArray(fc.constantFrom(tools, security, audit, stranger, management), { maxLength: 3 }),
    { nil: undefined },
  ),
  disables: fc.boolean(),
  whileInUse: fc.constantFrom('Refuse', 'Allow'),
  driftPolicy: fc.constantFrom('Correct', 'Observe'),
  permissionSets: fc.constantFrom(0, 4),
});

describe('What is foreseen', () => {
  it('is what is then done, action by action, and what is then said', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async ({ principal, isEnabled, registered, declared, disables, ...scene }) => {
        const most = principal.startsWith('sso') ? 1 : 3;
        const world = worldOf({
          principal,
          enabled: isEnabled ? [principal] : [],
          administrators: isEnabled ? registered.slice(0, most) : [],
          permissionSets: scene.permissionSets,
        });
        world.apply({
          driftPolicy: scene.driftPolicy,
          ...(declared && { delegatedAdministrators: disables ? [] : declared }),
          ...(disables && {
            access: 'Disabled',
            disable: { confirmation: 'disable', whileInUse: scene.whileInUse },
          }),
        });
        const foresight = await foreseenIn(world);
        expect(asked(world)).toEqual([]);
        const outcome = await world.work();
        if (foresight.kind !== 'Foreseen') throw new Error(foresight.kind);
        const { actions, stop, held } = foresight;
        expect(held ? [] : actions).toEqual(startedIn(world));
        const obstacle = held ?? stop;
        expect(outcome).toMatchObject(
          obstacle ? { kind: 'Stalled', reason: obstacle.reason } : { kind: 'Settled' },
        );
      }),
      { numRuns: 400 },
    );
  });

  it('names every step where several administrators are replaced one by one', async () => {
    const principal = 'config.amazonaws.com';
    const world = worldOf({ principal, administrators: [tools, security, audit] });
    world.aws.edit((now) => ({
      ...now,
      members: { ...now.members, [stranger]: { name: 'new', state: 'ACTIVE' } },
    }));
    world.apply({ delegatedAdministrators: [stranger] });
    expect(await foreseenIn(world)).toMatchObject({
      actions: [
        { kind: 'ReplaceAdministrator', from: tools, to: stranger },
        { kind: 'DeregisterAdministrator', accountId: security },
        { kind: 'DeregisterAdministrator', accountId: audit },
      ],
    });
  });

  it('of a resource that waits for an older one is the conflict', async () => {
    const world = worldOf({});
    world.apply({ access: 'Enabled' }, 'older');
    world.clock.skip(1_000);
    world.apply({ delegatedAdministrators: [tools] }, 'younger');
    expect(await foreseenIn(world, 'younger')).toMatchObject({
      kind: 'Blocked',
      obstacle: { reason: 'Conflict', message: expect.stringContaining('older') },
    });
  });

  it('of a resource about another organization is that, and which organization it is', async () => {
    const world = worldOf({});
    world.apply({ organization: { id: 'o-somebodyelse' } });
    expect(await foreseenIn(world)).toMatchObject({
      kind: 'Blocked',
      organization: { id: 'o-exampleorg1' },
      obstacle: { reason: 'WrongOrganization' },
    });
  });

  it('of a drift that somebody brings about again and again is what would be done, and that it is held', async () => {
    const world = worldOf({});
    world.apply();
    await world.work();
    for (let time = 1; time <= 3; time += 1) {
      world.clock.skip(60_000);
      world.aws.outsider.disable();
      await world.work();
    }
    expect(await foreseenIn(world)).toMatchObject({
      actions: [{ kind: 'EnableAccess' }],
      held: { reason: 'Contended' },
    });
    world.clock.skip(60_000);
    expect(await foreseenIn(world)).not.toHaveProperty('held');
  });

  it('of a gap that a swap left is that it is closed', async () => {
    const world = await inTheGap();
    world.apply({});
    expect(await foreseenIn(world)).toMatchObject({
      actions: [{ kind: 'RestoreAdministrator', accountId: tools, instead: security }],
    });
  });

  it('of a suspended resource is that nobody looks', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ suspend: true });
    expect(await foreseenIn(world)).toEqual({ kind: 'Suspended' });
    expect(world.aws.reads).toEqual([]);
  });

  it('of a deleted resource is what Revoke undoes, and nothing under Retain', async () => {
    const world = worldOf({ administrators: [tools] });
    const disable = { confirmation: 'disable' };
    world.apply({ deletionPolicy: 'Revoke', delegatedAdministrators: [tools], disable });
    await world.work();
    world.store.delete('sso');
    expect(await foreseenIn(world)).toMatchObject({
      actions: [{ kind: 'DeregisterAdministrator', accountId: tools }, { kind: 'DisableAccess' }],
    });
    world.apply({ deletionPolicy: 'Retain', delegatedAdministrators: [tools], disable });
    expect(await foreseenIn(world)).toEqual({ kind: 'Released' });
  });
});
