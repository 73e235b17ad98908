import {
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  race,
  repeat,
  Subject,
  startWith,
  take,
  tap,
  timer,
} from 'rxjs';
import { type BusEntry, BusError, type EventBus } from '../awsApi/eventBus.ts';
import type { EventChannel } from '../controller/ports.ts';
import { type Heartbeat, heartbeatDetailType } from '../eventFormat/heartbeatEvent.ts';
import { backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { callOf } from '../time/streams.ts';
import { createDeliveryCheck, type DeliveryCheck } from './deliveryCheck.ts';
import type { QueueError } from './sqsSource.ts';

/** A bus and the queues that its events are to come through. */
export interface DeliveryPath {
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
  readonly deliveryPaths: readonly DeliveryPath[];
  /** Milliseconds from putting a heartbeat to its return, on one clock. */
  readonly onRoundTrip: (milliseconds: number, queue: string) => void;
  /** Milliseconds between heartbeats of a proven circuit. Default 60,000. */
  readonly interval?: number;
  /** Milliseconds between heartbeats while not proven. Default 5,000. */
  readonly eagerInterval?: number;
  /** Heartbeats in a row that may be missing. Default 2. */
  readonly tolerated?: number;
}

type ChannelState = NonNullable<ReturnType<EventChannel['state']>>;

export interface HeartbeatChannel {
  /**
   * Puts heartbeats while it is subscribed to, and emits at first and after every change of what `state` answers.
   * Nothing is proven once it is unsubscribed from.
   */
  readonly changes$: Observable<void>;
  /** `explain`: why heartbeats are lost on their way to that queue, if it is known. */
  state(explain?: (queue: string) => string | undefined): ChannelState;
  returned(heartbeat: Heartbeat, queue: string): void;
  /** What the queue answered to a receive. */
  received(queue: string, fault: QueueError | undefined): void;
}

const verifiedMessage =
  'heartbeats arrive through every queue, and no evidence contradicts that events arrive';
const sleepingMessage = 'this replica receives no events, because another replica leads';
const busBackoff = { first: 5_000, longest: 60_000 };
const eagerBeats = 60;

/**
 * Proves that events arrive: puts a heartbeat on the bus, which matches the same rule as the real events and must come
 * back through each queue. A queue is proven by one, and lost when several in a row are missing or it says no itself.
 */
export function createHeartbeat(options: HeartbeatOptions): HeartbeatChannel {
  const { clock, tolerated = 2 } = options;
  let deliveryChecks = new Map<string, DeliveryCheck>();
  const state: HeartbeatChannel['state'] = (explain) => stateOf(deliveryChecks, explain);

  const changes$ = defer(() => {
    const changed$ = new Subject<void>();
    const onChange = () => changed$.next();
    const queues = options.deliveryPaths.flatMap((deliveryPath) => deliveryPath.queues);
    deliveryChecks = new Map(
      queues.map((queue) => [queue, createDeliveryCheck({ clock, queue, tolerated, onChange })]),
    );
    let sequence = 0;
    const nextNumber = () => {
      sequence += 1;
      return sequence;
    };
    const beats = options.deliveryPaths.map(({ bus, queues }) => {
      const own = queues
        .map((queue) => deliveryChecks.get(queue))
        .filter((deliveryCheck) => deliveryCheck !== undefined);
      return beat({ options, bus, deliveryChecks: own, nextNumber, changed$ });
    });
    const states$ = changed$.pipe(
      startWith(undefined),
      map(() => JSON.stringify(state())),
      distinctUntilChanged(),
      map(() => undefined),
    );
    return merge(states$, ...beats);
  }).pipe(
    finalize(() => {
      deliveryChecks = new Map();
    }),
  );

  return {
    changes$,
    state,
    returned({ instance, sequence, sentAt }, queue) {
      if (instance !== options.instance || deliveryChecks.get(queue)?.returned(sequence) !== true) return;
      options.onRoundTrip(clock.now() - sentAt, queue);
    },
    received: (queue, fault) => deliveryChecks.get(queue)?.received(fault),
  };
}

function stateOf(
  deliveryChecks: ReadonlyMap<string, DeliveryCheck>,
  explain: (queue: string) => string | undefined = () => undefined,
): ChannelState {
  if (deliveryChecks.size === 0) return { driven: false, message: sleepingMessage };
  const wanting = [...deliveryChecks].filter(([, { state }]) => state !== 'Proven');
  if (wanting.length === 0) return { driven: true, message: verifiedMessage };
  const messages = wanting.map(
    ([queue, { isSilent, message }]) => (isSilent ? explain(queue) : undefined) ?? message,
  );
  return { driven: false, message: [...new Set(messages)].join('; ') };
}

/** One circuit's beats, and what shortens the wait for the next. */
interface Beat {
  readonly options: HeartbeatOptions;
  readonly bus: EventBus;
  readonly deliveryChecks: readonly DeliveryCheck[];
  readonly nextNumber: () => number;
  readonly changed$: Observable<void>;
}

/** Puts one heartbeat after the other until it is unsubscribed from. Emits nothing, never errors. */
function beat({ options, bus, deliveryChecks, nextNumber, changed$ }: Beat): Observable<never> {
  const { clock, random } = options;
  const isVerified = () => deliveryChecks.every(({ state }) => state === 'Proven');
  let refusals = 0;
  let unproven = 0;
  const put$ = defer(() => {
    for (const deliveryCheck of deliveryChecks) deliveryCheck.review();
    const number = nextNumber();
    for (const deliveryCheck of deliveryChecks) deliveryCheck.sent(number);
    return putOne(options, bus, number).pipe(
      tap(() => {
        refusals = 0;
        for (const deliveryCheck of deliveryChecks) deliveryCheck.taken();
      }),
      catchError((error: unknown) => {
        refusals += 1;
        for (const deliveryCheck of deliveryChecks) deliveryCheck.notSent(asBusError(error), number);
        return EMPTY;
      }),
    );
  });
  /** Less than `delay` when a queue that counts as proven is lost: it is to be proven again soon. */
  const rest = (delay: number) =>
    defer(() => {
      const before = isVerified();
      const lost$ = changed$.pipe(filter(() => before && !isVerified()));
      return race(timer(delay, clock), lost$).pipe(take(1));
    });
  const rest$ = defer(() => {
    unproven = isVerified() ? 0 : unproven + 1;
    if (refusals > 0) return rest(backoffDelay(busBackoff, refusals, random));
    if (unproven > 0) return rest(unprovenDelay(options, unproven));
    const delays = verifiedDelays(options);
    // One that is missing is followed up at once, so that a loss is known in less than two minutes.
    const isWell = () => isVerified() && deliveryChecks.every(({ missing }) => missing === 0);
    return concat(
      rest(delays.answer),
      defer(() => (isWell() ? rest(delays.rest) : EMPTY)),
    );
  });
  return concat(put$, rest$).pipe(ignoreElements(), repeat());
}

/** Emits once when the bus took the heartbeat; errors when it did not. */
function putOne(options: HeartbeatOptions, bus: EventBus, number: number): Observable<void> {
  return callOf(async (signal) => {
    const left = await bus.put([entryOf(options, number)], signal);
    if (left.length > 0) throw new BusError('Transient', 'the event bus rejected the heartbeat');
  });
}

function unprovenDelay(options: HeartbeatOptions, unproven: number): number {
  const { interval = 60_000, eagerInterval = 5_000 } = options;
  return (unproven > eagerBeats ? Math.max(eagerInterval, interval / 2) : eagerInterval) * jitter(options);
}

/** Until a heartbeat should be back, and from then to the next. */
function verifiedDelays(options: HeartbeatOptions): { answer: number; rest: number } {
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
