import type { Clock } from '../clock.ts';
import type { Received, ReceiveOptions } from './queue.ts';

interface Waiter {
  readonly options: ReceiveOptions;
  settle(received: readonly Received[]): void;
}

/** Those who wait for a queue to have a message: first come, first served. */
export interface Waiters {
  poll(options: ReceiveOptions, wait: number, signal: AbortSignal | undefined): Promise<readonly Received[]>;
  /** Something may have become visible. */
  serve(): void;
  /** How many wait. */
  count(): number;
  close(): void;
}

export function waiters(
  clock: Clock,
  queue: {
    receive(options: ReceiveOptions): readonly Received[];
    nextDue(): number | undefined;
  },
): Waiters {
  const waiting = new Set<Waiter>();
  let disarm: (() => void) | undefined;

  /** One timer, and only while somebody waits, for the next message that shows up by itself. */
  const arm = (): void => {
    disarm?.();
    const due = queue.nextDue();
    disarm =
      waiting.size === 0 || due === undefined
        ? undefined
        : clock.after(Math.max(0, due - clock.now()), serve);
  };
  const serve = (): void => {
    if (waiting.size === 0) return;
    for (const waiter of waiting) {
      const received = queue.receive(waiter.options);
      if (received.length === 0) break;
      waiter.settle(received);
    }
    arm();
  };
  const wait = (options: ReceiveOptions, time: number, signal: AbortSignal | undefined) =>
    new Promise<readonly Received[]>((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(waiter);
        cancel();
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        options,
        settle(received) {
          leave();
          resolve(received);
        },
      };
      const cancel = clock.after(time, () => waiter.settle(queue.receive(options)));
      signal?.addEventListener('abort', abort, { once: true });
      waiting.add(waiter);
      arm();
    });
  return {
    serve,
    count: () => waiting.size,
    async poll(options, time, signal) {
      signal?.throwIfAborted();
      const received = queue.receive(options);
      return received.length > 0 || time <= 0 ? received : wait(options, time, signal);
    },
    close() {
      for (const waiter of waiting) waiter.settle([]);
      disarm?.();
    },
  };
}
