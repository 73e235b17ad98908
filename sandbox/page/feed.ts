import {
  auditTime,
  BehaviorSubject,
  catchError,
  EMPTY,
  exhaustMap,
  from,
  interval,
  merge,
  NEVER,
  type Observable,
  Subject,
  switchMap,
} from 'rxjs';

/** The latest snapshot, for everybody who watches; nothing is looked at while nobody does. */
export interface Feed {
  /** Calls back with each new snapshot as JSON, the first at once; the returned function ends it. */
  watch(viewer: (snapshot: string) => void): () => void;
  stop(): void;
}

/** Milliseconds between looks: much of what is shown changes without telling. */
const every = 250;
/** Milliseconds: what changes together is shown together. */
const together = 30;

/** `look` makes a snapshot; `changes$` says that one is due at once. */
export function createFeed(look: () => Promise<object>, changes$: Observable<unknown>): Feed {
  const viewers = new Set<(snapshot: string) => void>();
  const watched = new BehaviorSubject(false);
  const joined = new Subject<void>();
  let last = '';

  const observing = watched
    .pipe(
      switchMap((anybody) => (anybody ? merge(joined, changes$, interval(every)) : NEVER)),
      auditTime(together),
      // A folder that cannot be read now may be readable at the next look.
      exhaustMap(() => from(look()).pipe(catchError(() => EMPTY))),
    )
    .subscribe((snapshot) => {
      const next = JSON.stringify(snapshot);
      if (next === last) return;
      last = next;
      for (const viewer of viewers) viewer(next);
    });

  return {
    watch(viewer) {
      viewers.add(viewer);
      if (!watched.value) {
        // What was seen when somebody watched last is old.
        last = '';
        watched.next(true);
      }
      if (last !== '') viewer(last);
      joined.next();
      return () => {
        viewers.delete(viewer);
        if (viewers.size === 0 && watched.value) watched.next(false);
      };
    },
    stop() {
      observing.unsubscribe();
      viewers.clear();
    },
  };
}
