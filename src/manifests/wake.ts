import type { Clock } from '../controller/ports.ts';

export interface Wake {
  /** Goes off after so many milliseconds, or earlier if it was asked to before. */
  within(delay: number): void;
  /** Goes off when this was not called for `delay` milliseconds, at the latest `most` milliseconds after the first call. */
  whenQuiet(delay: number, most: number): void;
  /** Resolves when it goes off, or the signal is aborted; then nothing is pending any more. */
  wait(signal: AbortSignal): Promise<void>;
}

interface Alarm {
  readonly at: number;
  readonly cancel: () => void;
}

export function createWake(clock: Clock): Wake {
  let alarm: Alarm | undefined;
  let quiet: (Alarm & { readonly since: number }) | undefined;
  let rang = Promise.withResolvers<void>();

  const clear = () => {
    alarm?.cancel();
    quiet?.cancel();
    alarm = quiet = undefined;
  };
  const ring = () => {
    clear();
    rang.resolve();
  };
  const set = (at: number): Alarm => ({ at, cancel: clock.after(Math.max(0, at - clock.now()), ring) });

  return {
    within(delay) {
      const at = clock.now() + delay;
      if (alarm && alarm.at <= at) return;
      alarm?.cancel();
      alarm = set(at);
    },
    whenQuiet(delay, most) {
      const since = quiet?.since ?? clock.now();
      quiet?.cancel();
      quiet = { since, ...set(Math.min(clock.now() + delay, since + most)) };
    },
    async wait(signal) {
      const stop = () => rang.resolve();
      signal.addEventListener('abort', stop, { once: true });
      if (!signal.aborted) await rang.promise;
      signal.removeEventListener('abort', stop);
      rang = Promise.withResolvers();
      if (signal.aborted) clear();
    },
  };
}
