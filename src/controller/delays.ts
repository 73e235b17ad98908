import type { Clock, Random } from './ports.ts';

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

export interface Backoff {
  /** Milliseconds before the first retry. */
  readonly first: number;
  /** Milliseconds at most. */
  readonly longest: number;
}

/** Doubling from the first to the longest, half of it by chance, so that many do not come at once. */
export function backoffDelay({ first, longest }: Backoff, failures: number, random: Random): number {
  const full = Math.min(longest, first * 2 ** Math.min(failures, 30));
  return full / 2 + (full / 2) * random();
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
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      return backoffDelay(backoff, count, random);
    },
    forget: (key) => void failures.delete(key),
    clear: () => failures.clear(),
  };
}
