import type { Random } from './clock.ts';

/** Both in milliseconds. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/** Milliseconds to wait after the n-th failure in a row (from 1): doubling, the upper half of it by chance. */
export function backoffDelay({ first, longest }: Backoff, failures: number, random: Random): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return whole / 2 + (whole / 2) * random();
}

/** The delays of one thing that is tried again and again. */
export interface RetryDelays {
  /** Milliseconds to wait before the next attempt, more after each failure in a row. */
  next(): number;
  /** It succeeded. */
  reset(): void;
}

export function createRetryDelays(backoff: Backoff, random: Random): RetryDelays {
  let failures = 0;
  return {
    next() {
      failures += 1;
      return backoffDelay(backoff, failures, random);
    },
    reset() {
      failures = 0;
    },
  };
}
