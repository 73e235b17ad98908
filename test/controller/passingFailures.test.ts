import { describe, expect, it } from 'vitest';
import { pass } from '../../src/controller/reconciler.ts';
import { cloudError, type Operation } from './fakes/aws.ts';
import { asked, changed, reported, worldOf } from './fakes/checked.ts';
import type { Script } from './fakes/fate.ts';
import { stranger, tools, type World } from './fakes/world.ts';

const refusing =
  (
    operation: Operation,
    ...error: Parameters<typeof cloudError> extends [...infer E, Operation] ? E : never
  ): Script =>
  (point) =>
    point.operation === operation ? { kind: 'Refuse', error: cloudError(...error, operation) } : undefined;

describe('Temporary failures', () => {
  const passing = [
    ['throttled', 'Throttled'],
    ['transient', 'ObservationFailed'],
    ['conflict', 'ObservationFailed'],
  ] as const;
  const reads = ['callerAccount', 'organization', 'enabledServices', 'administrators'] as const;

  async function ready(): Promise<World> {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [tools] });
    await world.work();
    return world;
  }

  it.each(passing.flatMap(([kind, reason]) => reads.map((operation) => ({ kind, reason, operation }))))(
    '$kind on $operation: Ready stays for a minute, then Unknown with the reason, then True again',
    async ({ kind, reason, operation }) => {
      const world = await ready();
      const writes = world.store.statusWrites.length;
      world.clock.skip(600_000);
      world.fate.script = refusing(operation, kind, reason);
      for (let second = 0; second < 59; second += 10) {
        expect(await world.pass()).toMatchObject({ kind: 'Retry', reason });
        world.clock.skip(10_000);
      }
      expect(world.store.statusWrites).toHaveLength(writes);
      await world.pass();
      expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason });
      world.fate.script = () => undefined;
      await world.pass();
      expect(world.condition('Ready')).toMatchObject({ status: 'True' });
      expect(changed(world)).toEqual([]);
    },
  );

  it('a new minute begins after each success', async () => {
    const world = await ready();
    for (let time = 0; time < 5; time += 1) {
      world.fate.script = refusing('administrators', 'throttled', 'Throttled');
      await world.pass();
      world.clock.skip(50_000);
      world.fate.script = () => undefined;
      await world.pass();
    }
    expect(world.store.statusWrites).toHaveLength(1);
  });

  it('a stalled resource stays stalled through a temporary failure, and is not reported again', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [stranger] });
    await world.work();
    const writes = world.store.statusWrites.length;
    world.clock.skip(300_000);
    world.fate.script = refusing('administrators', 'throttled', 'Throttled');
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    world.fate.script = () => undefined;
    world.clock.skip(1_000);
    expect(await world.work()).toMatchObject({ kind: 'Stalled', reason: 'AccountNotFound' });
    expect(world.store.statusWrites).toHaveLength(writes);
    expect(reported(world)).toEqual(['Stalled']);
  });

  it('what was stalled under an earlier spec says at once what keeps it under this one', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [stranger] });
    await world.work();
    world.apply({ delegatedAdministrators: [tools] });
    world.fate.script = refusing('administrators', 'throttled', 'Throttled');
    await world.pass();
    expect(world.condition('Ready')).toMatchObject({ reason: 'Throttled', observedGeneration: 2 });
  });

  it('an unready resource says at once what keeps it', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    world.fate.script = refusing('Enable', 'throttled', 'Throttled');
    expect(await world.pass()).toMatchObject({ kind: 'Retry', reason: 'Throttled' });
    expect(world.condition('Reconciling')).toMatchObject({ status: 'True', reason: 'Throttled' });
  });

  it('a status that could not be stored is stored by the next reconcile', async () => {
    const world = worldOf();
    world.apply();
    world.fate.script = ({ kind }) =>
      kind === 'Store' ? { kind: 'Refuse', error: new Error('409') } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    world.fate.script = () => undefined;
    expect(await world.pass()).toMatchObject({ kind: 'InSync' });
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('every event is emitted once, also when the status cannot be stored', async () => {
    const world = worldOf();
    world.apply();
    await world.work();
    world.clock.skip(60_000);
    world.aws.outsider.disable();
    world.fate.script = ({ kind }) =>
      kind === 'Store' ? { kind: 'Refuse', error: new Error('503') } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Error' });
    expect(reported(world).filter((kind) => kind === 'DriftCorrected')).toHaveLength(1);
    world.fate.script = () => undefined;
    await world.work();
    expect(reported(world).filter((kind) => kind === 'DriftCorrected')).toHaveLength(1);
    expect(world.status().lastDrift?.correctedAt).toBeDefined();
  });

  it('a leader that lost its lease before its status was stored leaves the events to the next one', async () => {
    const world = worldOf({ enabled: [] });
    world.apply();
    const lease = new AbortController();
    world.fate.script = ({ kind, nth }) => {
      if (kind !== 'Store' || nth !== 2) return undefined;
      lease.abort();
      return { kind: 'Refuse', error: new Error('the lease is lost') };
    };
    const { ports, memories, clock } = world;
    const passing = { ports, memories, learnedMaxima: new Map(), signal: lease.signal };
    expect(await clock.until(pass('sso', clock.now(), passing))).toMatchObject({ kind: 'Error' });
    expect(reported(world)).not.toContain('InSync');
  });

  it.each(['Valid', 'Invalid'] as const)(
    'a status that another writer replaced is stored again by the next reconcile, once: %s',
    async (kind) => {
      const world = worldOf({ enabled: [] });
      if (kind === 'Valid') world.apply();
      else world.store.applyInvalid('sso', ['spec.access: Maybe is neither Enabled nor Disabled']);
      const shown = () => world.store.snapshot().get('sso');
      await world.work();
      const before = shown();
      world.store.overwrite('sso', { conditions: [] });
      world.clock.skip(60_000);
      const writes = world.store.statusWrites.length;
      await world.work();
      await world.work();
      expect(shown()).toEqual(before);
      expect(world.store.statusWrites).toHaveLength(writes + 1);
      expect(asked(world)).toEqual(kind === 'Valid' ? ['Enable'] : []);
    },
  );
});
