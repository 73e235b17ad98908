import { afterEach, expect } from 'vitest';
import type { Notice } from '../../../src/controller/ports.ts';
import { statusSchema } from '../../../src/crds/status.ts';
import type { Declared } from './store.ts';
import { createWorld, type Start, type World } from './world.ts';

const made: World[] = [];

/** A world whose every status write is held to the rules of kstatus and to the schema when the test ends. */
export function worldOf(start: Start = {}): World {
  const world = createWorld(start);
  made.push(world);
  return world;
}

afterEach(() => {
  for (const { store, aws } of made.splice(0)) {
    expect(store.violations).toEqual([]);
    for (const { status } of store.statusWrites) expect(statusSchema.parse(status)).toEqual(status);
    const declared = new Set(store.everDeclared);
    expect(aws.asked.filter(({ principal }) => !declared.has(principal))).toEqual([]);
  }
});

/** What the operator asked AWS to change since the mark, in words. */
export function asked({ aws }: World, since = 0): string[] {
  return aws.asked.slice(since).map(({ what, accountId }) => (accountId ? `${what} ${accountId}` : what));
}

/** What really changed by the operator's hand, in words. */
export function changed({ aws }: World): string[] {
  return aws.changes
    .filter(({ who }) => who === 'operator')
    .map(({ what, accountId }) => (accountId ? `${what} ${accountId}` : what));
}

/** Kinds of what was announced, in order. */
export function reported({ announced }: World): string[] {
  return announced.map(({ kind }) => kind);
}

/** A world that is as declared since a minute. */
export async function inSyncWorld(spec: Declared = {}, start: Start = {}): Promise<World> {
  const world = worldOf(start);
  world.apply(spec);
  await world.work();
  world.clock.skip(60_000);
  return world;
}

/** What was announced of this kind. */
export function reportedOf({ announced }: World, kind: Notice['kind']): readonly Notice[] {
  return announced.filter((notice) => notice.kind === kind);
}
