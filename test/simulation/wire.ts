import type { Random } from '../../src/time/clock.ts';
import type { Life } from './life.ts';
import type { Time } from './time.ts';

/** How it goes with calls over one network just now. Probabilities of one call. */
export interface NetworkFaults {
  /** Milliseconds there and back, at most. */
  latency: number;
  /** The connection breaks before anything is done. */
  lost: number;
  /** It is done, and nobody hears of it. */
  answerLost: number;
  /** Done or not, nothing ever comes back. */
  silent: number;
}

export const fair = (): NetworkFaults => ({ latency: 80, lost: 0, answerLost: 0, silent: 0 });

/**
 * A call from a process to a server. Once it is sent it arrives, whatever becomes of the caller, who waits no longer than
 * `patience` milliseconds.
 */
export type Wire = <T>(effect: () => T | Promise<T>, signal: AbortSignal, patience?: number) => Promise<T>;

class ConnectionBroken extends Error {
  override readonly name = 'Error';
  readonly code = 'ECONNRESET';
}

export function createWire(time: Time, random: Random, networkFaults: NetworkFaults, life: Life): Wire {
  return <T>(effect: () => T | Promise<T>, signal: AbortSignal, patience?: number) =>
    new Promise<T>((resolve, reject) => {
      if (life.isDead) return;
      if (signal.aborted) return reject(signal.reason);
      const caller = waitingCaller(life, signal, patience, reject);
      const broken = () => caller.receives(() => reject(new ConnectionBroken('read ECONNRESET')));
      const there = 1 + (networkFaults.latency / 2) * random();
      const back = 1 + (networkFaults.latency / 2) * random();
      const fate = random();
      const { lost, answerLost, silent } = networkFaults;
      const arrive = (finish: () => void) => {
        if (fate < lost + answerLost) broken();
        else if (fate >= lost + answerLost + silent) caller.receives(finish);
      };
      time.after(there, () => {
        if (fate < lost) return broken();
        const answer = (finish: () => void) => void time.after(back, () => arrive(finish));
        try {
          const value = effect();
          if (!(value instanceof Promise)) return answer(() => resolve(value));
          value.then(
            (late) => answer(() => resolve(late)),
            (error) => answer(() => reject(error)),
          );
        } catch (error) {
          answer(() => reject(error));
        }
      });
    });
}

/** Who made a call, and hears one thing of it: the answer, or that waiting is over. */
function waitingCaller(
  life: Life,
  signal: AbortSignal,
  patience: number | undefined,
  reject: (reason: unknown) => void,
) {
  const give = () => end(() => reject(signal.reason));
  const late = () => end(() => reject(new Error(`no answer within ${patience} ms`)));
  const cancel = patience === undefined ? undefined : life.clock.after(patience, late);
  const end = (finish: () => void) => {
    signal.removeEventListener('abort', give);
    cancel?.();
    finish();
  };
  signal.addEventListener('abort', give, { once: true });
  return { receives: (finish: () => void) => life.deliver(() => end(finish)) };
}
