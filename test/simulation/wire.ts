import type { Random } from '../../src/controller/ports.ts';
import type { Life } from './life.ts';
import { type Time, wait } from './time.ts';

/** How it goes with calls over one network just now. Probabilities of one call. */
export interface Weather {
  /** Milliseconds there and back, at most. */
  latency: number;
  /** The connection breaks before anything is done. */
  lost: number;
  /** It is done, and nobody hears of it. */
  answerLost: number;
  /** Done or not, nothing ever comes back. */
  silent: number;
}

export const fair = (): Weather => ({ latency: 80, lost: 0, answerLost: 0, silent: 0 });

/** A call from a process to a server. Once it is sent it arrives, whatever becomes of the caller. */
export type Wire = <T>(effect: () => T | Promise<T>, signal: AbortSignal) => Promise<T>;

class ConnectionBroken extends Error {
  override readonly name = 'Error';
  readonly code = 'ECONNRESET';
}

export function createWire(time: Time, random: Random, weather: Weather, life: Life): Wire {
  return <T>(effect: () => T | Promise<T>, signal: AbortSignal) =>
    new Promise<T>((resolve, reject) => {
      if (life.isDead) return;
      if (signal.aborted) return reject(signal.reason);
      const give = () => reject(signal.reason);
      signal.addEventListener('abort', give, { once: true });
      const done = (finish: () => void) =>
        life.deliver(() => {
          signal.removeEventListener('abort', give);
          finish();
        });
      const broken = () => done(() => reject(new ConnectionBroken('read ECONNRESET')));
      const there = 1 + (weather.latency / 2) * random();
      const back = 1 + (weather.latency / 2) * random();
      const fate = random();
      const { lost, answerLost, silent } = weather;
      const travel = async () => {
        await wait(time, there);
        if (fate < lost) return broken();
        const finish = await settle(effect);
        await wait(time, back);
        if (fate < lost + answerLost) return broken();
        if (fate < lost + answerLost + silent) return;
        done(() => finish(resolve, reject));
      };
      void travel();
    });
}

type Finish<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => void;

async function settle<T>(effect: () => T | Promise<T>): Promise<Finish<T>> {
  try {
    const value = await effect();
    return (resolve) => resolve(value);
  } catch (error) {
    return (_, reject) => reject(error);
  }
}
