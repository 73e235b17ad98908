import type { ReadOptions } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';

/** Reads from AWS. `began` is called when the request really leaves: until then anybody may still join. */
export type Reader<T> = (signal: AbortSignal, began: () => void) => Promise<T>;

/** One fact that many ask for and one read answers. */
export interface SharedRead<T> {
  /**
   * What was read at or after `notBefore`: the last view, a running read that began after it, or one that
   * follows. A failure reaches those who joined that read and nobody else. An abort takes away the one who
   * aborted; the read itself is given up when nobody is left.
   */
  get(read: ReadOptions): Promise<T>;
  /** Whatever was read or is being read is outdated: an own write is under way or done. */
  outdate(): void;
  /** Nothing is running. */
  idle(): boolean;
}

interface Run<T> {
  /** Epoch milliseconds; Infinity while the request has not left. */
  beganAt: number;
  joiners: number;
  /** Something of our own changed since it was chosen: it answers those who joined it and nobody else. */
  outdated: boolean;
  readonly controller: AbortController;
  readonly result: Promise<T>;
  readonly start: () => void;
}

export function createSharedRead<T>(clock: Clock, read: Reader<T>): SharedRead<T> {
  let last: { readonly beganAt: number; readonly value: T } | undefined;
  let running: Run<T> | undefined;
  let next: Run<T> | undefined;

  const advance = (run: Run<T>): void => {
    if (running !== run) return;
    running = next;
    next = undefined;
    running?.start();
  };

  const createRun = (): Run<T> => {
    const controller = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // Those who joined hear of a failure; when all of them left, nobody has to.
    promise.catch(() => undefined);
    const began = (): void => {
      run.beganAt = clock.now();
    };
    const carryOut = async (): Promise<void> => {
      const startedAt = clock.now();
      try {
        const value = await read(controller.signal, began);
        const beganAt = Number.isFinite(run.beganAt) ? run.beganAt : startedAt;
        if (running === run && !run.outdated) last = { beganAt, value };
        resolve(value);
      } catch (error) {
        reject(error);
      } finally {
        advance(run);
      }
    };
    const run: Run<T> = {
      beganAt: Number.POSITIVE_INFINITY,
      joiners: 0,
      outdated: false,
      controller,
      result: promise,
      start: () => void carryOut(),
    };
    return run;
  };

  const abandon = (run: Run<T>, reason: unknown): void => {
    if (next === run) next = undefined;
    advance(run);
    run.controller.abort(reason);
  };

  const choose = (notBefore: number): Run<T> => {
    if (!running) {
      const run = createRun();
      running = run;
      run.start();
      return run;
    }
    if (!running.outdated && running.beganAt >= notBefore) return running;
    next ??= createRun();
    return next;
  };

  return {
    get({ notBefore, signal }) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const now = clock.now();
      const wanted = Math.min(notBefore, now);
      // A clock that was set back would make an old view look new.
      if (last && last.beganAt > now) last = undefined;
      if (last && last.beganAt >= wanted) return Promise.resolve(last.value);
      const run = choose(wanted);
      return join(run, signal, () => abandon(run, signal.reason));
    },
    outdate() {
      last = undefined;
      // One read at a time: side by side they would wait for each other's pages where AWS allows one a second.
      if (running) running.outdated = true;
    },
    idle: () => running === undefined,
  };
}

function join<T>(run: Run<T>, signal: AbortSignal, abandon: () => void): Promise<T> {
  run.joiners += 1;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      run.joiners -= 1;
      if (run.joiners === 0) abandon();
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    const settle = (): void => signal.removeEventListener('abort', leave);
    run.result.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}

/** Shared reads by key, of which the longest unused ones are forgotten. */
export interface SharedReads<T> {
  of(key: string, read: Reader<T>): SharedRead<T>;
  outdate(key: string): void;
}

/** How many facts are remembered, over all organizations. */
export interface Budget {
  used(fact: SharedRead<unknown>, forget: () => void): void;
}

export function createBudget(limit: number): Budget {
  const recent = new Map<SharedRead<unknown>, () => void>();
  return {
    used(fact, forget) {
      recent.delete(fact);
      recent.set(fact, forget);
      let spare = recent.size - limit;
      for (const [oldest, drop] of recent) {
        if (spare <= 0) return;
        // One that is running would be read twice if it were forgotten.
        if (oldest === fact || !oldest.idle()) continue;
        recent.delete(oldest);
        drop();
        spare -= 1;
      }
    },
  };
}

export function createSharedReads<T>(clock: Clock, budget: Budget): SharedReads<T> {
  const facts = new Map<string, SharedRead<T>>();
  return {
    of(key, read) {
      let fact = facts.get(key);
      if (!fact) {
        fact = createSharedRead(clock, read);
        facts.set(key, fact);
      }
      budget.used(fact, () => facts.delete(key));
      return fact;
    },
    outdate(key) {
      facts.get(key)?.outdate();
    },
  };
}
