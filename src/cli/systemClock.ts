import { type Clock, clockOf } from '../time/clock.ts';

/** The machine's clock. Delays beyond what a Node.js timer can hold end early, which only wakes sooner. */
export const systemClock: Clock = clockOf({
  now: () => Date.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delay), 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
});
