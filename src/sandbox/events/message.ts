import { hash } from 'node:crypto';
import { invalidValue, sqsError } from './sqsErrors.ts';

export interface MessageAttribute {
  /** String, Number or Binary, and whatever custom label follows after a dot. */
  readonly dataType: string;
  readonly stringValue?: string;
  /** In base64. */
  readonly binaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface NewMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  readonly delaySeconds?: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** Principal id of who sends. */
  readonly senderId?: string;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly bodyDigest: string;
  readonly attributesDigest: string | undefined;
  readonly attributes: MessageAttributes;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Its place in the order of sending. */
  readonly sequence: number;
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

export function refuseBadAttributes(attributes: MessageAttributes): void {
  const names = Object.keys(attributes);
  if (names.length > 10) {
    throw invalidValue('MessageAttributes', names.length, 'A message can have at most 10 attributes.');
  }
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(attributes)) {
    const base = dataType.split('.')[0] ?? '';
    const complete = base === 'Binary' ? binaryValue : stringValue;
    if (!['String', 'Number', 'Binary'].includes(base)) {
      throw invalidValue(
        'MessageAttributes',
        name,
        `The type '${dataType}' is none of Binary, Number, String.`,
      );
    }
    if (complete === undefined || complete === '') {
      throw invalidValue('MessageAttributes', name, `The value of type '${base}' must not be empty.`);
    }
  }
}

/** Size as SQS counts it, in bytes: the body, and names, types and values of the attributes. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { dataType, stringValue, binaryValue }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(dataType) +
      (binaryValue === undefined
        ? Buffer.byteLength(stringValue ?? '')
        : Buffer.byteLength(binaryValue, 'base64')),
    Buffer.byteLength(body),
  );
}

export function digestOf(text: string): string {
  return hash('md5', text);
}

/**
 * MD5 over the attributes in the order of their names, each part with its length before it ("Calculating the MD5
 * message digest for message attributes", Amazon SQS Developer Guide). Undefined when there are none.
 */
export function attributesDigest(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { dataType, stringValue, binaryValue } = attributes[name] ?? { dataType: '' };
    const value =
      binaryValue === undefined ? Buffer.from(stringValue ?? '') : Buffer.from(binaryValue, 'base64');
    const kind = Buffer.from([binaryValue === undefined ? 1 : 2]);
    return [withLength(Buffer.from(name)), withLength(Buffer.from(dataType)), kind, withLength(value)];
  });
  return hash('md5', Buffer.concat(parts));
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
