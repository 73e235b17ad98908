/*
 * The work queue of client-go: dirty, processing, delayed, first in first out. `reconcileByKey` makes an rxjs operator of
 * it; the head of that file says why no operator of rxjs takes its place. The queues of npm carry payloads.
 */
import { type Observable, Subject } from 'rxjs';
import { type Backoff, backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';

export interface Work {
  readonly key: string;
  /** Epoch milliseconds of the last wake-up that this work answers. */
  readonly wokenAt: number;
  /** Milliseconds it waited. */
  readonly waited: number;
}

export interface WorkQueue {
  /** Wakes the key now. While it is being worked on, it is worked on once more afterwards. */
  add(key: string): void;
  /** Wakes the key in `delay` milliseconds, unless something wakes it earlier. */
  addAfter(key: string, delay: number): void;
  /** Wakes the key after its backoff, which grows with each call until `forget`; returns the milliseconds. */
  retry(key: string): number;
  /** The next success starts the backoff anew. */
  forget(key: string): void;
  /** Emits once for each key that becomes ready; each time `next` has a key for one worker. */
  readonly ready$: Observable<void>;
  /** The key that became ready first, which is in process until `done`; undefined: none is ready. */
  next(): Work | undefined;
  /** The key may be worked on again. */
  done(key: string): void;
  /** Keys that wait for a worker. */
  depth(): number;
  /** Keys in process. */
  active(): number;
  /** Wake-ups since the process started. */
  added(): number;
  /** Resolves when no key is in process. */
  idle(): Promise<void>;
  /** Takes wake-ups from now on. */
  open(): void;
  /** Forgets every key that waits or is delayed, and takes no wake-up until `open`. */
  close(): void;
}

const defaultBackoff: Backoff = { first: 1_000, longest: 5 * 60_000 };

export function createQueue(clock: Clock, random: Random, backoff: Backoff = defaultBackoff): WorkQueue {
  const ready = new Map<string, { readonly since: number; readonly wokenAt: number }>();
  const processing = createProcessing();
  const again = new Map<string, number>();
  const delays = createDelays(clock, (key) => add(key));
  const backoffs = createBackoffs(backoff, random);
  const ready$ = new Subject<void>();
  let wakeUps = 0;
  let closed = false;

  function add(key: string, at = clock.now()): void {
    if (closed) return;
    delays.cancel(key);
    if (processing.has(key)) {
      again.set(key, at);
      return;
    }
    const waiting = ready.get(key);
    ready.set(key, { since: waiting?.since ?? at, wokenAt: at });
    if (!waiting) ready$.next();
  }

  function addAfter(key: string, delay: number): void {
    if (!closed && !ready.has(key) && !again.has(key)) delays.set(key, delay);
  }

  return {
    ready$,
    add(key) {
      wakeUps += 1;
      add(key);
    },
    addAfter,
    retry(key) {
      const delay = backoffs.next(key);
      addAfter(key, delay);
      return delay;
    },
    forget: backoffs.forget,
    next() {
      const first = ready.entries().next();
      if (first.done) return undefined;
      const [key, { since, wokenAt }] = first.value;
      ready.delete(key);
      processing.add(key);
      return { key, wokenAt, waited: clock.now() - since };
    },
    done(key) {
      processing.delete(key);
      const at = again.get(key);
      again.delete(key);
      if (at !== undefined) add(key, at);
    },
    depth: () => ready.size,
    active: processing.size,
    added: () => wakeUps,
    idle: processing.idle,
    open() {
      closed = false;
    },
    close() {
      closed = true;
      delays.cancelAll();
      ready.clear();
      again.clear();
      backoffs.clear();
    },
  };
}

/** The keys in process. */
function createProcessing() {
  const keys = new Set<string>();
  let waiting: (() => void)[] = [];
  return {
    has: (key: string) => keys.has(key),
    add: (key: string) => void keys.add(key),
    delete(key: string): void {
      keys.delete(key);
      if (keys.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    size: () => keys.size,
    idle: (): Promise<void> =>
      keys.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}

/** One pending wake-up a key: the earliest asked for. */
interface Delays {
  /** Milliseconds from now. */
  set(key: string, delay: number): void;
  cancel(key: string): void;
  cancelAll(): void;
}

function createDelays(clock: Clock, wake: (key: string) => void): Delays {
  const pending = new Map<string, { readonly due: number; readonly cancel: () => void }>();

  function cancel(key: string): void {
    pending.get(key)?.cancel();
    pending.delete(key);
  }

  return {
    cancel,
    set(key, delay) {
      const due = clock.now() + delay;
      const earlier = pending.get(key);
      if (earlier && earlier.due <= due) return;
      cancel(key);
      const stop = clock.after(delay, () => {
        pending.delete(key);
        wake(key);
      });
      pending.set(key, { due, cancel: stop });
    },
    cancelAll() {
      for (const key of [...pending.keys()]) cancel(key);
    },
  };
}

/** How long each key waits after its next failure. */
interface Backoffs {
  /** Milliseconds, longer with each call until `forget`. */
  next(key: string): number;
  /** The key succeeded: it begins anew. */
  forget(key: string): void;
  clear(): void;
}

function createBackoffs(backoff: Backoff, random: Random): Backoffs {
  const failures = new Map<string, number>();
  return {
    next(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return backoffDelay(backoff, count, random);
    },
    forget: (key) => void failures.delete(key),
    clear: () => failures.clear(),
  };
}
