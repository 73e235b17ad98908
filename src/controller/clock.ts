import { type SchedulerAction, Subscription } from 'rxjs';
import type { Clock } from './ports.ts';

/** A clock of these two: the scheduler that rxjs's operators take is made of `after`. */
export function clockOf({ now, after }: Pick<Clock, 'now' | 'after'>): Clock {
  return {
    now,
    after,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      const subscription = new Subscription();
      let cancel = () => {};
      let turns = 0;
      const action: SchedulerAction<T> = Object.assign(subscription, {
        schedule(nextState?: T, nextDelay = 0): Subscription {
          if (subscription.closed) return subscription;
          cancel();
          turns += 1;
          const turn = turns;
          cancel = after(nextDelay, () => {
            work.call(action, nextState);
            if (turn === turns) subscription.unsubscribe();
          });
          return subscription;
        },
      });
      subscription.add(() => cancel());
      return action.schedule(state, delay);
    },
  };
}

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

/**
 * Since when something is so, in epoch milliseconds: as it was known, or from now on. What a clock that was set back
 * shows as the future was now: it must not make a minute an hour.
 */
export function sinceWhen(known: number | undefined, now: number): number {
  return Math.min(known ?? now, now);
}

/** ISO time with milliseconds. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
