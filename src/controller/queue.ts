/*
 * Why not a library: rxjs operators lose a wake-up, run one key twice at once, or keep every key for ever
 * (groupBy with exhaustMap, switchMap, concatMap), and the npm queues carry payloads. This is client-go's
 * workqueue: dirty, processing, first in first out, with delays.
 */
import { type Backoff, backoffDelay, createDelays } from './delays.ts';
import type { Clock, Random } from './ports.ts';

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
  /** The next key, when there is one; undefined once the queue is closed. */
  take(): Promise<Work | undefined>;
  /** The key may be worked on again. */
  done(key: string): void;
  /** Keys that wait for a worker. */
  depth(): number;
  /** No more work is handed out. */
  close(): void;
}

const defaultBackoff: Backoff = { first: 1_000, longest: 5 * 60_000 };

export function createQueue(clock: Clock, random: Random, backoff: Backoff = defaultBackoff): WorkQueue {
  const ready = new Map<string, { readonly since: number; readonly wokenAt: number }>();
  const processing = new Set<string>();
  const again = new Map<string, number>();
  const delays = createDelays(clock, (key) => add(key));
  const failures = new Map<string, number>();
  const takers: ((work: Work | undefined) => void)[] = [];
  let closed = false;

  function add(key: string, at = clock.now()): void {
    if (closed) return;
    delays.cancel(key);
    if (processing.has(key)) {
      again.set(key, at);
      return;
    }
    ready.set(key, { since: ready.get(key)?.since ?? at, wokenAt: at });
    hand();
  }

  function hand(): void {
    while (takers.length > 0) {
      const next = ready.entries().next();
      if (next.done) return;
      const [key, { since, wokenAt }] = next.value;
      ready.delete(key);
      processing.add(key);
      takers.shift()?.({ key, wokenAt, waited: clock.now() - since });
    }
  }

  function addAfter(key: string, delay: number): void {
    if (!closed && !ready.has(key) && !again.has(key)) delays.set(key, delay);
  }

  return {
    add: (key) => add(key),
    addAfter,
    retry(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const delay = backoffDelay(backoff, count, random);
      addAfter(key, delay);
      return delay;
    },
    forget: (key) => void failures.delete(key),
    take() {
      if (closed) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        takers.push(resolve);
        hand();
      });
    },
    done(key) {
      processing.delete(key);
      const at = again.get(key);
      again.delete(key);
      if (at !== undefined) add(key, at);
    },
    depth: () => ready.size,
    close() {
      closed = true;
      delays.cancelAll();
      ready.clear();
      for (const taker of takers.splice(0)) taker(undefined);
    },
  };
}
