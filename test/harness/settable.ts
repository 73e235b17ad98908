import type { Clock } from '../../src/time/clock.ts';

/** Lets a test set the wall clock. Timers count on a clock that nobody sets, and do not see it. */
export function settable(clock: Clock) {
  const steady = clock.now.bind(clock);
  let offset = 0;
  Object.assign(clock, { now: () => steady() + offset });
  return {
    /** Forth or back by so many milliseconds. */
    set(by: number): void {
      offset += by;
    },
    /** Milliseconds that really passed, from some moment on. */
    steady,
  };
}

const minute = 60_000;

export const jumps = [
  ['a day forth', 24 * 60 * minute],
  ['an hour back', -60 * minute],
] as const;
