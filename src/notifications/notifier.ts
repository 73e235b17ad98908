import type { BusEntry, EventBus } from '../awsApi/eventBus.ts';
import type { Recorder } from '../controller/ports.ts';
import { backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { graceSignal } from '../time/deadline.ts';
import { pause } from '../time/sleep.ts';
import { notificationOf } from './notification.ts';

export interface NotifierOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly bus: EventBus;
  readonly clusterName: string;
  /** Sent and taken, or given up: the oldest when too many wait, or one that the bus refuses again and again. */
  readonly onOutcome: (outcome: 'sent' | 'dropped') => void;
  /** Why sending fails, once until it works again. */
  readonly onProblem: (message: string) => void;
  readonly capacity?: number;
}

export interface Notifier {
  readonly recorder: Recorder;
  /** Sends what is announced until the signal is aborted, and for a few seconds what is left. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const batchSize = 10;
const backoff = { first: 1_000, longest: 60_000 };
/** How often an entry is tried that the bus refuses while it takes others. */
const mostRefusals = 5;
const finalGrace = 5_000;

interface Waiting {
  readonly entry: BusEntry;
  refusals: number;
}

/** Tells people outside through an event bus. Announcing never waits and never fails: when too many wait, the oldest go. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { clock, random, bus, onOutcome, capacity = 1_000 } = options;
  const waiting: Waiting[] = [];
  let arrived = () => {};
  let troubled = false;

  const push = (entries: readonly Waiting[]) => {
    waiting.push(...entries);
    while (waiting.length > capacity) {
      waiting.shift();
      onOutcome('dropped');
    }
  };

  /** One batch; false when it, or a part of it, has to be tried again. */
  const send = async (signal: AbortSignal): Promise<boolean> => {
    const batch = waiting.splice(0, batchSize);
    try {
      const refused = new Set(
        await bus.put(
          batch.map(({ entry }) => entry),
          signal,
        ),
      );
      const left = batch.filter(({ entry }) => refused.has(entry));
      for (let sent = left.length; sent < batch.length; sent += 1) onOutcome('sent');
      for (const item of left) item.refusals += 1;
      const again = left.filter(({ refusals }) => refusals < mostRefusals);
      for (let given = again.length; given < left.length; given += 1) onOutcome('dropped');
      waiting.unshift(...again);
      troubled = false;
      return again.length === 0;
    } catch (error) {
      waiting.unshift(...batch);
      push([]);
      if (!troubled && !signal.aborted) {
        options.onProblem(`cannot send notifications: ${error instanceof Error ? error.message : error}`);
      }
      troubled = true;
      return false;
    }
  };

  return {
    recorder: {
      emit(notice) {
        const entry = notificationOf(notice, options.clusterName);
        if (entry === undefined) return;
        push([{ entry, refusals: 0 }]);
        arrived();
      },
    },
    async run(signal) {
      using late = graceSignal(clock, signal, finalGrace);
      signal.addEventListener('abort', () => arrived(), { once: true });
      let failures = 0;
      while (!late.aborted && !(signal.aborted && waiting.length === 0)) {
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            arrived = resolve;
          });
          continue;
        }
        failures = (await send(late)) ? 0 : failures + 1;
        if (failures > 0) await pause(clock, backoffDelay(backoff, failures, random), late);
      }
    },
  };
}
