import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Named in the failure, so that it says what was waited for. */
  readonly what?: string;
}

/** Thrown by an attempt when waiting longer is of no use: the process it waits for has ended. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless';
}

/**
 * Calls until it neither throws nor rejects, and returns what it returned. For real processes alone: anything with
 * an injected clock is asserted at once.
 * @throws the last failure, with how long it was waited for.
 */
export const eventually = async <T>(attempt: () => T | Promise<T>, patience: Patience = {}): Promise<T> => {
  const { timeoutMs = 60_000, everyMs = 50, what = 'it' } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      if (performance.now() + everyMs > deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`waited ${timeoutMs} ms for ${what}; at the end: ${reason}`, { cause: error });
      }
    }
    await sleep(everyMs);
  }
};

/** Passes when the attempt keeps holding for the whole time: for "nothing happens". */
export const throughout = async (
  attempt: () => void | Promise<void>,
  { forMs, everyMs = 100 }: { readonly forMs: number; readonly everyMs?: number },
): Promise<void> => {
  const deadline = performance.now() + forMs;
  do {
    await attempt();
    await sleep(everyMs);
  } while (performance.now() < deadline);
};
