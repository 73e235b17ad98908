import { describe, expect, it } from 'vitest';
import type { ReadOptions } from '../../src/controller/ports.ts';
import { asked, worldOf } from './fakes/checked.ts';
import { stranger, tools, type World } from './fakes/world.ts';

const minute = 60_000;
const disable = { confirmation: 'disable' };

/** How old each look at AWS may be, in milliseconds before now: the oldest and the newest that are asked for. */
function ages(world: World): Map<string, number> {
  const found = new Map<string, number>();
  const { cloud, clock } = world.ports;
  const open = cloud.open.bind(cloud);
  const isRead = (value: unknown): value is ReadOptions =>
    typeof value === 'object' && value !== null && 'notBefore' in value;
  const watched = (name: string, call: (...parameters: unknown[]) => unknown) => {
    return (...parameters: unknown[]) => {
      const read = parameters.find(isRead);
      if (read) found.set(name, clock.now() - read.notBefore);
      return call(...parameters);
    };
  };
  Object.assign(cloud, {
    open: (target: Parameters<typeof open>[0]) =>
      Object.fromEntries(Object.entries(open(target)).map(([name, call]) => [name, watched(name, call)])),
  });
  return found;
}

describe('How old the reads of AWS behind a decision may be', () => {
  const fresh = { enabledServices: 0, administrators: 0 };
  const details = { identityCenter: 10 * minute, hasServiceLinkedRole: 10 * minute };

  it('only optional facts may be old at first', async () => {
    const world = worldOf();
    world.apply();
    const found = ages(world);
    await world.pass();
    expect(Object.fromEntries(found)).toEqual({ ...fresh, ...details, callerAccount: 0, organization: 0 });
  });

  it('the account of the credentials may be a minute old for a Ready resource', async () => {
    const world = worldOf();
    world.apply();
    await world.work();
    const found = ages(world);
    await world.pass();
    expect(Object.fromEntries(found)).toEqual({
      ...fresh,
      ...details,
      callerAccount: minute,
      organization: minute,
    });
  });

  it('no fact may be old for a stalled resource, which may wait for it', async () => {
    const world = worldOf();
    world.apply({ delegatedAdministrators: [stranger] });
    await world.work();
    const found = ages(world);
    await world.pass();
    expect(found.get('callerAccount')).toBe(0);
    expect(found.get('accountState')).toBe(0);
  });

  it('before disabling: nothing at all, the use of the service least', async () => {
    const world = worldOf();
    world.apply({ access: 'Disabled', disable });
    const found = ages(world);
    await world.pass();
    expect(found.get('identityCenter')).toBe(0);
    expect(asked(world)).toEqual(['Disable']);
  });

  it('the account of an older resource may be a minute old', async () => {
    const world = worldOf();
    world.apply({ organization: { region: 'us-east-1' } }, 'older');
    world.apply({}, 'younger');
    const found = ages(world);
    expect(await world.pass('younger')).toMatchObject({ kind: 'Stalled', reason: 'Conflict' });
    expect(found.get('callerAccount')).toBe(minute);
  });

  it('reads are newer than a change that failed', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply({ delegatedAdministrators: [] });
    world.fate.script = ({ operation }) =>
      operation === 'administrators' ? { kind: 'Stale', changes: 1 } : undefined;
    const found = ages(world);
    expect(await world.pass()).toMatchObject({ kind: 'Retry' });
    expect(found.get('administrators')).toBe(0);
  });
});
