import type { Clock } from '../../src/controller/ports.ts';

export interface VirtualClock extends Clock {
  /** Lets time pass and everything happen that falls into it, in order. */
  advance(milliseconds: number): Promise<void>;
  /** Lets promises that need no time settle. */
  settle(): Promise<void>;
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export function virtualClock(start = Date.parse('2026-03-01T12:00:00Z')): VirtualClock {
  let now = start;
  const timers = new Set<Timer>();
  const settle = async () => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    after(delay, callback) {
      const timer = { at: now + Math.max(0, delay), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = next.at;
        timers.delete(next);
        next.callback();
        await settle();
      }
      now = end;
      await settle();
    },
    settle,
    get pending() {
      return timers.size;
    },
  };
}
