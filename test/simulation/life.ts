import { type Clock, clockOf } from '../../src/time/clock.ts';
import type { Time } from './time.ts';

/** One process: killed in an instant, frozen as by SIGSTOP or a machine that sleeps, its wall clock set by somebody. */
export interface Life {
  /** The process's own: no timer goes off while it is frozen, and none ever after its death. */
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets. */
  uptime(): number;
  readonly isDead: boolean;
  kill(): void;
  /** Dead, and every wait that is begun from now on is over at once: what was going on can end, unseen. */
  discard(): void;
  freeze(): void;
  thaw(): void;
  /** Milliseconds by which its wall clock is wrong from now on. */
  setClockWrong(by: number): void;
  /** Hands it what came from outside: now, when it is thawed, or never. */
  deliver(work: () => void): void;
}

export function createLife(time: Time): Life {
  const born = time.now();
  const waiting: (() => void)[] = [];
  let wrongBy = 0;
  let isDead = false;
  let isFrozen = false;
  let isDiscarded = false;
  const kill = () => {
    isDead = true;
    waiting.length = 0;
  };
  const deliver = (work: () => void) => {
    if (isDead) return;
    if (isFrozen) waiting.push(work);
    else work();
  };
  return {
    clock: clockOf({
      now: () => time.now() + wrongBy,
      after(delay, callback) {
        if (isDiscarded) queueMicrotask(callback);
        let isCancelled = false;
        const once = () => void (isCancelled || callback());
        const cancel = time.after(delay, () => deliver(once));
        return () => {
          isCancelled = true;
          cancel();
        };
      },
    }),
    uptime: () => time.now() - born,
    get isDead() {
      return isDead;
    },
    kill,
    discard() {
      kill();
      isDiscarded = true;
    },
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      for (const work of waiting.splice(0)) deliver(work);
    },
    setClockWrong(by) {
      wrongBy = by;
    },
    deliver,
  };
}
