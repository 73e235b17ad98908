import type { Clock } from '../../src/controller/ports.ts';

/** The one clock of a simulation. Nothing happens but what a timer brings about, in the order of their times. */
export interface Time extends Clock {
  /** Lets so many milliseconds pass, and everything that falls due in them be done. */
  pass(milliseconds: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Everything that is ready in this process is done: promises come before the next tick, and nothing waits for more. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));
/** The rest of the process has its turn too: a signal to it, its test runner. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
const stepsInOneBreath = 500;

export function createTime(start = Date.UTC(2026, 0, 1)): Time {
  let now = start;
  // In the order in which they were set: of several for one moment the earlier goes first.
  const timers = new Set<Timer>();
  const firstDue = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  };
  return {
    now: () => now,
    after(delay, callback) {
      const timer = { at: now + Math.max(0, delay), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(milliseconds) {
      const until = now + milliseconds;
      await breathe();
      let steps = 0;
      for (let due = firstDue(until); due; due = firstDue(until)) {
        timers.delete(due);
        now = due.at;
        due.callback();
        steps += 1;
        await (steps % stepsInOneBreath === 0 ? breathe() : settled());
      }
      now = until;
    },
  };
}
