import type { QueueFault } from '../awsApi/awsFault.ts';
import type { BusError } from '../awsApi/eventBus.ts';
import { type Clock, sinceWhen } from '../time/clock.ts';
import type { QueueError } from './sqsSource.ts';

/**
 * Whether one queue delivers.
 * - Waiting: no heartbeat has come back yet
 * - Proven: one has
 * - Lost: several in a row have not, or the queue or the bus says no
 */
export type Standing = 'Waiting' | 'Proven' | 'Lost';

/** The proof for one queue: what was sent, what came back, what the queue and the bus say. */
export interface DeliveryCheck {
  /** It is about to be put: it may be back before the bus has answered. */
  sent(sequence: number): void;
  /** The bus took it. */
  taken(): void;
  /** It was refused after all. */
  notSent(error: BusError, sequence: number): void;
  /** False when it was not awaited: another process sent it, or it came back before. */
  returned(sequence: number): boolean;
  received(fault: QueueError | undefined): void;
  /** Takes stock before the next heartbeat; a queue is lost here when too many are missing. */
  review(): void;
  readonly state: Standing;
  /** Heartbeats sent and not come back since the last that did. */
  readonly missing: number;
  /** Whether heartbeats are lost on their way: the bus takes them, and the queue answers. */
  readonly isSilent: boolean;
  /** Why it is not proven. Does not move while nothing changes. */
  readonly message: string;
}

export interface DeliveryCheckOptions {
  readonly clock: Clock;
  /** Name of the queue for people. */
  readonly queue: string;
  /** Heartbeats in a row that may be missing; one more, and the queue is lost. */
  readonly tolerated: number;
  readonly onChange: () => void;
}

/** These do not pass by themselves: the queue is lost at the first. */
const lasting: readonly QueueFault[] = ['Missing', 'CredentialsUnusable', 'Denied', 'KeyDenied'];
/** Milliseconds that the others may last. */
const faultTolerated = 30_000;
const mostAwaited = 64;

export function createDeliveryCheck({
  clock,
  queue,
  tolerated,
  onChange,
}: DeliveryCheckOptions): DeliveryCheck {
  let state: Standing = 'Waiting';
  let message = waiting(queue);
  let awaited: number[] = [];
  let refusals = 0;
  let faultySince: number | undefined;
  let fault: QueueError | undefined;

  const become = (next: Standing, why: string) => {
    if (state === next && message === why) return;
    state = next;
    message = why;
    onChange();
  };

  return {
    sent(sequence) {
      awaited = [...awaited, sequence].slice(-mostAwaited);
    },
    taken() {
      refusals = 0;
    },
    notSent(error, sequence) {
      refusals += 1;
      awaited = awaited.filter((other) => other !== sequence);
      if (error.fault !== 'Transient' || refusals > tolerated || state === 'Lost') {
        become('Lost', noHeartbeat(error));
      }
    },
    returned(sequence) {
      if (!awaited.includes(sequence)) return false;
      // Later ones may still be under way; earlier ones no longer matter.
      awaited = awaited.filter((other) => other > sequence);
      become('Proven', '');
      return true;
    },
    received(error) {
      fault = error;
      if (error === undefined) {
        faultySince = undefined;
        return;
      }
      const now = clock.now();
      faultySince = sinceWhen(faultySince, now);
      const enduring = now - faultySince >= faultTolerated;
      if (lasting.includes(error.fault) || enduring || state === 'Lost') {
        awaited = [];
        become('Lost', noDelivery(queue, error));
      }
    },
    review() {
      // What the queue or the bus says tells more than silence.
      if (fault === undefined && refusals === 0 && awaited.length > tolerated)
        become('Lost', noReturn(queue));
    },
    get state() {
      return state;
    },
    get missing() {
      return awaited.length;
    },
    get isSilent() {
      return state === 'Lost' && message === noReturn(queue);
    },
    get message() {
      return message;
    },
  };
}

function waiting(queue: string): string {
  return `no heartbeat has arrived through queue ${queue} yet`;
}

function noReturn(queue: string): string {
  return `no heartbeat arrives through queue ${queue}, so the operator polls AWS. To find the cause, run trusted-access doctor`;
}

function noHeartbeat({ fault, message }: BusError): string {
  const what = fault === 'Denied' ? ' (events:PutEvents is not permitted)' : '';
  return `cannot send a heartbeat to the event bus${what}: ${message}`;
}

const words: Readonly<Record<QueueFault, string>> = {
  Missing: 'does not exist',
  CredentialsUnusable: 'cannot be read with these credentials',
  Denied: 'cannot be read, because sqs:ReceiveMessage is not permitted',
  KeyDenied:
    'is encrypted with a key that the operator cannot use, because kms:Decrypt is not permitted or the key is disabled',
  Throttled: 'is throttled by SQS',
  Unreachable: 'does not answer',
};

function noDelivery(queue: string, { fault, message }: QueueError): string {
  return `queue ${queue} ${words[fault]}: ${message}`;
}
