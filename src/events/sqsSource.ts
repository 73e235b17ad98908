import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  expand,
  filter,
  finalize,
  from,
  ignoreElements,
  interval,
  map,
  type Observable,
  of,
  takeUntil,
  timer,
} from 'rxjs';
import type { QueueFault } from '../awsApi/awsFault.ts';
import { backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { graceSignal } from '../time/deadline.ts';
import { pause } from '../time/sleep.ts';
import { abortOf, type Winding, windingUp } from '../time/streams.ts';

export interface QueueMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
}

export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly fault: QueueFault;

  constructor(fault: QueueFault, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}

/** One SQS queue. Each call rejects with a QueueError, or with the signal's reason when aborted. At most ten messages a call. */
export interface Queue {
  receive(
    options: { readonly waitSeconds: number; readonly visibilitySeconds: number },
    signal: AbortSignal,
  ): Promise<readonly QueueMessage[]>;
  /** Resolves to those that could not be deleted. */
  remove(messages: readonly QueueMessage[], signal: AbortSignal): Promise<readonly QueueMessage[]>;
  /** 0 seconds: visible again now. */
  setVisibility(messages: readonly QueueMessage[], seconds: number, signal: AbortSignal): Promise<void>;
}

export interface SourceOptions<T> {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes up to ten bodies; they are deleted when it is done, and come again when it throws. */
  readonly handle: (bodies: readonly string[], signal: AbortSignal) => T | Promise<T>;
  /** After every receive: why it failed, or undefined when the queue answered. */
  readonly onReceive: (fault: QueueError | undefined) => void;
  /** Handled messages could not be deleted; they come again and are known by their event ids. */
  readonly onRemovalFault: (fault: QueueError) => void;
  readonly maximumReceivers?: number;
  readonly visibilitySeconds?: number;
}

const batchSize = 10;
const longPollSeconds = 20;
const errorBackoff = { first: 1_000, longest: 60_000 };
/** Milliseconds: an empty answer that comes sooner was no long poll, and another would make a busy loop. */
const soonestEmpty = 1_000;
const removalAttempts = 4;
const removalBackoff = { first: 200, longest: 2_000 };
/** Seconds until messages come again whose handling failed: at once would be a busy loop. */
const secondTrySeconds = 5;
/** Milliseconds after the end for deleting what was handled and giving back what was not. */
const finalGrace = 5_000;

/** `Waiting` on a long poll: always one. `Helping` with a burst: called by a full batch, gone after an empty one. */
type Receiver = 'Waiting' | 'Helping';
type Step<T> = { readonly receiver: Receiver } | { readonly handled: T };

/**
 * Takes messages while it is subscribed to, and emits what `handle` returned for each batch. Never errors.
 * A receiver asks for more only after its batch is handled and deleted: memory is bounded by receivers times ten messages.
 * Unsubscribing cancels the long poll; `idle` resolves when all that was received is deleted or given back.
 */
export function consumeQueue<T>(options: SourceOptions<T>): Winding<T> {
  return windingUp((stop) =>
    defer(() => {
      const late = graceSignal(options.clock, stop, finalGrace);
      const turn = receiverTurns(options, stop, batchHandling(options, stop, late));
      return of<Step<T>>({ receiver: 'Waiting' }).pipe(
        expand((step) => ('receiver' in step ? turn[step.receiver]() : EMPTY)),
        filter((step) => 'handled' in step),
        map(({ handled }) => handled),
        finalize(() => late[Symbol.dispose]()),
      );
    }),
  );
}

type HandleBatch<T> = (batch: readonly QueueMessage[]) => Observable<Step<T>>;

/** One receive each, the handling of what came, and who receives next. */
function receiverTurns<T>(
  options: SourceOptions<T>,
  stop: AbortSignal,
  handled: HandleBatch<T>,
): Readonly<Record<Receiver, () => Observable<Step<T>>>> {
  const { clock, random, maximumReceivers = 16 } = options;
  const receive = receiveWith(options, stop);
  const wait = (delay: number) => timer(delay, clock).pipe(takeUntil(abortOf(stop)), ignoreElements());
  const next = (receiver: Receiver) => defer(() => (stop.aborted ? EMPTY : of({ receiver })));
  let receivers = 1;
  let failures = 0;

  const helpFor = (batch: readonly QueueMessage[]): Observable<Step<T>> => {
    if (batch.length < batchSize || receivers >= maximumReceivers) return EMPTY;
    receivers += 1;
    return of({ receiver: 'Helping' });
  };
  const poll = () =>
    defer(() => {
      const began = clock.now();
      return from(receive(longPollSeconds)).pipe(
        concatMap((batch) => {
          failures = 0;
          if (batch.length > 0) return concat(helpFor(batch), handled(batch));
          return clock.now() - began < soonestEmpty ? wait(soonestEmpty) : EMPTY;
        }),
        catchError(() => {
          failures += 1;
          return wait(backoffDelay(errorBackoff, failures, random));
        }),
      );
    });

  return {
    Waiting: () => concat(poll(), next('Waiting')),
    Helping: () =>
      defer(() => receive(1)).pipe(
        catchError(() => of([])),
        concatMap((batch) => {
          if (batch.length > 0) return concat(helpFor(batch), handled(batch), next('Helping'));
          receivers -= 1;
          return EMPTY;
        }),
      ),
  };
}

function receiveWith<T>({ queue, onReceive, visibilitySeconds = 30 }: SourceOptions<T>, signal: AbortSignal) {
  return async (waitSeconds: number): Promise<readonly QueueMessage[]> => {
    try {
      const batch = await queue.receive({ waitSeconds, visibilitySeconds }, signal);
      onReceive(undefined);
      return batch;
    } catch (error) {
      if (!signal.aborted) onReceive(asQueueError(error));
      throw error;
    }
  };
}

/** Handles a batch to its end: deleted, or given back. Never errors. */
function batchHandling<T>(options: SourceOptions<T>, signal: AbortSignal, late: AbortSignal): HandleBatch<T> {
  const { queue, handle, clock, onRemovalFault, visibilitySeconds = 30 } = options;

  const giveBack = (batch: readonly QueueMessage[]) =>
    // When this fails they come again by themselves, only later.
    from(queue.setVisibility(batch, signal.aborted ? 0 : secondTrySeconds, late)).pipe(
      catchError(() => EMPTY),
      ignoreElements(),
    );

  const keepInvisible = (batch: readonly QueueMessage[]) =>
    // A failed renewal costs a second handling at worst, and that is recognised by its event id.
    interval(visibilitySeconds * 500, clock).subscribe(
      () => void queue.setVisibility(batch, visibilitySeconds, late).catch(() => {}),
    );

  const remove = async (batch: readonly QueueMessage[]): Promise<void> => {
    let left = batch;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      try {
        left = await queue.remove(left, late);
      } catch (error) {
        if (late.aborted) return;
        onRemovalFault(asQueueError(error));
      }
      if (left.length === 0 || attempt === removalAttempts) return;
      await pause(clock, backoffDelay(removalBackoff, attempt, options.random), late);
    }
  };

  return (batch) => {
    if (signal.aborted) return giveBack(batch);
    const renewals = keepInvisible(batch);
    const handled = async (): Promise<Step<T>> => ({
      handled: await handle(
        batch.map(({ body }) => body),
        signal,
      ),
    });
    return concat(defer(handled), defer(() => remove(batch)).pipe(ignoreElements())).pipe(
      catchError(() => {
        renewals.unsubscribe();
        return giveBack(batch);
      }),
      finalize(() => renewals.unsubscribe()),
    );
  };
}

function asQueueError(error: unknown): QueueError {
  if (error instanceof QueueError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new QueueError('Unreachable', message, { cause: error });
}
