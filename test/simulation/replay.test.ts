import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { simulate } from './run.ts';

describe('A seed', () => {
  it('replays exactly, to the millisecond', async () => {
    for (const seed of [3, 14, 77]) {
      const [first, second] = [await simulate({ seed }), await simulate({ seed })];
      expect(second).toEqual(first);
      expect(first.history.length).toBeGreaterThan(10);
    }
  });
});

describe('What a life was made of', () => {
  it('is released when it is over, so that thousands of lives can follow', async () => {
    await simulate({ seed: 1 });
    const before = await heapAfterCollection();
    for (let seed = 2; seed <= 13; seed += 1) await simulate({ seed });
    // Two megabytes a life, if it were kept.
    expect((await heapAfterCollection()) - before).toBeLessThan(12);
  });
});

/** Megabytes. */
async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed / 1e6;
}
