/*
 * Why an operator of our own. test/controller/reconcileByKey.test.ts shows what each way to say this with operators of
 * rxjs 7 does:
 * - groupBy with exhaustMap loses a wake-up that arrives while its key is in process.
 * - groupBy with concatMap reconciles once for each of a thousand wake-ups, though one reconcile answers them all.
 * - groupBy with switchMap has a key in process twice at once: unsubscribing does not take back a call that was sent.
 * - Each keeps a group for every key that ever was. A duration that ends groups has keys in process twice at once.
 * None is first in first out among all keys under one bound, or delays a key unless something wakes it earlier.
 * The work queue does all that. rxjs does the rest: completion, errors, cancellation and the bound on concurrency.
 */
import {
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  Observable,
  type OperatorFunction,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import type { Work, WorkQueue } from './queue.ts';

export interface ReconcileByKeyOptions {
  /** Whose delays and retries the reconciler sets. Open while this operator is subscribed to. */
  readonly queue: WorkQueue;
  /** How many keys may be in process at once. */
  readonly concurrency: number;
}

/**
 * Reconciles each key that the source wakes, never one key twice at once, and emits what the reconciles emit.
 * A wake-up that arrives while its key is in process has it reconciled once more.
 * - Source completes: drops what waits, completes when the reconciles in process have.
 * - Source or reconciler errors: unsubscribes from the reconciles in process and errors.
 * - Unsubscribed: unsubscribes from the reconciles in process; it is theirs to cancel their calls.
 */
export function reconcileByKey<Result>(
  reconcile: (work: Work) => Observable<Result>,
  { queue, concurrency }: ReconcileByKeyOptions,
): OperatorFunction<string, Result> {
  const reconcileNext = () => {
    const work = queue.next();
    return work ? reconcile(work).pipe(finalize(() => queue.done(work.key))) : EMPTY;
  };
  return (wakeUps$) =>
    new Observable((subscriber) => {
      const ended$ = new Subject<void>();
      const close = () => {
        queue.close();
        ended$.next();
      };
      queue.open();
      // First of all when it is torn down: what ends then starts nothing.
      subscriber.add(close);
      const added$ = wakeUps$.pipe(tap({ next: queue.add, complete: close }), ignoreElements());
      // One emission of ready$ is a turn for one key; those that find no worker free wait for one here.
      const results$ = merge(queue.ready$.pipe(takeUntil(ended$)), added$).pipe(
        mergeMap(reconcileNext, concurrency),
      );
      subscriber.add(results$.subscribe(subscriber));
    });
}
