import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';

/** The one clock of a simulation. Nothing happens but what a timer brings about, in the order of their times. */
export type Time = VirtualClock;

/** Everything that is ready in this process is done: promises come before the next tick, and nothing waits for more. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));
/** The rest of the process has its turn too: a signal to it, its test runner. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
const stepsInOneBreath = 500;

export function createTime(): Time {
  return virtualClock(Date.UTC(2026, 0, 1), (fired) =>
    fired % stepsInOneBreath === 0 ? breathe() : settled(),
  );
}
