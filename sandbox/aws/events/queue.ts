import type { Clock } from '../clock.ts';
import { dueHeap } from './dueHeap.ts';
import { line } from './line.ts';
import type { Message, NewMessage } from './message.ts';
import { changeAttributes, type QueueAttributes, type QueueRules, rulesOf } from './queueAttributes.ts';
import {
  adopt,
  catchUp,
  changeVisibility,
  deleteMessage,
  type QueueState,
  receive,
  send,
} from './queueState.ts';
import { type Waiters, waiters } from './waiters.ts';

export interface QueueIdentity {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly arn: string;
}

export interface Received {
  readonly message: Message;
  readonly receiptHandle: string;
  readonly receiveCount: number;
}

export interface ReceiveOptions {
  /** 1 to 10. */
  readonly limit: number;
  /** Milliseconds; the queue's own when absent. */
  readonly visibilityTimeout?: number;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** One queue: a state machine that moves when it is asked, with the time of the clock. Errors are SQS's own. */
export interface Queue extends QueueIdentity {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  attributes(): QueueAttributes;
  rules(): QueueRules;
  modifiedAt(): number;
  counts(): QueueCounts;
  configure(change: QueueAttributes): void;
  send(message: NewMessage): Message;
  /** From another queue, as a dead letter. */
  take(message: Message, sourceArn: string): void;
  receive(options: ReceiveOptions): readonly Received[];
  /** Waits up to `wait` milliseconds for a first message. Rejects with the signal's reason. */
  poll(options: ReceiveOptions, wait: number, signal: AbortSignal | undefined): Promise<readonly Received[]>;
  /** How many wait for a message. */
  waiting(): number;
  delete(receiptHandle: string): void;
  /** `timeout` in milliseconds from now; 0 shows the message at once. */
  changeVisibility(receiptHandle: string, timeout: number): void;
  /** Nobody waits any longer. */
  close(): void;
}

export interface QueueNeeds {
  readonly clock: Clock;
  newId(): string;
  deadLetterQueue(arn: string): Queue | undefined;
}

export function createQueue(identity: QueueIdentity, initial: QueueAttributes, needs: QueueNeeds): Queue {
  const { clock } = needs;
  let attributes = initial;
  let modifiedAt = clock.now();
  const state: QueueState = {
    identity,
    needs,
    messages: new Map(),
    visible: line(),
    timers: dueHeap(),
    counts: { visible: 0, inFlight: 0, delayed: 0 },
    rules: rulesOf(initial),
  };
  const waiting: Waiters = waiters(clock, {
    receive: (options) => receive(state, options),
    nextDue: () => state.timers.next(),
  });
  const afterwards = <T>(result: T): T => {
    waiting.serve();
    return result;
  };
  return {
    ...identity,
    createdAt: clock.now(),
    tags: new Map(),
    attributes: () => attributes,
    rules: () => state.rules,
    modifiedAt: () => modifiedAt,
    counts: () => {
      catchUp(state);
      return { ...state.counts };
    },
    configure(change) {
      attributes = changeAttributes(attributes, change);
      state.rules = rulesOf(attributes);
      modifiedAt = clock.now();
    },
    send: (message) => afterwards(send(state, message)),
    take: (message, sourceArn) => afterwards(adopt(state, message, sourceArn)),
    receive: (options) => receive(state, options),
    poll: (options, wait, signal) => waiting.poll(options, wait, signal),
    waiting: () => waiting.count(),
    delete: (handle) => afterwards(deleteMessage(state, handle)),
    changeVisibility: (handle, timeout) => afterwards(changeVisibility(state, handle, timeout)),
    close: () => waiting.close(),
  };
}
