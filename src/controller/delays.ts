import { type Backoff, backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';

/** One pending wake-up a key: the earliest asked for. */
export interface Delays {
  /** Milliseconds from now. */
  set(key: string, delay: number): void;
  cancel(key: string): void;
  cancelAll(): void;
}

export function createDelays(clock: Clock, wake: (key: string) => void): Delays {
  const pending = new Map<string, { readonly due: number; readonly cancel: () => void }>();

  function cancel(key: string): void {
    pending.get(key)?.cancel();
    pending.delete(key);
  }

  return {
    cancel,
    set(key, delay) {
      const due = clock.now() + delay;
      const earlier = pending.get(key);
      if (earlier && earlier.due <= due) return;
      cancel(key);
      const stop = clock.after(delay, () => {
        pending.delete(key);
        wake(key);
      });
      pending.set(key, { due, cancel: stop });
    },
    cancelAll() {
      for (const key of [...pending.keys()]) cancel(key);
    },
  };
}

/** How long each key waits after its next failure. */
export interface Backoffs {
  /** Milliseconds, longer with each call until `forget`. */
  next(key: string): number;
  /** The key succeeded: it begins anew. */
  forget(key: string): void;
  clear(): void;
}

export function createBackoffs(backoff: Backoff, random: Random): Backoffs {
  const failures = new Map<string, number>();
  return {
    next(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return backoffDelay(backoff, count, random);
    },
    forget: (key) => void failures.delete(key),
    clear: () => failures.clear(),
  };
}
