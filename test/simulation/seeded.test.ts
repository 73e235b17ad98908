import { describe, expect, it } from 'vitest';
import { importWith } from '../model/seeded/seeding.ts';
import type * as Running from './run.ts';
import { defects } from './seeded/defects.ts';

const running = new URL('./run.ts', import.meta.url);
const mostLives = 100;

describe('Lives by chance find an operator that', () => {
  it.each(defects.map((defect) => [defect.title, defect] as const))(
    '%s',
    { timeout: 240_000 },
    async (_title, { mistake, found, life }) => {
      const { simulate } = await importWith<typeof Running>(mistake, running);
      for (let one = life; one < life + mostLives; one += 1) {
        const { violations } = await simulate({ seed: one });
        if (found.test(violations.join('; '))) return;
      }
      expect.fail(`${mostLives} lives ended well`);
    },
  );
});
