import { systemClock } from '../../src/cli/systemClock.ts';
import type { Clock } from '../../src/controller/ports.ts';

/** The machine's time, for tests over real sockets. */
export const realClock = systemClock;

/** A day that passes `speed` times as fast. */
export function fastClock(speed: number): Clock {
  const startedAt = Date.now();
  return {
    now: () => startedAt + (Date.now() - startedAt) * speed,
    after: (delay, callback) => realClock.after(delay / speed, callback),
  };
}

export interface VirtualClock extends Clock {
  /** Lets time pass, each timer at its moment, and what follows from it settle before the next. */
  advance(milliseconds: number): Promise<void>;
}

export function createVirtualClock(start = 1_000_000): VirtualClock {
  let now = start;
  let sequence = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    after(delay, callback) {
      const id = sequence++;
      timers.set(id, { at: now + Math.max(0, delay), callback });
      return () => timers.delete(id);
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      await settle();
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        const [id, { at, callback }] = due;
        timers.delete(id);
        now = Math.max(now, at);
        callback();
        await settle();
      }
      now = until;
    },
  };
}
