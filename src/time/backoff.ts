import type { Clock, Random } from '../controller/ports.ts';

export interface Backoff {
  readonly base: number;
  readonly cap: number;
}

/** Milliseconds to wait after the n-th failure in a row (from 1): doubling, the upper half of it by chance. */
export function backoffDelay({ base, cap }: Backoff, failures: number, random: Random): number {
  const whole = Math.min(cap, base * 2 ** Math.min(failures - 1, 30));
  return whole * (0.5 + random() / 2);
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
