import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** Make one with `clockOf`. It is the scheduler of every rxjs operator that waits. */
export interface Clock extends SchedulerLike {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` once after `delay` milliseconds, unless the returned function is called before. */
  after(delay: number, callback: () => void): () => void;
}

/** A number in [0, 1), as Math.random gives. */
export type Random = () => number;

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
