import { expect } from 'vitest';
import type { Metadata } from '../../../src/crds/trustedAccess.ts';
import { worldOf } from './checked.ts';
import { security, tools, type World } from './world.ts';

/** Crashed in the gap: the old one is gone, the new one not registered yet. */
export async function inTheGap(metadata: Partial<Metadata> = {}): Promise<World> {
  const world = worldOf({ administrators: [tools] });
  world.apply({ delegatedAdministrators: [security] }, 'sso', metadata);
  world.fate.script = ({ operation }) =>
    operation === 'Deregister' ? { kind: 'Crash', when: 'After' } : undefined;
  await world.pass();
  world.fate.script = () => undefined;
  expect(world.administrators()).toEqual([]);
  expect(world.status().replacement).toMatchObject({ from: tools, to: security });
  world.restart();
  return world;
}
