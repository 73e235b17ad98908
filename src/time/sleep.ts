import type { Clock } from './clock.ts';

/** Resolves after `delay` milliseconds; rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Pick<Clock, 'after'>, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delay, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort);
  });
}

/** Resolves after `delay` milliseconds, or as soon as the signal is aborted: the caller checks the signal. */
export function pause(clock: Pick<Clock, 'after'>, delay: number, signal: AbortSignal): Promise<void> {
  return sleep(clock, delay, signal).catch(() => {});
}

/** Settles as the promise does, or rejects with the signal's reason, whichever comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    const settle = (): void => signal.removeEventListener('abort', abort);
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}
