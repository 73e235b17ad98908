import {
  concatMap,
  exhaustMap,
  groupBy,
  mergeMap,
  Observable,
  type OperatorFunction,
  switchMap,
  timer,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { createQueue } from '../../src/controller/queue.ts';
import { reconcileByKey } from '../../src/controller/reconcileByKey.ts';
import { marbleClock } from '../harness/virtualClock.ts';

type Reconcile = (key: string) => Observable<string>;

/** What came of `wakeUps`, with a reconcile that takes 4 frames and whose calls go on when it is unsubscribed from. */
function tried(
  wakeUps: string,
  operator: (reconcile: Reconcile, scheduler: TestScheduler) => OperatorFunction<string, string>,
) {
  const scheduler = new TestScheduler(() => {});
  const begun: string[] = [];
  const inProcess = new Map<string, number>();
  let mostOfOneKey = 0;
  let lastWakeUp = 0;
  let lastBegin = 0;
  scheduler.run(({ hot }) => {
    const reconcile: Reconcile = (key) =>
      new Observable((subscriber) => {
        begun.push(key);
        lastBegin = scheduler.now();
        const count = (inProcess.get(key) ?? 0) + 1;
        inProcess.set(key, count);
        mostOfOneKey = Math.max(mostOfOneKey, count);
        scheduler.schedule(() => {
          inProcess.set(key, (inProcess.get(key) ?? 0) - 1);
          subscriber.next(key);
          subscriber.complete();
        }, 4);
      });
    const source$ = hot(wakeUps);
    source$.subscribe(() => {
      lastWakeUp = scheduler.now();
    });
    source$.pipe(operator(reconcile, scheduler)).subscribe();
  });
  return { begun: begun.join(''), mostOfOneKey, isAnswered: lastBegin >= lastWakeUp };
}

const grouped =
  (flatten: (reconcile: Reconcile) => OperatorFunction<string, string>) =>
  (reconcile: Reconcile): OperatorFunction<string, string> =>
  (source$) =>
    source$.pipe(
      groupBy((key) => key),
      mergeMap((group$) => group$.pipe(flatten(reconcile))),
    );

const ours = (concurrency: number) => (reconcile: Reconcile, scheduler: TestScheduler) => {
  const queue = createQueue(marbleClock(scheduler), () => 0);
  return reconcileByKey(({ key }) => reconcile(key), { queue, concurrency });
};

describe('reconcileByKey', () => {
  it('answers every wake-up with as few reconciles as can, and has no key in process twice at once', () => {
    expect(tried('-aaaa---b-|', ours(4))).toEqual({ begun: 'aab', mostOfOneKey: 1, isAnswered: true });
  });

  it('is needed because groupBy with exhaustMap loses a wake-up', () => {
    expect(
      tried(
        '-aaaa-----|',
        grouped((reconcile) => exhaustMap(reconcile)),
      ),
    ).toMatchObject({ begun: 'a', isAnswered: false });
  });

  it('is needed because groupBy with concatMap reconciles once for each wake-up', () => {
    expect(
      tried(
        '-aaaa-----|',
        grouped((reconcile) => concatMap(reconcile)),
      ),
    ).toMatchObject({ begun: 'aaaa' });
  });

  it('is needed because groupBy with switchMap has a key in process twice at once', () => {
    expect(
      tried(
        '-aa-------|',
        grouped((reconcile) => switchMap(reconcile)),
      ),
    ).toMatchObject({ mostOfOneKey: 2 });
  });

  it('is needed because groupBy with a duration has a key in process twice at once', () => {
    const withDuration =
      (reconcile: Reconcile): OperatorFunction<string, string> =>
      (source$) =>
        source$.pipe(
          groupBy((key) => key, { duration: () => timer(1) }),
          mergeMap((group$) => group$.pipe(exhaustMap(reconcile))),
        );
    expect(tried('-a-a------|', withDuration)).toMatchObject({ mostOfOneKey: 2 });
  });

  it('delays a key unless something wakes it earlier', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ hot, cold, expectObservable }) => {
      const queue = createQueue(marbleClock(scheduler), () => 0);
      let delays = [5, 5];
      const reconcile = () => {
        const [delay, ...rest] = delays;
        delays = rest;
        if (delay !== undefined) queue.addAfter('a', delay);
        return cold<string>('(r|)');
      };
      const results$ = hot('-a---a-------').pipe(reconcileByKey(reconcile, { queue, concurrency: 1 }));
      expectObservable(results$).toBe('-r---r----r---');
    });
  });
});
