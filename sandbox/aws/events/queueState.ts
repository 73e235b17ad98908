import type { DueHeap } from './dueHeap.ts';
import type { Line } from './line.ts';
import { digestOf, type Message, type NewMessage, refuseUnsupportedText, sizeOf } from './message.ts';
import type { QueueIdentity, QueueNeeds, Received, ReceiveOptions } from './queue.ts';
import type { QueueRules } from './queueAttributes.ts';
import { openReceipt, type Receipt, receipt } from './receipts.ts';
import { invalidValue, sqsError } from './sqsErrors.ts';

/** Received and not yet deleted messages a queue may have ("Amazon SQS message quotas"). */
const mostInFlight = 120_000;

/** What a queue remembers; the functions here are its moves. */
export interface QueueState {
  readonly identity: QueueIdentity;
  readonly needs: QueueNeeds;
  readonly messages: Map<string, Message>;
  /** Those that wait to be received; messages marked Gone are passed over. */
  readonly visible: Line<Message>;
  readonly timers: DueHeap<Message>;
  readonly counts: { visible: number; inFlight: number; delayed: number };
  rules: QueueRules;
}

function move(state: QueueState, message: Message, to: Message['state']): void {
  const { counts } = state;
  if (message.state === 'Visible') counts.visible--;
  else if (message.state === 'InFlight') counts.inFlight--;
  else if (message.state === 'Delayed') counts.delayed--;
  if (to === 'Visible') counts.visible++;
  else if (to === 'InFlight') counts.inFlight++;
  else if (to === 'Delayed') counts.delayed++;
  message.state = to;
}

/** Timers of deleted messages are dropped once they are the greater part, so that memory follows the messages. */
function dropIdleTimers({ timers, counts }: QueueState): void {
  if (timers.size < 1024 || timers.size < 2 * (counts.inFlight + counts.delayed)) return;
  timers.keep((message, due) => message.due === due && message.state !== 'Gone');
}

/** What fell due since the last time. */
export function catchUp(state: QueueState): void {
  const now = state.needs.clock.now();
  for (let due = state.timers.next(); due !== undefined && due <= now; due = state.timers.next()) {
    const message = state.timers.pop();
    // A timer of before: the message was deleted, or its time was changed.
    if (message === undefined || message.due !== due) continue;
    if (message.state === 'Delayed' || message.state === 'InFlight') show(state, message);
  }
  dropIdleTimers(state);
  for (const message of state.messages.values()) {
    if (message.sentAt + state.rules.retention > now) break;
    forget(state, message);
  }
}

function show(state: QueueState, message: Message): void {
  move(state, message, 'Visible');
  state.visible.push(message);
}

function forget(state: QueueState, message: Message): void {
  move(state, message, 'Gone');
  state.messages.delete(message.id);
}

export function send(state: QueueState, sent: NewMessage): Message {
  const { rules, needs } = state;
  const attributes = sent.attributes ?? {};
  refuseUnsupportedText(sent.body);
  if (sizeOf(sent.body, attributes) > rules.maximumSize) {
    throw invalidValue('MessageBody', '…', `Message must be shorter than ${rules.maximumSize} bytes.`);
  }
  const now = needs.clock.now();
  const message: Message = {
    id: needs.newId(),
    body: sent.body,
    bodyDigest: digestOf(sent.body),
    attributes,
    senderId: sent.senderId ?? state.identity.account,
    sentAt: now,
    deadLetterSourceArn: undefined,
    firstReceivedAt: undefined,
    receiveCount: 0,
    state: 'Gone',
    due: now + (sent.delaySeconds === undefined ? rules.delay : sent.delaySeconds * 1000),
  };
  accept(state, message, now);
  return message;
}

function accept(state: QueueState, message: Message, now: number): void {
  state.messages.set(message.id, message);
  if (message.due <= now) {
    show(state, message);
    return;
  }
  move(state, message, 'Delayed');
  state.timers.push(message.due, message);
}

export function adopt(state: QueueState, message: Message, sourceArn: string): void {
  const now = state.needs.clock.now();
  accept(state, { ...message, deadLetterSourceArn: sourceArn, state: 'Gone', due: now }, now);
}

export function receive(state: QueueState, options: ReceiveOptions): readonly Received[] {
  catchUp(state);
  if (state.counts.inFlight >= mostInFlight) {
    throw sqsError('OverLimit', `Too many messages in flight: at most ${mostInFlight}.`);
  }
  const received: Received[] = [];
  while (received.length < options.limit) {
    const message = state.visible.shift();
    if (message === undefined) break;
    if (message.state !== 'Visible' || moveToDeadLetters(state, message)) continue;
    received.push(hand(state, message, options));
  }
  return received;
}

function hand(state: QueueState, message: Message, options: ReceiveOptions): Received {
  const now = state.needs.clock.now();
  message.receiveCount++;
  message.firstReceivedAt ??= now;
  message.due = now + (options.visibilityTimeout ?? state.rules.visibilityTimeout);
  const received = {
    message,
    receiptHandle: receipt(state.identity, message),
    receiveCount: message.receiveCount,
  };
  move(state, message, 'InFlight');
  state.timers.push(message.due, message);
  return received;
}

/** Whether it had been received often enough. A dead-letter queue that is not there keeps the message here. */
function moveToDeadLetters(state: QueueState, message: Message): boolean {
  const { redrive } = state.rules;
  if (redrive === undefined || message.receiveCount < redrive.maxReceiveCount) return false;
  const target = state.needs.deadLetterQueue(redrive.deadLetterArn);
  if (target === undefined) return false;
  forget(state, message);
  target.take(message, state.identity.arn);
  return true;
}

function find(
  state: QueueState,
  handle: string,
): { readonly message: Message | undefined; readonly receipt: Receipt } {
  catchUp(state);
  const opened = openReceipt(state.identity, handle);
  if (opened === undefined) {
    throw sqsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    );
  }
  return { message: state.messages.get(opened.messageId), receipt: opened };
}

export function deleteMessage(state: QueueState, handle: string): void {
  const { message, receipt: opened } = find(state, handle);
  if (message === undefined) return;
  // With a handle of an earlier receive the request succeeds, and the message may stay (DeleteMessage, API Reference).
  if (opened.receiveCount === message.receiveCount) forget(state, message);
}

export function changeVisibility(state: QueueState, handle: string, timeout: number): void {
  const { message, receipt: opened } = find(state, handle);
  if (message?.state !== 'InFlight' || opened.receiveCount !== message.receiveCount) {
    throw sqsError(
      'MessageNotInflight',
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
  const now = state.needs.clock.now();
  message.due = now + timeout;
  if (timeout === 0) show(state, message);
  else state.timers.push(message.due, message);
}
