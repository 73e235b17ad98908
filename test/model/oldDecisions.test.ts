/**
 * Decisions that were wrong when a person acts, put into the operator again: each breaks a promise to users, and a
 * search finds it that knows nothing of how the operator decides.
 */
import { describe, expect, it } from 'vitest';
import { isProof } from '../harness/effort.ts';
import type * as Running from '../simulation/run.ts';
import { eachOnce } from './eachOnce.ts';
import type * as Searches from './oldDecisions.ts';
import { oldDecisions } from './seeded/oldDecisions.ts';
import { importWith } from './seeded/seeding.ts';

const searches = new URL('./oldDecisions.ts', import.meta.url);
const running = new URL('../simulation/run.ts', import.meta.url);

describe('The promises to users alone find an operator that', () => {
  it.each(oldDecisions)('%s', async (_title, mistake, search, found) => {
    expect(await search(await importWith<typeof Searches>(mistake, searches))).toContain(found);
  });
});

describe('The operator without an old decision', () => {
  // Searches that are the same are done once.
  const untouched = importWith<typeof Searches>(undefined, searches).then(eachOnce);

  it.each(oldDecisions)(
    'keeps the promises in the search for one that %s',
    async (_title, _mistake, search) => {
      expect(await search(await untouched)).toBeUndefined();
    },
  );
});

if (isProof) {
  describe('Lives by chance find, by the promises to users, an operator that', () => {
    it.each(oldDecisions)('%s', { timeout: 3_600_000 }, async (_title, mistake) => {
      const { simulate } = await importWith<typeof Running>(mistake, running);
      for (let life = 1; life <= 2_000; life += 1) {
        const { violations } = await simulate({ seed: life });
        if (violations.length > 0) return;
      }
      expect.fail('2,000 lives ended well');
    });
  });
}
