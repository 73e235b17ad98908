/** Time of the simulated AWS. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Runs `callback` once after `delay` milliseconds, unless the returned function is called before. */
  after(delay: number, callback: () => void): () => void;
}

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after: (delay, callback) => {
      const timer = setTimeout(callback, delay);
      return () => clearTimeout(timer);
    },
  };
}

export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order of its time. */
  advance(milliseconds: number): void;
}

/** A clock that only moves when told to. */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  let sequence = 0;
  const due = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const next = (until: number) =>
    [...due].filter(([, timer]) => timer.at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
  return {
    now: () => now,
    after(delay, callback) {
      const id = sequence++;
      due.set(id, { at: now + delay, callback });
      return () => due.delete(id);
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        due.delete(timer[0]);
        now = Math.max(now, timer[1].at);
        timer[1].callback();
      }
      now = until;
    },
  };
}

/** Resolves after `delay` milliseconds of the clock; rejects with the signal's reason when aborted before. */
export function pause(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delay, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}
