/*
 * Why an operator of our own. Each way to say this with operators of rxjs 7 was tried against the properties of
 * test/controller/queue.test.ts, and breaks one of them:
 * - groupBy(key) with exhaustMap loses a wake-up that arrives while its key is in process.
 * - groupBy(key) with concatMap reconciles once for each of a thousand wake-ups, though one reconcile answers them all.
 * - groupBy(key) with switchMap runs a key twice at once: unsubscribing does not take back a call that was sent.
 * - Each of them keeps a group for every key that ever was. With a duration selector a wake-up between the end of one
 *   group and the begin of the next one finds its key in process in neither.
 * - None bounds the work of all keys together, is first in first out among them, or delays a key unless something wakes
 *   it earlier.
 * The work queue does all that. rxjs does the rest: completion, errors, cancellation and the bound on concurrency.
 */
import {
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
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
    defer(() => {
      const ended$ = new Subject<void>();
      const close = () => {
        queue.close();
        ended$.next();
      };
      queue.open();
      const added$ = wakeUps$.pipe(tap({ next: queue.add, complete: close }), ignoreElements());
      // One emission of ready$ is a turn for one key; those that find no worker free wait for one here.
      return merge(queue.ready$.pipe(takeUntil(ended$)), added$).pipe(
        mergeMap(reconcileNext, concurrency),
        finalize(queue.close),
      );
    });
}
