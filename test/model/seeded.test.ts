import { describe, expect, it } from 'vitest';
import { seeds } from './seeded/all.ts';
import type * as Hunts from './seeded/hunts.ts';
import { importWith } from './seeded/seeding.ts';

const hunts = new URL('./seeded/hunts.ts', import.meta.url);

const defects = seeds.map((defect) => [defect.title, defect] as const);

describe('The proof finds an operator that', () => {
  it.each(defects)('%s', async (_title, { file, words, instead, hunt, found }) => {
    const seeded = await importWith<typeof Hunts>({ file, words, instead }, hunts);
    expect(await hunt(seeded)).toMatch(found);
  });
});

describe('And nothing in the operator as it is', () => {
  it.each(defects)('by the hunt for one that %s', async (_title, { hunt }) => {
    expect(await hunt(await importWith<typeof Hunts>(undefined, hunts))).toBeUndefined();
  });
});
