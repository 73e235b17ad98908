import type { QueueFault } from '../../src/awsApi/awsFault.ts';
import { type Queue, QueueError, type QueueMessage } from '../../src/events/sqsSource.ts';
import type { Clock } from '../../src/time/clock.ts';
import { sleep } from '../../src/time/sleep.ts';

interface Kept {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
  receives: number;
}

export interface FakeQueue extends Queue {
  send(...bodies: string[]): void;
  /** Every call answers with this until it is undefined again. */
  fault: QueueFault | undefined;
  /** How many entries of the next deletions fail. */
  refuseDeletions: number;
  /** Empty answers come at once, as through a broken proxy. */
  impatient: boolean;
  readonly left: number;
  readonly visible: number;
  readonly calls: { receive: number; remove: number; setVisibility: number };
  readonly mostAtOnce: number;
}

/** A queue with SQS's visibility, on virtual time. */
export function fakeQueue(clock: Clock): FakeQueue {
  const kept = new Map<string, Kept>();
  const arrivals = new Set<() => void>();
  const calls = { receive: 0, remove: 0, setVisibility: 0 };
  let sent = 0;
  let receiving = 0;
  let mostAtOnce = 0;

  const take = (visibilitySeconds: number): QueueMessage[] => {
    const batch: QueueMessage[] = [];
    for (const message of kept.values()) {
      if (batch.length === 10) break;
      if (message.visibleAt > clock.now()) continue;
      message.visibleAt = clock.now() + visibilitySeconds * 1_000;
      message.receives += 1;
      batch.push({ id: message.id, receiptHandle: `${message.id}#${message.receives}`, body: message.body });
    }
    return batch;
  };

  const answer = async (signal: AbortSignal) => {
    await Promise.resolve();
    signal.throwIfAborted();
    if (queue.fault !== undefined) throw new QueueError(queue.fault, `the queue is ${queue.fault}`);
  };

  const poll = async (waitSeconds: number, visibilitySeconds: number, signal: AbortSignal) => {
    const end = clock.now() + (queue.impatient ? 0 : waitSeconds * 1_000);
    for (;;) {
      const batch = take(visibilitySeconds);
      if (batch.length > 0 || clock.now() >= end) return batch;
      const arrival = new AbortController();
      const wake = () => arrival.abort();
      arrivals.add(wake);
      await sleep(clock, Math.min(1_000, end - clock.now()), AbortSignal.any([signal, arrival.signal])).catch(
        () => {},
      );
      arrivals.delete(wake);
      await answer(signal);
    }
  };

  const queue: FakeQueue = {
    fault: undefined,
    refuseDeletions: 0,
    impatient: false,
    calls,
    send(...bodies) {
      for (const body of bodies) {
        sent += 1;
        kept.set(`m${sent}`, { id: `m${sent}`, body, visibleAt: 0, receives: 0 });
      }
      for (const wake of arrivals) wake();
    },
    async receive({ waitSeconds, visibilitySeconds }, signal) {
      calls.receive += 1;
      receiving += 1;
      mostAtOnce = Math.max(mostAtOnce, receiving);
      try {
        await answer(signal);
        return await poll(waitSeconds, visibilitySeconds, signal);
      } finally {
        receiving -= 1;
      }
    },
    async remove(messages, signal) {
      calls.remove += 1;
      await answer(signal);
      return messages.filter(({ id }) => {
        if (queue.refuseDeletions > 0) {
          queue.refuseDeletions -= 1;
          return true;
        }
        kept.delete(id);
        return false;
      });
    },
    async setVisibility(messages, seconds, signal) {
      calls.setVisibility += 1;
      await answer(signal);
      for (const { id } of messages) {
        const message = kept.get(id);
        if (message) message.visibleAt = clock.now() + seconds * 1_000;
      }
    },
    get left() {
      return kept.size;
    },
    get visible() {
      return [...kept.values()].filter(({ visibleAt }) => visibleAt <= clock.now()).length;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
  };
  return queue;
}
