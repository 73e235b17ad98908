import { finalize, Observable } from 'rxjs';

/** Emits once, when the signal is aborted, and completes. */
export function abortOf(signal: AbortSignal): Observable<void> {
  return new Observable((subscriber) => {
    const emit = () => {
      subscriber.next();
      subscriber.complete();
    };
    if (signal.aborted) return emit();
    signal.addEventListener('abort', emit, { once: true });
    return () => signal.removeEventListener('abort', emit);
  });
}

/** One call for each subscription, whose signal is aborted by unsubscribing. */
export function callOf<T>(call: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return new Observable((subscriber) => {
    const unsubscribed = new AbortController();
    call(unsubscribed.signal).then(
      (value) => {
        subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => unsubscribed.abort();
  });
}

/** Work that has to be wound up after its last subscriber has left. */
export interface Winding<T> {
  /** Cold. Unsubscribing asks the work to end. */
  readonly values$: Observable<T>;
  /** Resolves when no work is under way. */
  idle(): Promise<void>;
}

/** `work` emits until its signal is aborted, and completes when it is wound up. */
export function windingUp<T>(work: (stop: AbortSignal) => Observable<T>): Winding<T> {
  const underWay = new Set<Promise<void>>();
  return {
    values$: new Observable((subscriber) => {
      const stop = new AbortController();
      const { promise, resolve } = Promise.withResolvers<void>();
      underWay.add(promise);
      const end = () => {
        underWay.delete(promise);
        resolve();
      };
      // Not handed on as it is: unsubscribing from it would end it before it is wound up.
      work(stop.signal)
        .pipe(finalize(end))
        .subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        });
      return () => stop.abort();
    }),
    idle: async () => void (await Promise.all(underWay)),
  };
}
