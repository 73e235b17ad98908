import { hash } from 'node:crypto';
import { sqsError } from './sqsErrors.ts';

/** What EventBridge says beside a dead letter. */
export interface MessageAttribute {
  readonly dataType: 'String';
  readonly stringValue: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface NewMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly delaySeconds?: number;
  /** Principal id of who sends. */
  readonly senderId?: string;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly bodyDigest: string;
  readonly attributes: MessageAttributes;
  readonly senderId: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly deadLetterSourceArn: string | undefined;
  firstReceivedAt: number | undefined;
  receiveCount: number;
  state: 'Delayed' | 'Visible' | 'InFlight' | 'Gone';
  /** When a delayed or received message shows up; milliseconds since the epoch. */
  due: number;
}

/** What a message may consist of: the characters of XML (SendMessage, Amazon SQS API Reference). */
const unsupported = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

export function refuseUnsupportedText(body: string): void {
  if (unsupported.test(body)) {
    throw sqsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  }
}

/** Size as SQS counts it, in bytes: the body, and names, types and values of the attributes. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { dataType, stringValue }]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(dataType) + Buffer.byteLength(stringValue),
    Buffer.byteLength(body),
  );
}

export function digestOf(text: string): string {
  return hash('md5', text);
}
