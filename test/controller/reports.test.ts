import { describe, expect, it } from 'vitest';
import type { Organizations } from '../../src/controller/ports.ts';
import { type Action, describeAction } from '../../src/controller/terms.ts';
import { sleep } from '../../src/time/sleep.ts';
import { cloudError } from './fakes/aws.ts';
import { inSyncWorld, reported, reportedOf, worldOf } from './fakes/checked.ts';
import { management, organizationId, security, tools } from './fakes/world.ts';

describe('The operator reports', () => {
  it('names the resource, the moment, and the organization as soon as it is known', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({}, 'sign-in', { uid: 'uid-of-it' });
    await world.work('sign-in');
    world.clock.skip(60_000);
    world.aws.outsider.disable();
    const seenAt = world.clock.now();
    await world.work('sign-in');
    const resource = { name: 'sign-in', uid: 'uid-of-it', principal: 'sso.amazonaws.com' };
    for (const notice of world.announced) expect(notice).toMatchObject({ resource });
    expect(world.announced[0]).not.toHaveProperty('organization');
    expect(reportedOf(world, 'DriftDetected')).toMatchObject([
      { at: seenAt, organization: { id: organizationId, managementAccountId: management } },
    ]);
  });

  it('a correction after it was sent, so that no user waits for a status', async () => {
    const world = await inSyncWorld();
    world.clock.skip(60_000);
    world.aws.outsider.disable();
    const mark = world.fate.met.length;
    await world.pass();
    const kinds = world.fate.met.slice(mark).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'Read')).toEqual(['Write', 'Store', 'Store']);
    expect(world.store.statusWrites.at(-2)?.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Reconciling', status: 'True' }),
    );
  });

  it('a swap with its rollback record, in one write of the status', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    const mark = world.store.statusWrites.length;
    await world.pass();
    const reported = world.store.statusWrites.slice(mark).map(({ status }) => status);
    expect(reported).toHaveLength(3);
    expect(reported[0]).toMatchObject({ replacement: { from: tools, to: security } });
    expect(reported[0]?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Reconciling', message: expect.stringContaining(security) }),
    );
  });

  it('how long a change took until AWS showed it', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    world.fate.script = ({ operation, nth }) =>
      operation === 'enabledServices' && (nth === 2 || nth === 3) ? { kind: 'Stale', changes: 1 } : undefined;
    await world.pass();
    expect(reportedOf(world, 'ActionStarted')).toMatchObject([{ action: { kind: 'EnableAccess' } }]);
    expect(reportedOf(world, 'ActionVerified')).toMatchObject([
      { action: { kind: 'EnableAccess' }, milliseconds: 600 },
    ]);
  });

  it('reports a verified change with the request id of its own call, a swap with that of the registration', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    expect(
      reportedOf(world, 'ActionVerified').flatMap((notice) =>
        notice.kind === 'ActionVerified' ? [[notice.action.kind, notice.requestId]] : [],
      ),
    ).toEqual([
      ['EnableAccess', 'request-Enable-sso.amazonaws.com'],
      ['RegisterAdministrator', `request-Register-${tools}`],
      ['ReplaceAdministrator', `request-Register-${security}`],
    ]);
  });

  it('both accounts and the reason of a rolled back swap', async () => {
    const world = worldOf({ administrators: [tools] });
    world.aws.settings.slotFirst = true;
    world.apply({ delegatedAdministrators: [security] });
    world.fate.script = ({ operation, accountId, nth }) =>
      operation === 'Register' && accountId === security && nth > 1
        ? { kind: 'Refuse', error: cloudError('blocked', 'Blocked', 'Register') }
        : undefined;
    await world.work();
    expect(reportedOf(world, 'ReplacementRolledBack')).toMatchObject([
      { from: tools, to: security, message: 'blocked by script' },
    ]);
  });

  it('a contended or only observed drift as not corrected', async () => {
    const world = await inSyncWorld({ driftPolicy: 'Observe' });
    world.aws.outsider.disable();
    await world.work();
    expect(reportedOf(world, 'DriftDetected')).toMatchObject([{ corrects: false }]);
  });

  it('a recovery after a stall, and the sync under a new spec', async () => {
    const world = await inSyncWorld();
    world.apply({ interval: '2h' });
    await world.work();
    world.clock.skip(60_000);
    await world.work();
    expect(reportedOf(world, 'InSync')).toMatchObject([{ recovered: false }, { recovered: false }]);
  });

  it('each drift and each correction once when the actor is unknown', async () => {
    const world = await inSyncWorld();
    const mark = world.announced.length;
    for (let time = 1; time <= 2; time += 1) {
      world.aws.outsider.disable();
      await world.work();
      world.clock.skip(60_000);
      await world.work();
    }
    const once = ['DriftDetected', 'ActionStarted', 'ActionVerified', 'DriftCorrected'];
    expect(reported(world).slice(mark)).toEqual([...once, ...once]);
  });

  it('neither a temporary failure nor a pause', async () => {
    const world = worldOf();
    world.apply();
    world.fate.script = ({ operation }) =>
      operation === 'organization'
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'organization') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    world.apply({ suspend: true });
    expect(await world.pass()).toMatchObject({ kind: 'Suspended' });
    expect(world.announced).toEqual([]);
  });

  it('a stall again when its reason changes', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    for (const [kind, reason] of [
      ['denied', 'AccessDenied'],
      ['blocked', 'Blocked'],
    ] as const) {
      world.fate.script = ({ operation }) =>
        operation === 'Enable' ? { kind: 'Refuse', error: cloudError(kind, reason, 'Enable') } : undefined;
      await world.work();
      await world.work();
    }
    expect(reportedOf(world, 'Stalled')).toMatchObject([{ reason: 'AccessDenied' }, { reason: 'Blocked' }]);
  });
});

describe('While a change is in progress', () => {
  it('the status says which, and what AWS had before it', async () => {
    const world = worldOf({ enabled: [] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    const [first] = world.store.statusWrites;
    expect(first?.status).toMatchObject({ access: { state: 'Disabled' }, administrators: 'none' });
    expect(first?.status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Reconciling',
        status: 'True',
        reason: 'Progressing',
        message: `About to enable trusted access, then register ${tools} as delegated administrator`,
      }),
    );
  });

  it('the drift that it corrects is in the status already', async () => {
    const world = await inSyncWorld();
    const mark = world.store.statusWrites.length;
    world.aws.outsider.disable();
    await world.work();
    const drift = world.store.statusWrites[mark]?.status.lastDrift;
    expect(drift).toMatchObject({ kind: 'AccessDisabled' });
    expect(drift).not.toHaveProperty('correctedAt');
  });

  it('a slow optional read of AWS delays nothing', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    const { cloud, clock } = world.ports;
    const open = cloud.open.bind(cloud);
    Object.assign(cloud, {
      open: (target: Parameters<typeof open>[0]): Organizations => {
        const organizations = open(target);
        return {
          ...organizations,
          async identityCenter(...parameters) {
            await sleep(clock, 10_000, new AbortController().signal);
            return organizations.identityCenter(...parameters);
          },
        };
      },
    });
    const began = clock.now();
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(world.aws.asked).toMatchObject([{ what: 'Enable', at: began }]);
  });

  it('the status reports a failed change at once', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.fate.script = ({ operation }) =>
      operation === 'Enable'
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'Enable') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    expect(world.condition('Reconciling')).toMatchObject({ reason: 'Throttled' });
  });

  it('a status that cannot be stored delays nothing', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    world.fate.script = ({ kind, nth }) =>
      kind === 'Store' && nth === 1 ? { kind: 'Refuse', error: new Error('409') } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('a deletion reports the temporary failure that it waits for', async () => {
    const world = worldOf();
    world.apply({ deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } });
    await world.work();
    world.store.delete('sso');
    world.fate.script = ({ operation }) =>
      operation === 'Disable'
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'Disable') }
        : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    expect(world.condition('Ready')?.message).toMatch(
      /^Deletion waits: AWS is throttling .*set spec\.deletionPolicy: Retain/,
    );
  });

  it.each<[Action, string]>([
    [{ kind: 'EnableAccess' }, 'enable trusted access'],
    [{ kind: 'DisableAccess' }, 'disable trusted access'],
    [{ kind: 'RegisterAdministrator', accountId: tools }, `register ${tools} as delegated administrator`],
    [
      { kind: 'DeregisterAdministrator', accountId: tools },
      `deregister the delegated administrator ${tools}`,
    ],
    [
      { kind: 'ReplaceAdministrator', from: tools, to: security },
      `replace the delegated administrator ${tools} by ${security}`,
    ],
    [
      { kind: 'RestoreAdministrator', accountId: tools, instead: security },
      `restore the delegated administrator ${tools} instead of ${security}`,
    ],
  ])('it is called by its name: %j', (action, words) => {
    expect(describeAction(action)).toBe(words);
  });
});
