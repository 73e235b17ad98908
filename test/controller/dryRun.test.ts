import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dryRun } from '../../src/controller/assess.ts';
import type { Action } from '../../src/controller/ports.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, worldOf } from './fakes/checked.ts';
import { inTheGap } from './fakes/inTheGap.ts';
import { answer } from './fakes/refusals.ts';
import type { Declared } from './fakes/store.ts';
import { audit, management, type Start, security, stranger, tools, type World } from './fakes/world.ts';

const signal = new AbortController().signal;

async function dryRunResultIn(world: World, name = 'sso') {
  const { cloud, store, clock } = world.ports;
  const stored = store.get(name);
  if (stored?.kind !== 'Valid') throw new Error(`no valid ${name}`);
  const observing = dryRun(stored.resource, { cloud, clock, all: store.list(), notBefore: 0 }, signal);
  return world.clock.until(observing);
}

const startedIn = ({ announced }: World): Action[] =>
  announced.flatMap((each) => (each.kind === 'ActionStarted' ? [each.action] : []));

const accounts = fc.uniqueArray(fc.constantFrom(tools, security, audit), { maxLength: 3 });
const scenarios = fc.record({
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

describe('The dry run', () => {
  it('is what is then done, action by action, and what is then said', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenarios,
        async ({ principal, isEnabled, registered, declared, disables, ...scenario }) => {
          const most = principal.startsWith('sso') ? 1 : 3;
          const world = worldOf({
            principal,
            enabled: isEnabled ? [principal] : [],
            administrators: isEnabled ? registered.slice(0, most) : [],
            permissionSets: scenario.permissionSets,
          });
          world.apply({
            driftPolicy: scenario.driftPolicy,
            ...(declared && { delegatedAdministrators: disables ? [] : declared }),
            ...(disables && {
              access: 'Disabled',
              disable: { confirmation: 'disable', whileInUse: scenario.whileInUse },
            }),
          });
          const forecast = await dryRunResultIn(world);
          expect(asked(world)).toEqual([]);
          const outcome = await world.work();
          if (forecast.kind !== 'Planned') throw new Error(forecast.kind);
          const { actions, stop, held } = forecast;
          expect(held ? [] : actions).toEqual(startedIn(world));
          const obstacle = held ?? stop;
          expect(outcome).toMatchObject(
            obstacle ? { kind: 'Stalled', reason: obstacle.reason } : { kind: 'InSync' },
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  const config = 'config.amazonaws.com'; // three
  const [first, second] = ['777777777777', '888888888888'];
  it.each<[string, Declared, Start, Action[], string | undefined]>([
    [
      'where access was disabled too',
      { delegatedAdministrators: [first] },
      { enabled: [] },
      [
        { kind: 'EnableAccess' },
        { kind: 'ReplaceAdministrator', from: tools, to: first },
        { kind: 'DeregisterAdministrator', accountId: security },
        { kind: 'DeregisterAdministrator', accountId: audit },
      ],
      undefined,
    ],
    [
      'where access is to be disabled in the end',
      { access: 'Disabled', delegatedAdministrators: [], disable: { confirmation: 'disable' } },
      {},
      [
        { kind: 'DeregisterAdministrator', accountId: tools },
        { kind: 'DeregisterAdministrator', accountId: security },
        { kind: 'DeregisterAdministrator', accountId: audit },
        { kind: 'DisableAccess' },
      ],
      undefined,
    ],
    [
      'also past one who cannot be registered',
      { delegatedAdministrators: [first, stranger, second] },
      {},
      [
        { kind: 'ReplaceAdministrator', from: tools, to: first },
        { kind: 'ReplaceAdministrator', from: security, to: second },
      ],
      'AccountNotFound',
    ],
  ])('names every step until nothing is left to do, %s', async (_words, spec, start, actions, reason) => {
    const world = worldOf({ principal: config, administrators: [tools, security, audit], ...start });
    const added = { name: 'new', state: 'ACTIVE' };
    world.aws.edit((now) => ({ ...now, members: { ...now.members, [first]: added, [second]: added } }));
    world.apply(spec);
    const forecast = await dryRunResultIn(world);
    expect(forecast).toMatchObject({ actions, ...(reason && { stop: { reason } }) });
    expect('stop' in forecast).toBe(reason !== undefined);
    await world.work();
    expect(startedIn(world)).toEqual(actions);
  });

  it('does not repeat a swap that AWS refused', async () => {
    const world = worldOf({ principal: config, administrators: [tools, security, audit] });
    world.aws.edit((now) => ({
      ...now,
      members: { ...now.members, [first]: { name: 'new', state: 'ACTIVE' } },
    }));
    world.apply({ delegatedAdministrators: [security, audit, first] });
    world.fate.script = answer(first, cloudError('blocked', 'UnrecognizedServicePrincipal', 'Register'));
    await world.work();
    const stop = { reason: 'UnrecognizedServicePrincipal' };
    expect(await dryRunResultIn(world)).toMatchObject({ actions: [], stop });
    world.aws.outsider.deregister(audit, config);
    const actions = [{ kind: 'RegisterAdministrator', accountId: audit }];
    expect(await dryRunResultIn(world)).toMatchObject({ actions, stop });
  });

  it('reports the conflict of a resource that waits for an older one', async () => {
    const world = worldOf({});
    world.apply({ access: 'Enabled' }, 'older');
    world.clock.skip(1_000);
    world.apply({ delegatedAdministrators: [tools] }, 'younger');
    expect(await dryRunResultIn(world, 'younger')).toMatchObject({
      kind: 'Blocked',
      obstacle: { reason: 'Conflict', message: expect.stringContaining('older') },
    });
  });

  it('names the organization of a resource about another organization', async () => {
    const world = worldOf({});
    world.apply({ organization: { id: 'o-somebodyelse' } });
    expect(await dryRunResultIn(world)).toMatchObject({
      kind: 'Blocked',
      organization: { id: 'o-exampleorg1' },
      obstacle: { reason: 'WrongOrganization' },
    });
  });

  it('shows the delayed correction of a contended drift', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ access: 'Disabled', disable: { confirmation: 'disable' } });
    await world.work();
    for (let time = 1; time <= 3; time += 1) {
      world.clock.skip(60_000);
      world.aws.outsider.enable();
      await world.work();
    }
    expect(await dryRunResultIn(world)).toMatchObject({
      actions: [{ kind: 'DisableAccess' }],
      held: { reason: 'Contended' },
    });
    world.clock.skip(60_000);
    expect(await dryRunResultIn(world)).not.toHaveProperty('held');
  });

  it('closes a gap that a swap left', async () => {
    const world = await inTheGap();
    world.apply({});
    expect(await dryRunResultIn(world)).toMatchObject({
      actions: [{ kind: 'RestoreAdministrator', accountId: tools, instead: security }],
    });
  });

  it('reports a suspended resource without reading AWS', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ suspend: true });
    expect(await dryRunResultIn(world)).toEqual({ kind: 'Suspended' });
    expect(world.aws.reads).toEqual([]);
  });

  it('shows the changes of Revoke for a deleted resource, and none for Retain', async () => {
    const world = worldOf({ administrators: [tools] });
    const disable = { confirmation: 'disable' };
    world.apply({ deletionPolicy: 'Revoke', delegatedAdministrators: [tools], disable });
    await world.work();
    world.store.delete('sso');
    expect(await dryRunResultIn(world)).toMatchObject({
      actions: [{ kind: 'DeregisterAdministrator', accountId: tools }, { kind: 'DisableAccess' }],
    });
    world.apply({ deletionPolicy: 'Retain', delegatedAdministrators: [tools], disable });
    const reads = world.aws.reads.length;
    expect(await dryRunResultIn(world)).toEqual({ kind: 'Released' });
    expect(world.aws.reads).toHaveLength(reads);
  });

  it('closes the gap of a resource that is deleted in the middle of its swap', async () => {
    const world = await inTheGap({ finalizers: ['example.com/other'] });
    world.store.delete('sso');
    expect(await dryRunResultIn(world)).toMatchObject({
      actions: [{ kind: 'ReplaceAdministrator', from: tools, to: security }],
    });
    world.aws.outsider.register(audit);
    expect(await dryRunResultIn(world)).toEqual({ kind: 'Released' });
  });
});
