import { describe, expect, it } from 'vitest';
import type { DriftKind } from '../../src/crds/status.ts';
import { someone } from './fakes/attribution.ts';
import { cloudError, type Operation } from './fakes/aws.ts';
import { byOthers } from './fakes/byOthers.ts';
import { asked, inSyncWorld, reportedOf, worldOf } from './fakes/checked.ts';
import type { Script } from './fakes/fate.ts';
import { audit, security, stranger, tools, type World } from './fakes/world.ts';

const minute = 60_000;

const unreadable =
  (operation: Operation): Script =>
  (point) =>
    point.operation === operation
      ? {
          kind: 'Refuse',
          error: cloudError('denied', 'AccessDenied', operation),
        }
      : undefined;

function happen({ aws }: World, kind: DriftKind): void {
  if (kind === 'AccessDisabled') aws.outsider.disable();
  else aws.outsider.deregister(tools);
}

describe('Drift is a difference that no change of the spec explains', () => {
  it.each(byOthers)(
    '$what: corrected at once, recorded and reported',
    async ({ start, spec, happens, kind, writes }) => {
      const world = await inSyncWorld(spec, start);
      happens(world.aws.outsider);
      world.attribution.receive(kind, { at: world.clock.now(), via: 'console', sourceIp: '203.0.113.7' });
      expect(await world.work()).toMatchObject({ kind: 'InSync' });
      expect(asked(world)).toEqual(writes);
      expect(world.status().lastDrift).toMatchObject({
        kind,
        by: someone,
        via: 'console',
        sourceIp: '203.0.113.7',
        eventId: 'event-1',
        detectedBy: 'Event',
        count: 1,
        correctedAt: expect.any(String),
      });
      expect(reportedOf(world, 'DriftDetected')).toMatchObject([{ corrects: true, drift: { kind } }]);
      expect(reportedOf(world, 'DriftCorrected')).toHaveLength(1);
    },
  );

  it.each(byOthers)(
    '$what, and only reported: it is one drift, open until AWS is in sync again',
    async ({ start, spec, happens, undone }) => {
      const world = await inSyncWorld({ ...spec, driftPolicy: 'Observe' }, start);
      happens(world.aws.outsider);
      await world.work();
      for (const operation of [undefined, 'administrators', 'enabledServices', undefined] as const) {
        world.fate.script = operation ? unreadable(operation) : () => undefined;
        world.clock.skip(minute);
        await world.work();
        expect(world.status().lastDrift?.correctedAt, `${operation} unreadable`).toBeUndefined();
      }
      undone(world.aws.outsider);
      await world.work();
      const over = new Date(world.clock.now()).toISOString();
      expect(world.status().lastDrift).toMatchObject({ count: 1, correctedAt: over });
      expect(reportedOf(world, 'DriftDetected')).toHaveLength(1);
      expect(asked(world)).toEqual([]);
    },
  );

  it('is reported once, however often it is reconciled later', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    await world.work();
    for (const message of ['one', 'two']) {
      world.clock.skip(10_000);
      world.channel.now = { driven: true, message };
      await world.work();
    }
    for (const kind of ['DriftDetected', 'DriftCorrected'] as const)
      expect(reportedOf(world, kind)).toHaveLength(1);
    expect(reportedOf(world, 'DriftAttributed')).toEqual([]);
  });

  it('a difference while a deletion waits is no drift', async () => {
    const world = await inSyncWorld(
      {
        deletionPolicy: 'Revoke',
        disable: { confirmation: 'disable' },
        delegatedAdministrators: [],
      },
      { permissionSets: 2 },
    );
    world.store.delete('sso');
    await world.work();
    world.aws.outsider.register(audit);
    await world.work();
    expect(world.status().lastDrift).toBeUndefined();
  });

  it('a change of the spec is none', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    world.apply({ delegatedAdministrators: [security] });
    await world.work();
    world.apply({ delegatedAdministrators: [] });
    await world.work();
    expect(world.status().lastDrift).toBeUndefined();
    expect(reportedOf(world, 'DriftDetected')).toEqual([]);
  });

  it('a difference at the first reconcile is no drift', async () => {
    const world = worldOf({ enabled: [], administrators: [audit] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    expect(world.status().lastDrift).toBeUndefined();
  });

  it('is found by a new process too', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.restart();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      kind: 'AccessDisabled',
      detectedBy: 'Resync',
    });
  });

  it.each<[Operation, DriftKind]>([
    ['enabledServices', 'AccessDisabled'],
    ['administrators', 'AdministratorRemoved'],
  ])('is found although %s could not be read in between, each time', async (operation, kind) => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    for (const count of [1, 2]) {
      world.fate.script = unreadable(operation);
      await world.work();
      expect(world.status().lastDrift?.count ?? 0).toBe(count - 1);
      world.fate.script = () => undefined;
      world.clock.skip(minute);
      happen(world, kind);
      await world.work();
      expect(world.status().lastDrift).toMatchObject({ kind, count });
    }
  });

  it.each<[string, DriftKind, Operation, DriftKind]>([
    ['access', 'AccessDisabled', 'administrators', 'AdministratorRemoved'],
    ['administrators', 'AdministratorRemoved', 'enabledServices', 'AccessDisabled'],
  ])('does not hide another one while drift in %s is open', async (_words, first, operation, second) => {
    const declared = { delegatedAdministrators: [tools] };
    const world = await inSyncWorld({ ...declared, driftPolicy: 'Observe' }, { administrators: [tools] });
    happen(world, first);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: first });
    world.fate.script = unreadable(operation);
    await world.work();
    happen(world, second);
    world.fate.script = () => undefined;
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: second });
  });

  it('what could not be read at first and then is different is none', async () => {
    const world = worldOf({ administrators: [audit] });
    world.fate.script = unreadable('administrators');
    world.apply({ delegatedAdministrators: [tools], driftPolicy: 'Observe' });
    expect(await world.work()).toMatchObject({
      kind: 'Stalled',
      reason: 'AccessDenied',
    });
    world.fate.script = () => undefined;
    expect(await world.work()).toMatchObject({
      kind: 'Stalled',
      reason: 'DriftObserved',
    });
    expect(world.status().lastDrift).toBeUndefined();
  });

  it('is found in a fact that was in sync, although another fact never was', async () => {
    const world = worldOf({
      principal: 'backup.amazonaws.com',
      administrators: [tools],
    });
    world.apply({ delegatedAdministrators: [tools, stranger] });
    expect(await world.work()).toMatchObject({
      kind: 'Stalled',
      reason: 'AccountNotFound',
    });
    world.clock.skip(minute);
    world.aws.outsider.deregister(tools, 'backup.amazonaws.com');
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      kind: 'AdministratorRemoved',
    });
    expect(world.administrators()).toEqual([tools]);
  });

  it('is recorded once when it cannot be corrected, and corrected later', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.fate.script = ({ operation }) =>
      operation === 'Enable'
        ? {
            kind: 'Refuse',
            error: cloudError('denied', 'AccessDenied', 'Enable'),
          }
        : undefined;
    expect(await world.work()).toMatchObject({
      kind: 'Stalled',
      reason: 'AccessDenied',
    });
    world.clock.skip(5 * minute);
    await world.work();
    world.fate.script = () => undefined;
    world.clock.skip(5 * minute);
    await world.work();
    expect(reportedOf(world, 'DriftDetected')).toHaveLength(1);
    expect(reportedOf(world, 'DriftCorrected')).toHaveLength(1);
    expect(world.status().lastDrift).toMatchObject({ count: 1 });
  });

  it('ends for access once it is in sync, although unmanaged administrators are unreadable', async () => {
    const world = await inSyncWorld();
    world.fate.script = unreadable('administrators');
    world.aws.outsider.disable();
    expect(await world.work()).toMatchObject({ kind: 'InSync' });
    expect(world.status().lastDrift?.correctedAt).toBeDefined();
  });

  it('changes nothing in the status later on once it is over', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    await world.work();
    const writes = world.store.statusWrites.length;
    world.clock.skip(60 * minute);
    await world.work();
    expect(world.store.statusWrites).toHaveLength(writes);
  });
});
