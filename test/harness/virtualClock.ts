import { type SchedulerLike, Subscription } from 'rxjs';
import { type Clock, clockOf } from '../../src/time/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, firing what falls due in order, and lets promises settle after each. */
  advance(milliseconds: number): Promise<void>;
  /** Moves time on, firing what falls due in order, at once: for what settles outside of this process. */
  pass(milliseconds: number): void;
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

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** @param settled lets promises settle before the first and after each timer; told how many went off */
export function virtualClock(
  start = Date.UTC(2026, 2, 1, 12),
  settled: (fired: number) => Promise<void> = () => settle(),
): VirtualClock {
  let now = start;
  // In the order in which they were set: of several for one moment the earlier goes first.
  const timers = new Set<Timer>();
  const next = (until = Number.POSITIVE_INFINITY): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  };
  const fire = (timer: Timer) => {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.callback();
  };
  const clock = clockOf({
    now: () => now,
    after(delay, callback) {
      const timer = { at: now + Math.max(0, delay), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  return {
    ...clock,
    async advance(milliseconds) {
      const until = now + milliseconds;
      let fired = 0;
      await settled(fired);
      for (let due = next(until); due !== undefined; due = next(until)) {
        fire(due);
        fired += 1;
        await settled(fired);
      }
      now = until;
      await settled(fired);
    },
    pass(milliseconds) {
      const until = now + milliseconds;
      for (let due = next(until); due !== undefined; due = next(until)) fire(due);
      now = until;
    },
    async until(promise) {
      let isInSync = false;
      const end = () => {
        isInSync = true;
      };
      promise.then(end, end);
      for (await settle(1); !isInSync; await settle(1)) {
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

/** The clock of a marble test: frames of its TestScheduler are milliseconds. */
export function marbleClock(scheduler: SchedulerLike): Clock {
  return clockOf({
    now: () => scheduler.now(),
    after(delay, callback) {
      const timer = new Subscription();
      timer.add(scheduler.schedule(callback, delay));
      return () => timer.unsubscribe();
    },
  });
}
