import { describe, expect, it } from 'vitest';
import { someone } from './fakes/attribution.ts';
import { asked, inSyncWorld, reportedOf } from './fakes/checked.ts';
import { audit, tools } from './fakes/world.ts';

const minute = 60_000;

describe('Attribution', () => {
  it('does not name the actor of the previous drift when the event of this one is late', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', {
      at: world.clock.now(),
      eventId: 'first',
      by: 'alice',
    });
    await world.work();
    world.clock.skip(20_000);
    const at = world.clock.now();
    world.aws.outsider.disable();
    world.clock.skip(2_000);
    await world.work();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      count: 2,
      correctedAt: expect.any(String),
    });
    expect(world.status().lastDrift?.by).toBeUndefined();
    world.attribution.receive('AccessDisabled', { at, eventId: 'second', by: 'bob' });
    world.clock.skip(2_000);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      by: 'bob',
      eventId: 'second',
    });
  });

  it('becomes known when the event comes after the look that found the drift', async () => {
    const world = await inSyncWorld();
    const at = world.clock.now();
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      detectedBy: 'Resync',
      correctedAt: expect.any(String),
    });
    expect(world.status().lastDrift?.by).toBeUndefined();
    world.clock.skip(10_000);
    world.attribution.receive('AccessDisabled', { at });
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      by: someone,
      eventId: 'event-1',
      detectedBy: 'Resync',
    });
    expect(reportedOf(world, 'DriftAttributed')).toHaveLength(1);
    const writes = world.store.statusWrites.length;
    await world.work();
    expect(world.store.statusWrites).toHaveLength(writes);
  });

  it('asks the trail when no event names the actor', async () => {
    const world = await inSyncWorld();
    world.attribution.lookup = {
      eventId: 'trail-1',
      at: world.clock.now(),
      by: someone,
      source: 'Lookup',
    };
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      by: someone,
      eventId: 'trail-1',
      detectedBy: 'Resync',
    });
    expect(world.attribution.inquiries).toMatchObject([
      { drift: 'AccessDisabled', principal: 'sso.amazonaws.com' },
    ]);
  });

  it('is not the author of an earlier drift', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    await world.work();
    world.clock.skip(10 * minute);
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift?.by).toBeUndefined();
  });

  it('does not confirm a stale read when it is about a corrected drift, even in the same second', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at: world.clock.now() });
    await world.work();
    world.fate.script = ({ operation }) =>
      operation === 'enabledServices' ? { kind: 'Stale', changes: 1 } : undefined;
    expect(await world.pass()).toMatchObject({ kind: 'Wait' });
    expect(asked(world)).toEqual(['Enable']);
    expect(reportedOf(world, 'DriftDetected')).toHaveLength(1);
  });

  it('becomes known to a new process too', async () => {
    const world = await inSyncWorld();
    const at = world.clock.now();
    world.aws.outsider.disable();
    await world.work();
    world.restart();
    world.clock.skip(10_000);
    world.attribution.receive('AccessDisabled', { at });
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      by: someone,
      eventId: 'event-1',
    });
  });

  it.each([
    [15 * minute, someone],
    [15 * minute + 1, undefined],
  ])('is awaited for fifteen minutes: %d ms after the drift was found', async (later, by) => {
    const world = await inSyncWorld();
    const at = world.clock.now();
    world.aws.outsider.disable();
    await world.work();
    world.clock.skip(at + later - world.clock.now());
    world.attribution.receive('AccessDisabled', { at });
    await world.work();
    expect(world.status().lastDrift?.by).toBe(by);
  });

  it('asks no other source, and never changes, once an event has named the actor', async () => {
    const world = await inSyncWorld();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', {
      at: world.clock.now(),
      by: 'alice',
    });
    await world.work();
    world.attribution.receive('AccessDisabled', { at: world.clock.now(), by: 'bob' });
    world.clock.skip(10_000);
    await world.work();
    expect(world.attribution.inquiries).toEqual([]);
    expect(world.status().lastDrift).toMatchObject({ by: 'alice' });
  });

  it('names no caller from before the last correction', async () => {
    const world = await inSyncWorld();
    const at = world.clock.now();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at, by: 'alice' });
    await world.work();
    world.clock.skip(minute);
    world.attribution.receive('AccessDisabled', { at: at - 1_000, by: 'bob' });
    world.aws.outsider.disable();
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ count: 2 });
    expect(world.status().lastDrift?.by).toBeUndefined();
  });

  it('names the caller that changed a declared account for a removed administrator', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    world.aws.outsider.deregister(tools);
    world.attribution.receive('AdministratorRemoved', { at: world.clock.now(), by: 'alice' }, tools);
    world.attribution.receive('AdministratorRemoved', { at: world.clock.now(), by: 'bob' }, audit);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: 'alice' });
  });

  it('names the caller that registered an added administrator, whichever account that is', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    world.aws.settings.maximumAdministrators['sso.amazonaws.com'] = 2;
    world.aws.outsider.register(audit);
    world.attribution.receive('AdministratorAdded', { at: world.clock.now() }, audit);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({
      kind: 'AdministratorAdded',
      by: someone,
    });
  });
});
