import type { Clock } from '../../src/controller/ports.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, firing what falls due in order, and lets promises settle after each. */
  advance(milliseconds: number): Promise<void>;
  /** Lets time pass from one due timer to the next until the promise is settled; gives its result. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Moves time on without firing anything; for when nothing is pending. */
  skip(milliseconds: number): void;
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
  const fire = ([id, { at, callback }]: NonNullable<ReturnType<typeof next>>) => {
    timers.delete(id);
    now = Math.max(now, at);
    callback();
  };
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
      await settle();
      for (let due = next(); due !== undefined && due[1].at <= until; due = next()) {
        fire(due);
        await settle();
      }
      now = until;
      await settle();
    },
    async until(promise) {
      let settled = false;
      const end = () => {
        settled = true;
      };
      promise.then(end, end);
      for (await settle(1); !settled; await settle(1)) {
        const due = next();
        if (due === undefined) throw new Error('it waits for something that no passing of time brings about');
        fire(due);
      }
      return promise;
    },
    skip(milliseconds) {
      if (timers.size > 0) throw new Error('time is skipped over a pending timer');
      now += milliseconds;
    },
    pending: () => timers.size,
  };
}
