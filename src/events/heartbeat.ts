import { type Observable, Subject } from 'rxjs';
import type { Clock, EventChannel, Random } from '../controller/ports.ts';
import { sleep } from '../controller/ports.ts';
import { backoffDelay } from './backoff.ts';
import { type BusEntry, BusError, type EventBus } from './eventBus.ts';
import { type Heartbeat, heartbeatDetailType } from './heartbeatEvent.ts';
import { createQueueProof, type QueueProof } from './queueProof.ts';
import type { QueueError } from './sqsSource.ts';

/** A bus and the queues that its events are to come through. */
export interface Circuit {
  readonly bus: EventBus;
  /** Names of the queues; they tell them apart and are shown. */
  readonly queues: readonly string[];
}

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Fresh at each start: only what this process sent proves anything to it. */
  readonly instance: string;
  readonly clusterName: string;
  readonly circuits: readonly Circuit[];
  /** Milliseconds from putting to hearing, on one clock. */
  readonly onRoundTrip: (milliseconds: number, queue: string) => void;
  /** Milliseconds between heartbeats of a proven circuit. Default 60,000. */
  readonly interval?: number;
  /** Milliseconds between heartbeats while not proven. Default 5,000. */
  readonly eagerInterval?: number;
  /** Heartbeats in a row that may be missing. Default 2. */
  readonly tolerated?: number;
}

export interface HeartbeatChannel extends EventChannel {
  /** After every change of what `state` answers. */
  readonly channelChanges$: Observable<void>;
  heard(heartbeat: Heartbeat, queue: string): void;
  /** What the queue answered to a receive. */
  received(queue: string, fault: QueueError | undefined): void;
  /** Beats until the signal is aborted; never rejects. Afterwards nothing is proven any more. */
  run(signal: AbortSignal): Promise<void>;
}

const provenMessage =
  'heartbeats put on the event bus come back through every queue: changes are heard as they happen';
const sleepingMessage = 'events are not listened to: another replica leads';
const busBackoff = { base: 5_000, cap: 60_000 };
const eagerBeats = 60;

/**
 * Proves that events arrive: puts a heartbeat on the bus, which matches the same rule as the real events and must come
 * back through each queue. A queue is proven by one, and lost when several in a row are missing or it says no itself.
 */
export function createHeartbeat(options: HeartbeatOptions): HeartbeatChannel {
  const changes = new Subject<void>();
  let proofs = new Map<string, QueueProof>();
  let told = '';
  const state = () => stateOf(proofs);
  const onChange = () => {
    const now = JSON.stringify(state());
    if (now === told) return;
    told = now;
    changes.next();
  };
  told = JSON.stringify(state());

  return {
    channelChanges$: changes.asObservable(),
    state,
    heard({ instance, sequence, sentAt }, queue) {
      if (instance !== options.instance || proofs.get(queue)?.heard(sequence) !== true) return;
      options.onRoundTrip(options.clock.now() - sentAt, queue);
    },
    received: (queue, fault) => proofs.get(queue)?.received(fault),
    async run(signal) {
      const queues = options.circuits.flatMap(({ queues }) => queues);
      const { clock, tolerated = 2 } = options;
      proofs = new Map(
        queues.map((queue) => [queue, createQueueProof({ clock, queue, tolerated, onChange })]),
      );
      onChange();
      let sequence = 0;
      const nextNumber = () => {
        sequence += 1;
        return sequence;
      };
      const beating = options.circuits.map(({ bus, queues }) => {
        const own = queues.map((queue) => proofs.get(queue)).filter((proof) => proof !== undefined);
        return beat({ options, bus, proofs: own, nextNumber, changes$: changes }, signal);
      });
      await Promise.all(beating);
      proofs = new Map();
      onChange();
    },
  };
}

function stateOf(proofs: ReadonlyMap<string, QueueProof>): { driven: boolean; message: string } {
  if (proofs.size === 0) return { driven: false, message: sleepingMessage };
  const wanting = [...proofs.values()].filter(({ standing }) => standing !== 'Proven');
  if (wanting.length === 0) return { driven: true, message: provenMessage };
  return { driven: false, message: [...new Set(wanting.map(({ message }) => message))].join('; ') };
}

/** One circuit's beats, and what shortens the wait for the next. */
interface Beat {
  readonly options: HeartbeatOptions;
  readonly bus: EventBus;
  readonly proofs: readonly QueueProof[];
  readonly nextNumber: () => number;
  readonly changes$: Observable<void>;
}

async function beat(
  { options, bus, proofs, nextNumber, changes$ }: Beat,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random } = options;
  const isProven = () => proofs.every(({ standing }) => standing === 'Proven');
  let refusals = 0;
  let unproven = 0;
  while (!signal.aborted) {
    for (const proof of proofs) proof.review();
    const number = nextNumber();
    for (const proof of proofs) proof.sent(number);
    try {
      const left = await bus.put([entryOf(options, number)], signal);
      if (left.length > 0) throw new BusError('Transient', 'the event bus did not take the heartbeat');
      refusals = 0;
      for (const proof of proofs) proof.taken();
    } catch (error) {
      if (signal.aborted) return;
      refusals += 1;
      for (const proof of proofs) proof.notSent(asBusError(error), number);
    }
    unproven = isProven() ? 0 : unproven + 1;
    const wait = (delay: number) => waitFor({ clock, changes$, isUrgent: whenLost(isProven) }, delay, signal);
    if (refusals > 0) await wait(backoffDelay(busBackoff, refusals, random));
    else if (unproven > 0) await wait(unprovenDelay(options, unproven));
    else {
      const { answer, rest } = provenDelays(options);
      await wait(answer);
      // One that is missing is followed up at once, so that a loss is known in less than two minutes.
      if (isProven() && proofs.every(({ missing }) => missing === 0)) await wait(rest);
    }
  }
}

/** A queue that is lost while it counted as proven is to be proven again soon. */
function whenLost(isProven: () => boolean): () => boolean {
  const before = isProven();
  return () => before && !isProven();
}

interface Waiting {
  readonly clock: Clock;
  readonly changes$: Observable<void>;
  readonly isUrgent: () => boolean;
}

/** Waits, unless a change makes it urgent. */
async function waitFor(
  { clock, changes$, isUrgent }: Waiting,
  delay: number,
  signal: AbortSignal,
): Promise<void> {
  const urgency = new AbortController();
  const subscription = changes$.subscribe(() => {
    if (isUrgent()) urgency.abort();
  });
  await sleep(clock, delay, AbortSignal.any([signal, urgency.signal])).catch(() => {});
  subscription.unsubscribe();
}

function unprovenDelay(options: HeartbeatOptions, unproven: number): number {
  const { interval = 60_000, eagerInterval = 5_000 } = options;
  return (unproven > eagerBeats ? Math.max(eagerInterval, interval / 2) : eagerInterval) * jitter(options);
}

/** Until a heartbeat should be back, and from then to the next. */
function provenDelays(options: HeartbeatOptions): { answer: number; rest: number } {
  const { interval = 60_000 } = options;
  const whole = interval * jitter(options);
  return { answer: whole / 4, rest: (whole * 3) / 4 };
}

function jitter({ random }: HeartbeatOptions): number {
  return 0.9 + random() / 5;
}

function entryOf({ clock, instance, clusterName }: HeartbeatOptions, beatNumber: number): BusEntry {
  const sentAt = clock.now();
  const detail: Heartbeat = { eventName: 'Heartbeat', instance, clusterName, sequence: beatNumber, sentAt };
  return { detailType: heartbeatDetailType, detail: JSON.stringify(detail), time: sentAt, resources: [] };
}

function asBusError(error: unknown): BusError {
  if (error instanceof BusError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new BusError('Transient', message, { cause: error });
}
