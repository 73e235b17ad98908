import type { Clock } from './clock.ts';

/** A moment on both clocks of this machine. */
export interface Mark {
  /** Epoch milliseconds: may be set back or forth. */
  readonly wall: number;
  /** Milliseconds of uptime: stands still while the machine sleeps. */
  readonly up: number;
}

/** Neither clock alone can be trusted with a lease: each question gets the answer that errs on the safe side. */
export interface Stopwatch {
  mark(): Mark;
  /** Milliseconds that have passed for sure. */
  atLeast(since: Mark): number;
  /** Milliseconds that may have passed. */
  atMost(since: Mark): number;
}

export function createStopwatch(clock: Clock, uptime: () => number): Stopwatch {
  const mark = () => ({ wall: clock.now(), up: uptime() });
  return {
    mark,
    atLeast: (since) => Math.min(clock.now() - since.wall, uptime() - since.up),
    atMost: (since) => Math.max(clock.now() - since.wall, uptime() - since.up),
  };
}
