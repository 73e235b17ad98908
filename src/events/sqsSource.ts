import type { Clock, Random } from '../controller/ports.ts';
import { sleep } from '../controller/ports.ts';
import { backoffDelay, graceSignal } from './backoff.ts';

export interface QueueMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
}

/** Why a queue does not deliver. */
export type QueueFault =
  | 'Missing'
  | 'CredentialsUnusable'
  | 'Denied'
  | 'KeyDenied'
  | 'Throttled'
  | 'Unreachable';

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

export interface SourceOptions {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes up to ten bodies; they are deleted when it is done, and come again when it throws. */
  readonly handle: (bodies: readonly string[], signal: AbortSignal) => void | Promise<void>;
  /** After every receive: why it failed, or undefined when the queue answered. */
  readonly onReceive: (fault: QueueError | undefined) => void;
  /** Handled messages could not be deleted; they come again and are known by their event ids. */
  readonly onRemovalFault: (fault: QueueError) => void;
  readonly maximumReceivers?: number;
  readonly visibilitySeconds?: number;
}

const batchSize = 10;
const longPollSeconds = 20;
const errorBackoff = { base: 1_000, cap: 60_000 };
/** Milliseconds: an empty answer that comes sooner was no long poll, and another would make a busy loop. */
const soonestEmpty = 1_000;
const removalAttempts = 4;
const removalBackoff = { base: 200, cap: 2_000 };
/** Seconds until messages come again whose handling failed: at once would be a busy loop. */
const secondTrySeconds = 5;
/** Milliseconds after the end for deleting what was handled and giving back what was not. */
const farewell = 5_000;

/**
 * Takes messages from the queue until the signal is aborted; resolves when all that was received is deleted or given back.
 * Never rejects. One receiver waits on a long poll; full batches call further ones to help, empty ones send them home.
 * A receiver asks for more only after its batch is handled and deleted: memory is bounded by receivers times ten messages.
 */
export async function consumeQueue(options: SourceOptions, signal: AbortSignal): Promise<void> {
  const { clock, maximumReceivers = 16 } = options;
  using late = graceSignal(clock, signal, farewell);
  const batches = batchHandling(options, signal, late);
  const receivers = new Set<Promise<void>>();
  const helpWanted = () => {
    if (receivers.size >= maximumReceivers - 1) return;
    const receiver = help().finally(() => receivers.delete(receiver));
    receivers.add(receiver);
  };
  const receiving = receiveWith(options, signal);

  async function help(): Promise<void> {
    while (!signal.aborted) {
      const batch = await receiving(1).catch(() => []);
      if (batch.length === 0) return;
      if (batch.length === batchSize) helpWanted();
      await batches(batch);
    }
  }

  let failures = 0;
  while (!signal.aborted) {
    const began = clock.now();
    try {
      const batch = await receiving(longPollSeconds);
      failures = 0;
      if (batch.length === batchSize) helpWanted();
      if (batch.length > 0) await batches(batch);
      else if (clock.now() - began < soonestEmpty) await sleep(clock, soonestEmpty, signal);
    } catch {
      if (signal.aborted) break;
      failures += 1;
      await sleep(clock, backoffDelay(errorBackoff, failures, options.random), signal).catch(() => {});
    }
  }
  await Promise.allSettled(receivers);
}

function receiveWith({ queue, onReceive, visibilitySeconds = 30 }: SourceOptions, signal: AbortSignal) {
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

/** Handles a batch to its end: deleted, or given back. Never rejects. */
function batchHandling(options: SourceOptions, signal: AbortSignal, late: AbortSignal) {
  const { queue, handle, clock, onRemovalFault, visibilitySeconds = 30 } = options;

  const giveBack = (batch: readonly QueueMessage[]) =>
    // When this fails they come again by themselves, only later.
    queue.setVisibility(batch, signal.aborted ? 0 : secondTrySeconds, late).catch(() => {});

  const keepInvisible = (batch: readonly QueueMessage[]): (() => void) => {
    let cancel = () => {};
    const renewLater = () => {
      cancel = clock.after(visibilitySeconds * 500, () => {
        // A failed renewal costs a second handling at worst, and that is recognised by its event id.
        void queue.setVisibility(batch, visibilitySeconds, late).catch(() => {});
        renewLater();
      });
    };
    renewLater();
    return () => cancel();
  };

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
      await sleep(clock, backoffDelay(removalBackoff, attempt, options.random), late).catch(() => {});
    }
  };

  return async (batch: readonly QueueMessage[]): Promise<void> => {
    if (signal.aborted) return giveBack(batch);
    const release = keepInvisible(batch);
    try {
      await handle(
        batch.map(({ body }) => body),
        signal,
      );
    } catch {
      release();
      return giveBack(batch);
    }
    await remove(batch);
    release();
  };
}

function asQueueError(error: unknown): QueueError {
  if (error instanceof QueueError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new QueueError('Unreachable', message, { cause: error });
}
