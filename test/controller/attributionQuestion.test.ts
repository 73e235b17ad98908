import { describe, expect, it } from 'vitest';
import { inSyncWorld, reportedOf } from './fakes/checked.ts';
import { audit, tools } from './fakes/world.ts';

const minute = 60_000;

describe('The controller', () => {
  it('asks about the missing account of a removed administrator, not about every declared account', async () => {
    const administrators = [tools, audit];
    const backup = 'backup.amazonaws.com';
    const world = await inSyncWorld(
      { servicePrincipal: backup, delegatedAdministrators: administrators },
      { principal: backup, enabled: [backup], administrators },
    );
    world.aws.outsider.deregister(audit, backup);
    await world.work();
    expect(world.attribution.inquiries).toMatchObject([{ missing: [audit], added: [] }]);
  });

  it('asks about the added account of an added administrator', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    world.aws.settings.maximumAdministrators['sso.amazonaws.com'] = 2;
    world.aws.outsider.register(audit);
    await world.work();
    expect(world.attribution.inquiries).toMatchObject([{ missing: [], added: [audit] }]);
  });

  it('asks about the same accounts when the event comes after the correction', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    const at = world.clock.now();
    world.aws.outsider.deregister(tools);
    await world.work();
    world.attribution.receive('AdministratorRemoved', { at, by: 'mallory' }, audit);
    world.clock.skip(10_000);
    await world.work();
    expect(world.status().lastDrift?.by).toBeUndefined();
    world.attribution.receive('AdministratorRemoved', { at, by: 'alice' }, tools);
    world.clock.skip(10_000);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: 'alice' });
  });

  it('does not name a caller that acted before AWS was last seen in sync', async () => {
    const world = await inSyncWorld();
    const at = world.clock.now();
    world.clock.skip(5 * minute);
    await world.work();
    world.aws.outsider.disable();
    world.attribution.receive('AccessDisabled', { at, by: 'alice' });
    world.clock.skip(10_000);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ kind: 'AccessDisabled' });
    expect(world.status().lastDrift?.by).toBeUndefined();
  });

  it('asks about a drift that a resync finds since AWS was last seen in sync', async () => {
    const world = await inSyncWorld();
    const seen = world.clock.now() - minute;
    world.clock.skip(50 * minute);
    world.aws.outsider.disable();
    world.clock.skip(10 * minute);
    await world.work();
    const [asked] = world.attribution.inquiries;
    expect(asked?.since).toBeGreaterThanOrEqual(seen - minute);
    expect(asked?.since).toBeLessThanOrEqual(seen);
  });

  it('names the person whose call arrives after the event that AWS itself emitted', async () => {
    const world = await inSyncWorld({ delegatedAdministrators: [tools] }, { administrators: [tools] });
    const at = world.clock.now();
    world.aws.outsider.deregister(tools);
    world.attribution.receive(
      'AdministratorRemoved',
      { at, by: 'AWS Organizations', eventId: 'departed', isFollowUp: true },
      tools,
    );
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: 'AWS Organizations', eventId: 'departed' });
    world.attribution.receive('AdministratorRemoved', { at, by: 'alice', eventId: 'removal' }, tools);
    world.clock.skip(10_000);
    await world.work();
    expect(world.status().lastDrift).toMatchObject({ by: 'alice', eventId: 'removal', count: 1 });
    expect(reportedOf(world, 'DriftAttributed')).toHaveLength(1);
    const writes = world.store.statusWrites.length;
    await world.work();
    expect(world.store.statusWrites).toHaveLength(writes);
  });
});
