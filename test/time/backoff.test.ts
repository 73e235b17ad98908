import { describe, expect, it } from 'vitest';
import { backoffDelay, createRetryDelays } from '../../src/time/backoff.ts';

const backoff = { first: 1_000, longest: 5_000 };

describe('The backoff', () => {
  it('doubles with each failure up to the longest delay, and randomizes the upper half', () => {
    const delays = (chance: number) => [1, 2, 3, 4, 99].map((n) => backoffDelay(backoff, n, () => chance));
    expect(delays(1)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(delays(0)).toEqual([500, 1_000, 2_000, 2_500, 2_500]);
  });

  it('starts over from the first delay after a reset', () => {
    const delays = createRetryDelays(backoff, () => 1);
    expect([delays.next(), delays.next()]).toEqual([1_000, 2_000]);
    delays.reset();
    expect(delays.next()).toBe(1_000);
  });
});
