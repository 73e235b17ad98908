import { describe, expect, it } from 'vitest';
import { facts, mergeConditions } from '../../src/controller/conditions.ts';
import type { Condition } from '../../src/crds/trustedAccess.ts';
import { cloudError, type Operation } from './fakes/aws.ts';
import { inSyncWorld, worldOf } from './fakes/checked.ts';
import { known } from './fakes/views.ts';
import { security, tools } from './fakes/world.ts';

const now = Date.UTC(2026, 0, 1);
const condition = (type: string): Condition => ({
  type,
  status: 'True',
  reason: 'Known',
  message: 'of before',
  lastTransitionTime: '2025-01-01T00:00:00.000Z',
  observedGeneration: 1,
});

describe('The status', () => {
  it.each([
    [{ enabled: true, since: '2025-01-01' }, 'AWS Organizations trusts the service since 2025-01-01'],
    [{ enabled: true }, 'AWS Organizations trusts the service'],
    [{ enabled: false }, 'AWS Organizations does not trust the service'],
  ])('has access %j', (access, message) => {
    const [state] = facts({ access: known(access), administrators: known([]) });
    expect(state).toMatchObject({ type: 'AccessEnabled', message });
  });

  it.each([
    [[], 'No account administers the service by delegation'],
    [[{ accountId: tools, name: 'tools', state: 'ACTIVE' }], `Administered by ${tools} (tools)`],
    [
      [
        { accountId: tools, name: 'tools', state: 'ACTIVE' },
        { accountId: security, state: 'ACTIVE' },
      ],
      `Administered by ${tools} (tools), ${security}`,
    ],
  ])('has administrators %j', (administrators, message) => {
    const [, state] = facts({ access: known({ enabled: true }), administrators: known(administrators) });
    expect(state).toMatchObject({ type: 'AdministratorsDelegated', message });
  });

  it.each<[Operation, ...Parameters<typeof cloudError>]>([
    ['callerAccount', 'denied', 'AccessDenied', 'callerAccount'],
    ['organization', 'throttled', 'Throttled', 'organization'],
  ])(
    'reports the actual state as Unknown with the reason when %s prevents the read',
    async (at, ...error) => {
      const world = worldOf();
      world.apply();
      world.fate.script = ({ operation }) =>
        operation === at ? { kind: 'Refuse', error: cloudError(...error) } : undefined;
      await world.pass();
      const [, reason] = error;
      for (const type of ['AccessEnabled', 'AdministratorsDelegated'])
        expect(world.condition(type)).toMatchObject({
          status: 'Unknown',
          reason,
          message: world.condition('Ready')?.message,
        });
    },
  );

  it('reports a suspended resource as not read, and keeps the stable facts', async () => {
    const world = worldOf({ permissionSets: 3 });
    world.aws.edit((organization) => ({ ...organization, roles: ['AWSServiceRoleForSSO'] }));
    world.apply();
    await world.work();
    const { identityCenter, serviceLinkedRole } = world.status();
    expect([identityCenter?.permissionSets, serviceLinkedRole?.state]).toEqual([3, 'Present']);
    world.apply({ suspend: true });
    await world.work();
    expect(world.status()).toMatchObject({ identityCenter, serviceLinkedRole });
    expect(world.condition('AccessEnabled')).toMatchObject({ status: 'Unknown', reason: 'Suspended' });
  });

  it('keeps an unfinished swap and the last drift when AWS cannot be read', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    world.aws.outsider.deregister(tools);
    await world.work();
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation }) =>
      operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
    await world.pass();
    world.restart();
    world.fate.script = ({ operation }) =>
      operation === 'organization'
        ? { kind: 'Refuse', error: cloudError('denied', 'AccessDenied', operation) }
        : undefined;
    for (const suspend of [false, true]) {
      world.apply({ delegatedAdministrators: [security], suspend });
      await world.work();
      expect(world.status()).toMatchObject({
        replacement: { from: tools, to: security },
        lastDrift: { kind: 'AdministratorRemoved' },
      });
    }
  });

  it('has no Identity Center for another service, suspended or not', async () => {
    const world = worldOf({ principal: 'health.amazonaws.com' });
    world.apply();
    await world.work();
    world.apply({ suspend: true });
    await world.work();
    expect(world.status()).not.toHaveProperty('identityCenter');
  });

  it('is not written again by a new process only because the store keeps its fields in another order', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, turned(inner)]),
      );
    };
    world.store.restore(
      new Map([...world.store.snapshot()].map(([name, stored]) => [name, turned(stored) as typeof stored])),
    );
    world.restart();
    const writes = world.store.statusWrites.length;
    await world.work();
    expect(world.store.statusWrites).toHaveLength(writes);
  });
});

describe('Conditions', () => {
  const states = facts({ access: known({ enabled: true }), administrators: known([]) });

  it('keep those of other controllers, after those of the operator', () => {
    const before = ['Theirs', 'EventDriven', 'Audited', 'AccessEnabled'].map(condition);
    const merged = mergeConditions(before, states, 2, now);
    expect(merged.map(({ type }) => type)).toEqual([
      'AccessEnabled',
      'AdministratorsDelegated',
      'Theirs',
      'EventDriven',
      'Audited',
    ]);
    expect(merged[2]).toEqual(condition('Theirs'));
  });

  it('Ready, Reconciling and Stalled are said anew each time or not at all', () => {
    const before = ['Ready', 'Reconciling', 'Stalled'].map(condition);
    expect(mergeConditions(before, states, 2, now)).toHaveLength(2);
  });
});
