import type { Clock, Random } from '../controller/ports.ts';

/** Resolves after `delay` milliseconds, or at once when the signal is aborted: the caller looks at the signal. */
export function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delay, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** A signal that follows its parent and also ends when nothing extended it for the limit. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  extend(): void;
  abort(reason: Error): void;
}

/** `limit` in milliseconds. `message` is the error's. AbortSignal.any would hold on to a parent that lives long. */
export function deadline(clock: Clock, limit: number, parent: AbortSignal, message: string): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  const expire = () => controller.abort(new TimeoutError(message));
  let cancel = clock.after(limit, expire);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    extend() {
      cancel();
      cancel = clock.after(limit, expire);
    },
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      cancel();
      parent.removeEventListener('abort', follow);
    },
  };
}

export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  next(): number;
  reset(): void;
}

/** Doubles from `first` to `most` milliseconds; each delay is stretched by up to as much again, never above `most`. */
export function createBackoff(random: Random, first = 800, most = 30_000): Backoff {
  let base = first;
  return {
    next() {
      const delay = Math.min(most, base * (1 + random()));
      base = Math.min(most, base * 2);
      return delay;
    },
    reset() {
      base = first;
    },
  };
}
