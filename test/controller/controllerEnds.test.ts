import { describe, expect, it } from 'vitest';
import { asked, worldOf } from './fakes/checked.ts';
import { start } from './fakes/started.ts';
import { security, tools } from './fakes/world.ts';

const minute = 60_000;

describe('When the controller is to end', () => {
  it('stopping finishes what is under way and takes nothing new', async () => {
    const world = worldOf({ administrators: [tools] });
    const { stop, results } = start(world);
    world.apply({ delegatedAdministrators: [security] });
    await world.clock.until(stop());
    expect(world.administrators()).toEqual([security]);
    world.apply({ delegatedAdministrators: [tools] });
    await world.clock.advance(10 * minute);
    expect(results).toHaveLength(1);
    expect(world.clock.pending()).toBe(0);
  });

  it('losing the lease stops every write at once, and the next leader closes the gap [P-31]', async () => {
    const world = worldOf({ administrators: [tools] });
    const { abort, controller } = start(world);
    world.fate.script = ({ operation }) =>
      operation === 'Deregister'
        ? { kind: 'Meanwhile', happens: () => abort.abort(new Error('lease lost')) }
        : undefined;
    world.apply({ delegatedAdministrators: [security] });
    await world.clock.until(controller.queue.idle());
    expect(asked(world)).toEqual([`Register ${security}`, `Deregister ${tools}`]);
    expect(world.administrators()).toEqual([]);
    world.fate.script = () => undefined;
    world.restart();
    start(world).wakeUps.next('sso');
    await world.clock.advance(1_000);
    expect(world.administrators()).toEqual([security]);
    expect(world.status().replacement).toBeUndefined();
  });

  it('does nothing at all when the lease is lost before it begins', async () => {
    const world = worldOf({ enabled: [] });
    const abort = new AbortController();
    abort.abort(new Error('lease lost'));
    const { wakeUps } = start(world, 4, abort);
    wakeUps.next('sso');
    await world.clock.advance(1_000);
    expect(world.aws.reads).toEqual([]);
  });
});
