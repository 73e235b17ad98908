import type { Clock } from '../../src/controller/ports.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, firing what falls due in order, and lets promises settle after each. */
  advance(milliseconds: number): Promise<void>;
  pending(): number;
}

/** Lets everything that is ready in this process run. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let sequence = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const next = () => [...timers].sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
  return {
    now: () => now,
    after(delay, callback) {
      sequence += 1;
      const id = sequence;
      timers.set(id, { at: now + Math.max(0, delay), callback });
      return () => timers.delete(id);
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      for (let due = next(); due !== undefined && due[1].at <= until; due = next()) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].callback();
        await settle();
      }
      now = until;
      await settle();
    },
    pending: () => timers.size,
  };
}
