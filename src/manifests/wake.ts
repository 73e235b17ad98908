import {
  BehaviorSubject,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  merge,
  race,
  repeat,
  Subject,
  scan,
  switchMap,
  take,
  timer,
} from 'rxjs';
import type { Clock } from '../time/clock.ts';
import { abortOf } from '../time/streams.ts';

export interface Wake {
  /** Goes off after so many milliseconds, or earlier if it was asked to before. */
  within(delay: number): void;
  /** Goes off when this was not called for `delay` milliseconds, at the latest `most` milliseconds after the first call. */
  whenQuiet(delay: number, most: number): void;
  /** Resolves when it goes off, or the signal is aborted; then it is over for good, and nothing is pending. */
  wait(signal: AbortSignal): Promise<void>;
}

export function createWake(clock: Clock): Wake {
  /** Epoch milliseconds at which it goes off. */
  const due$ = new Subject<number>();
  const noise$ = new Subject<{ readonly delay: number; readonly most: number }>();
  const rang$ = new BehaviorSubject(false);
  const earliest$ = due$.pipe(
    scan((earliest, due) => Math.min(earliest, due)),
    distinctUntilChanged(),
    switchMap((due) => timer(Math.max(0, due - clock.now()), clock)),
  );
  const quiet$ = noise$.pipe(switchMap(({ delay }) => timer(delay, clock)));
  const noisy$ = noise$.pipe(
    take(1),
    switchMap(({ most }) => timer(most, clock)),
  );
  // The first of the three clears the others.
  const ringing = race(earliest$, quiet$, noisy$)
    .pipe(take(1), repeat())
    .subscribe(() => rang$.next(true));

  return {
    within: (delay) => due$.next(clock.now() + delay),
    whenQuiet: (delay, most) => noise$.next({ delay, most }),
    async wait(signal) {
      await firstValueFrom(merge(rang$.pipe(filter((rang) => rang)), abortOf(signal)));
      rang$.next(false);
      if (signal.aborted) ringing.unsubscribe();
    },
  };
}
