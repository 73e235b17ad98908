import { describe, expect, it } from 'vitest';
import { eachOnce } from './eachOnce.ts';
import { seeds } from './seeded/all.ts';
import type * as Searches from './seeded/searches.ts';
import { importWith } from './seeded/seeding.ts';

const searches = new URL('./seeded/searches.ts', import.meta.url);

const defects = seeds.map((defect) => [defect.title, defect] as const);

describe('The search finds an operator that', () => {
  it.each(defects)('%s', async (_title, { mistake, search, found }) => {
    const seeded = await importWith<typeof Searches>(mistake, searches);
    expect(await search(seeded)).toMatch(found);
  });
});

describe('The operator without a seeded mistake', () => {
  const untouched = importWith<typeof Searches>(undefined, searches).then(eachOnce);

  it.each(defects)('passes the search for one that %s', async (_title, { search }) => {
    expect(await search(await untouched)).toBeUndefined();
  });
});
