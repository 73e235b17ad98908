import { systemClock } from '../../src/cli/systemClock.ts';
import { type Clock, clockOf } from '../../src/time/clock.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';

/** The machine's time, for tests over real sockets. */
export const realClock = systemClock;

/** A day that passes `speed` times as fast. */
export function fastClock(speed: number): Clock {
  const startedAt = Date.now();
  return clockOf({
    now: () => startedAt + (Date.now() - startedAt) * speed,
    after: (delay, callback) => realClock.after(delay / speed, callback),
  });
}

export const createVirtualClock = (): VirtualClock => virtualClock(1_000_000);
