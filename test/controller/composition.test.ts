import { concat, map, NEVER, Observable, of, takeUntil, tap, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/controller/controller.ts';
import type { WakeUpSource } from '../../src/controller/ports.ts';
import { createQueue, type Work, type WorkQueue } from '../../src/controller/queue.ts';
import { abortOf } from '../../src/time/streams.ts';
import { marbleClock } from '../harness/virtualClock.ts';

const never = new AbortController().signal;
const leading = { y: never, n: undefined };

interface Setting {
  readonly sources: readonly Observable<string>[];
  readonly leadership$: Observable<AbortSignal | undefined>;
  /** What one reconcile emits. `r` becomes the key. */
  readonly reconcile?: (mayWrite: AbortSignal) => Observable<string>;
  readonly stopping?: AbortSignal;
  readonly concurrency?: number;
  readonly onSourceError?: (source: string, error: unknown) => void;
}

interface Marbles {
  readonly scheduler: TestScheduler;
  readonly hot: (marbles: string) => Observable<string>;
  readonly cold: (marbles: string) => Observable<string>;
  readonly leads: (
    marbles: string,
    signals?: Readonly<Record<string, AbortSignal | undefined>>,
  ) => Observable<AbortSignal | undefined>;
  /** The composition of these, with the real queue, and what it began. */
  readonly composed: (setting: Setting) => {
    results$: Observable<string>;
    begun: string[];
    queue: WorkQueue;
  };
  readonly at: (frame: number, happens: () => void) => void;
  readonly expectResults: (results$: Observable<string>, until?: string) => { toBe(marbles: string): void };
}

/** Runs a marble test in virtual time; a frame is a millisecond, for the work queue too. */
function marbles(test: (marbles: Marbles) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ hot, cold, expectObservable }) => {
    const clock = marbleClock(scheduler);
    test({
      scheduler,
      hot: (text) => hot(text),
      cold: (text) => cold(text),
      leads: (text, signals = leading) => cold(text, signals),
      at: (frame, happens) => void scheduler.schedule(happens, frame),
      expectResults: (results$, until) => expectObservable(results$, until),
      composed({ sources, leadership$, reconcile = () => cold('--(r|)'), ...setting }) {
        const queue = createQueue(clock, () => 0);
        const begun: string[] = [];
        const reconciler = (mayWrite: AbortSignal) => (work: Work) => {
          begun.push(work.key);
          return reconcile(mayWrite).pipe(map((value) => (value === 'r' ? work.key : value)));
        };
        const results$ = compose({
          clock,
          random: () => 0,
          queue,
          reconciler,
          sources: sources.map(
            (wakeUps$, index): WakeUpSource => ({ name: `source ${index + 1}`, wakeUps$ }),
          ),
          leadership$,
          stopping: setting.stopping ?? never,
          concurrency: setting.concurrency ?? 4,
          ...(setting.onSourceError && { onSourceError: setting.onSourceError }),
        });
        return { results$, begun, queue };
      },
    });
  });
}

describe('The composition of the operator', () => {
  it('reconciles what any source wakes, from the moment on that it may write', () => {
    marbles(({ hot, leads, composed, expectResults }) => {
      const { results$ } = composed({
        sources: [hot('a----b----'), hot('---c----d-')],
        leadership$: leads('  --y-------'),
      });
      expectResults(results$).toBe('-----c-b--d');
    });
  });

  it('subscribes to its sources only while it may write', () => {
    marbles(({ cold, leads, composed, expectResults }) => {
      let subscriptions = 0;
      let most = 0;
      const source = new Observable<string>((subscriber) => {
        subscriptions += 1;
        most = Math.max(most, subscriptions);
        subscriber.add(cold('-a').subscribe(subscriber));
        return () => {
          subscriptions -= 1;
        };
      });
      const { results$ } = composed({ sources: [source], leadership$: leads('--y---n---y---n---|') });
      expectResults(
        results$.pipe(tap({ complete: () => expect([subscriptions, most]).toEqual([0, 1]) })),
      ).toBe('-----a-------a----|');
    });
  });

  it('begins nothing once its leadership is lost, and begins anew with the next', () => {
    marbles(({ hot, cold, leads, composed, at, expectResults }) => {
      const first = new AbortController();
      at(5, () => first.abort());
      const { results$, begun } = composed({
        sources: [hot('     -a--b-c----d---')],
        leadership$: leads('y------n--z----', { y: first.signal, n: undefined, z: never }),
        reconcile: (mayWrite) => cold('--(r|)').pipe(takeUntil(abortOf(mayWrite))),
      });
      expectResults(results$).toBe('---a---------d--');
      at(14, () => expect(begun).toEqual(['a', 'b', 'd']));
    });
  });

  it('lets the reconciles in process end and emit when the signal to write is aborted', () => {
    marbles(({ hot, leads, composed, at, expectResults }) => {
      const term = new AbortController();
      const { results$, queue } = composed({
        sources: [hot('     -ab----')],
        leadership$: leads('y------', { y: term.signal }),
        reconcile: (mayWrite) => concat(NEVER.pipe(takeUntil(abortOf(mayWrite))), of('e')),
        concurrency: 1,
      });
      at(3, () => term.abort());
      at(4, () => expect([queue.active(), queue.depth()]).toEqual([0, 0]));
      expectResults(results$).toBe('---e----');
    });
  });

  it('unsubscribes from the reconciles in process when it may no longer write', () => {
    marbles(({ hot, leads, composed, at, expectResults }) => {
      const { results$, queue, begun } = composed({
        sources: [hot('     -a-a-b---')],
        leadership$: leads('y---n----'),
        reconcile: () => NEVER,
      });
      at(3, () => expect(queue.active()).toBe(1));
      at(6, () => expect([queue.active(), queue.depth(), begun.length]).toEqual([0, 0, 1]));
      expectResults(results$).toBe('---------');
    });
  });

  it('reconciles a key once more, afterwards, however often it is woken while it is in process', () => {
    marbles(({ hot, cold, leads, composed, expectResults }) => {
      const { results$ } = composed({
        sources: [hot('     -aaaa--------')],
        leadership$: leads('y------------'),
        reconcile: () => cold('----(r|)'),
      });
      expectResults(results$).toBe('-----a---a---');
    });
  });

  it('reconciles as many keys at once as it may, and the others in the order in which they were woken', () => {
    marbles(({ hot, cold, leads, composed, expectResults }) => {
      const { results$ } = composed({
        sources: [hot('     -(dabc)------')],
        leadership$: leads('y------------'),
        reconcile: () => cold('------(r|)'),
        concurrency: 2,
      });
      expectResults(results$).toBe('-------(da)--(bc)');
    });
  });

  it('reconciles a key once however often it is woken while it waits for a worker', () => {
    marbles(({ hot, cold, leads, composed, expectResults }) => {
      const { results$ } = composed({
        sources: [hot('     -abbbb-------')],
        leadership$: leads('y------------'),
        reconcile: () => cold('------(r|)'),
        concurrency: 1,
      });
      expectResults(results$).toBe('-------a-----b');
    });
  });

  it('emits what a reconcile says on its way as it says it', () => {
    marbles(({ hot, cold, leads, composed, expectResults }) => {
      const { results$ } = composed({
        sources: [hot('     -a---------')],
        leadership$: leads('y----------'),
        reconcile: () => cold('-1-2-(r|)'),
      });
      expectResults(results$).toBe('--1-2-a----');
    });
  });

  it('ends what is in process when it is to stop, drops what waits, and completes with its leadership', () => {
    marbles(({ hot, leads, composed, at, expectResults }) => {
      const stopping = new AbortController();
      const { results$, begun } = composed({
        sources: [hot('     -(ab)-c------')],
        leadership$: leads('y-------|'),
        concurrency: 1,
        stopping: stopping.signal,
      });
      at(2, () => stopping.abort());
      at(9, () => expect(begun).toEqual(['a']));
      expectResults(results$).toBe('---a----|');
    });
  });

  it('goes on with its other sources when one fails, and subscribes to that one again', () => {
    marbles(({ hot, cold, leads, composed, at, expectResults }) => {
      const failures: string[] = [];
      let attempts = 0;
      const failing = cold('-a-#').pipe(tap({ subscribe: () => (attempts += 1) }));
      const { results$ } = composed({
        sources: [failing, hot('----b')],
        leadership$: leads('y'),
        onSourceError: (source) => failures.push(source),
      });
      // Half a second is the shortest of the first delay.
      expectResults(results$, '600ms !').toBe('---a--b 499ms a');
      at(599, () => expect([failures, attempts]).toEqual([['source 1', 'source 1'], 2]));
    });
  });

  it('subscribes ever more slowly to a source that fails at once', () => {
    marbles(({ leads, composed, at, expectResults }) => {
      const failures: number[] = [];
      const { results$ } = composed({
        sources: [throwError(() => new Error('no'))],
        leadership$: leads('y'),
        onSourceError: () => failures.push(failures.length),
      });
      expectResults(results$, '8000ms !').toBe('');
      // 0.5, 1, 2 and 4 seconds after one another.
      at(7_600, () => expect(failures).toHaveLength(5));
    });
  });

  it('errors when a reconcile does, and leaves nothing in process', () => {
    marbles(({ hot, cold, leads, composed, expectResults, at }) => {
      const { results$, queue } = composed({
        sources: [hot('     -ab---')],
        leadership$: leads('y-----'),
        reconcile: () => cold('--#'),
      });
      at(5, () => expect(queue.active()).toBe(0));
      expectResults(results$).toBe('---#');
    });
  });
});
