import type { Clock } from './clock.ts';

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  /** As the network's own time-outs have it. */
  readonly code = 'ETIMEDOUT';
}

/** A signal that follows its parent and also ends when nothing extended it for the limit. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  extend(): void;
  abort(reason: Error): void;
}

/**
 * `limit` in milliseconds. `expired` is the reason after the limit: an error, or the message of a TimeoutError.
 * AbortSignal.any would hold on to a parent that lives long.
 */
export function deadline(
  clock: Clock,
  limit: number,
  parent: AbortSignal | undefined,
  expired: string | (() => Error),
): Deadline {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  const expire = () => controller.abort(typeof expired === 'string' ? new TimeoutError(expired) : expired());
  let cancel = clock.after(limit, expire);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    extend() {
      cancel();
      cancel = clock.after(limit, expire);
    },
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      cancel();
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** A signal that follows `signal`, `grace` milliseconds later: for what must still be said after the end. */
export function graceSignal(clock: Clock, signal: AbortSignal, grace: number): AbortSignal & Disposable {
  const controller = new AbortController();
  let cancel = () => {};
  const onAbort = () => {
    cancel = clock.after(grace, () => controller.abort(signal.reason));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return Object.assign(controller.signal, {
    [Symbol.dispose]() {
      cancel();
      signal.removeEventListener('abort', onAbort);
    },
  });
}
