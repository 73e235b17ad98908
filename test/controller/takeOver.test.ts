import { describe, expect, it } from 'vitest';
import { finalizer, type TrustedAccess, takeOverAnnotation } from '../../src/crds/trustedAccess.ts';
import { cloudError } from './fakes/aws.ts';
import { asked, worldOf } from './fakes/checked.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const disable = { confirmation: 'disable' };
const revoke = { deletionPolicy: 'Revoke', disable };
const older = { creationTimestamp: '2025-06-01T00:00:00Z', uid: 'a' };
const younger = { creationTimestamp: '2025-06-02T00:00:00Z', uid: 'b' };
const youngest = { creationTimestamp: '2025-06-03T00:00:00Z', uid: 'c' };

/** `holder` works, `waiting` waits for it. */
async function two(holder: object, waiting: object): Promise<World> {
  const world = worldOf({ administrators: [tools] });
  world.apply(holder, 'holder', older);
  world.apply(waiting, 'waiting', younger);
  expect(await world.work('holder')).toMatchObject({ kind: 'InSync' });
  expect(await world.work('waiting')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
  return world;
}

const conflicting = () => two({ delegatedAdministrators: [tools] }, { delegatedAdministrators: [security] });

function annotate(world: World, name: string, annotations: Record<string, string>): void {
  const snapshot = new Map(world.store.snapshot());
  const { metadata, ...rest } = world.store.get(name) as TrustedAccess;
  snapshot.set(name, { kind: 'Valid', resource: { ...rest, metadata: { ...metadata, annotations } } });
  world.store.restore(snapshot);
}

describe('A resource that waits for another one', () => {
  it('says for which, and whether it declares the same state', async () => {
    const world = await conflicting();
    expect(world.status('waiting').waitingFor).toEqual({ name: 'holder', sameState: false });
    expect(world.condition('Stalled', 'waiting')?.message).toContain('TrustedAccess holder manages');
  });

  it('takes over at once when it declares the same state, as after a rename', async () => {
    const world = await two(
      { delegatedAdministrators: [tools] },
      { delegatedAdministrators: [tools], interval: '2h' },
    );
    world.store.delete('holder');
    expect(await world.work('waiting')).toMatchObject({ kind: 'InSync' });
    expect(world.status('waiting').waitingFor).toBeUndefined();
    expect(asked(world)).toEqual([]);
  });

  it('takes over two minutes after the holder is gone when it would change AWS, and says so until then', async () => {
    const world = await conflicting();
    world.store.delete('holder');
    const gone = world.clock.now();
    expect(await world.pass('waiting')).toMatchObject({
      kind: 'Stalled',
      reason: 'Conflict',
      after: 120_000,
    });
    expect(world.status('waiting').waitingFor).toMatchObject({ goneSince: new Date(gone).toISOString() });
    const { message } = world.condition('Stalled', 'waiting') ?? {};
    expect(message).toContain(`takes over at ${new Date(gone + 120_000).toISOString()}`);
    expect(message).toContain(
      `kubectl annotate trustedaccess waiting --overwrite ${takeOverAnnotation}=holder`,
    );
    world.clock.skip(119_000);
    world.restart();
    expect(await world.pass('waiting')).toMatchObject({ kind: 'Stalled', reason: 'Conflict', after: 1_000 });
    expect(asked(world)).toEqual([]);
    world.clock.skip(1_000);
    expect(await world.work('waiting')).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
    expect(world.status('waiting').waitingFor).toBeUndefined();
  });

  it('takes over at once when the annotation names the missing holder', async () => {
    const world = await conflicting();
    world.store.delete('holder');
    annotate(world, 'waiting', { [takeOverAnnotation]: 'another' });
    expect(await world.pass('waiting')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    annotate(world, 'waiting', { [takeOverAnnotation]: 'holder' });
    expect(await world.work('waiting')).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it.each([0, 60_000])(
    'leaves the claim to a holder that was recreated by force within %i ms, over a restart too [P-41]',
    async (within) => {
      const world = await conflicting();
      world.store.delete('holder');
      await world.pass('waiting');
      world.clock.skip(within);
      world.restart();
      world.apply({ delegatedAdministrators: [tools] }, 'holder', youngest);
      for (let round = 0; round < 3; round += 1) {
        expect(await world.work('waiting')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
        expect(await world.work('holder')).toMatchObject({ kind: 'InSync' });
        world.clock.skip(300_000);
      }
      expect(world.status('waiting').waitingFor).toEqual({ name: 'holder', sameState: false });
      expect(asked(world)).toEqual([]);
    },
  );

  it('leaves the claim to the recreated holder also when nothing looked in between', async () => {
    const world = await conflicting();
    world.store.delete('holder');
    world.apply({ delegatedAdministrators: [tools] }, 'holder', youngest);
    expect(await world.work('waiting')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(await world.work('holder')).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual([]);
  });

  it('keeps the claim that it took over from a holder that comes back later', async () => {
    const world = await conflicting();
    world.store.delete('holder');
    await world.pass('waiting');
    world.clock.skip(120_000);
    await world.work('waiting');
    world.apply({ delegatedAdministrators: [tools] }, 'holder', youngest);
    expect(await world.work('holder')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(await world.work('waiting')).toMatchObject({ kind: 'InSync' });
    expect(world.administrators()).toEqual([security]);
  });

  it('stores that it took over before it changes AWS', async () => {
    const world = await conflicting();
    world.store.delete('holder');
    await world.pass('waiting');
    world.clock.skip(120_000);
    const waited: unknown[] = [];
    world.fate.script = ({ kind }) => {
      if (kind === 'Write') waited.push(world.status('waiting').waitingFor);
      return undefined;
    };
    await world.work('waiting');
    expect(waited).toEqual([undefined, undefined, undefined]);
  });

  it('waits with a third one for the recreated holder, and never for each other', async () => {
    const world = await conflicting();
    world.apply({ delegatedAdministrators: [audit] }, 'third', {
      creationTimestamp: '2025-06-02T12:00:00Z',
      uid: 'd',
    });
    await world.work('third');
    world.store.delete('holder');
    for (const name of ['waiting', 'third']) await world.pass(name);
    expect(world.status('third').waitingFor?.name).toBe('holder');
    world.apply({ delegatedAdministrators: [tools] }, 'holder', youngest);
    for (const name of ['third', 'waiting', 'holder', 'third', 'waiting']) await world.work(name);
    expect(await world.work('holder')).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual([]);
  });

  it('reports no drift of what happened while it waited', async () => {
    const world = await conflicting();
    world.store.delete('holder');
    await world.pass('waiting');
    world.clock.skip(30_000);
    world.aws.outsider.disable();
    await world.pass('waiting');
    expect(world.announced.filter(({ kind }) => kind === 'DriftDetected')).toEqual([]);
  });
});

describe('A deletion with Revoke', () => {
  it('changes nothing when another resource waits, which then takes over [P-42]', async () => {
    const spec = { delegatedAdministrators: [tools], ...revoke };
    const world = await two(spec, { delegatedAdministrators: [tools] });
    world.store.delete('holder');
    expect(await world.work('holder')).toEqual({ kind: 'Gone' });
    expect(world.store.get('holder')).toBeUndefined();
    expect(await world.work('waiting')).toMatchObject({ kind: 'InSync' });
    expect(asked(world)).toEqual([]);
  });

  it('revokes when the other resource is being deleted too', async () => {
    const spec = { delegatedAdministrators: [tools], ...revoke };
    const world = await two(spec, { ...spec, interval: '2h' });
    world.store.delete('waiting');
    await world.work('waiting');
    world.store.delete('holder');
    expect(await world.work('holder')).toEqual({ kind: 'Gone' });
    expect(world.isEnabled()).toBe(false);
  });

  it('waits while it is unknown whether the other resource is about the same organization', async () => {
    const world = await two({ ...revoke }, { organization: { region: 'us-east-1' } });
    world.store.delete('holder');
    let calls = 0;
    world.fate.script = ({ operation }) => {
      calls += operation === 'callerAccount' ? 1 : 0;
      return operation === 'callerAccount' && calls % 2 === 0
        ? { kind: 'Refuse', error: cloudError('throttled', 'Throttled', 'callerAccount') }
        : undefined;
    };
    expect(await world.pass('holder')).toMatchObject({ kind: 'Retry' });
    expect(world.store.get('holder')?.metadata.finalizers).toEqual([finalizer]);
    expect(asked(world)).toEqual([]);
  });
});
