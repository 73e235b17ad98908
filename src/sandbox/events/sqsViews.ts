import type { Members } from '../service.ts';
import { attributesDigest, type Message, type MessageAttribute } from './message.ts';
import type { Queue, Received } from './queue.ts';
import type { QueueAttributes } from './queueAttributes.ts';
import { sqsError } from './sqsErrors.ts';

/** Every attribute that GetQueueAttributes can tell. */
export function allAttributes(queue: Queue): QueueAttributes {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    ...queue.attributes(),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAt),
    LastModifiedTimestamp: seconds(queue.modifiedAt()),
  };
}

/** Names that are attributes though a queue may lack them. */
const others = [
  'All',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

export function chosenAttributes(queue: Queue, names: readonly string[]): QueueAttributes {
  const all = allAttributes(queue);
  const unknown = names.find((name) => !(name in all) && !others.includes(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

/** What a receiver asked to be told beside the body. */
export interface Wanted {
  readonly system: readonly string[];
  /** Names, `All`, or prefixes that end with `.*`. */
  readonly attributes: readonly string[];
}

export function messageView({ message, receiptHandle, receiveCount }: Received, wanted: Wanted): Members {
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => wanted.attributes.some((one) => covers(one, name))),
  );
  const digest = attributesDigest(attributes);
  const system = wanted.system.length === 0 ? {} : systemAttributes(message, receiveCount, wanted.system);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.bodyDigest,
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(digest === undefined
      ? {}
      : {
          MD5OfMessageAttributes: digest,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, attribute]) => [name, attributeView(attribute)]),
          ),
        }),
  };
}

function covers(wanted: string, name: string): boolean {
  if (wanted === 'All' || wanted === '.*') return true;
  return wanted.endsWith('.*') ? name.startsWith(wanted.slice(0, -2)) : wanted === name;
}

function attributeView({ dataType, stringValue, binaryValue }: MessageAttribute): Members {
  return {
    DataType: dataType,
    ...(stringValue === undefined ? {} : { StringValue: stringValue }),
    ...(binaryValue === undefined ? {} : { BinaryValue: binaryValue }),
  };
}

function systemAttributes(message: Message, receiveCount: number, names: readonly string[]): Members {
  const all: Members = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: sequenceNumber(message),
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name, value]) => value !== undefined && (names.includes('All') || names.includes(name)),
    ),
  );
}

/** Of FIFO queues only; twenty digits that grow. */
export function sequenceNumber({ deduplicationId, sequence }: Message): string | undefined {
  return deduplicationId === undefined ? undefined : `188${String(sequence).padStart(17, '0')}`;
}

export function sentView(message: Message): Members {
  return {
    MessageId: message.id,
    MD5OfMessageBody: message.bodyDigest,
    ...(message.attributesDigest === undefined ? {} : { MD5OfMessageAttributes: message.attributesDigest }),
    ...(message.traceHeader === undefined
      ? {}
      : {
          MD5OfMessageSystemAttributes: attributesDigest({
            AWSTraceHeader: { dataType: 'String', stringValue: message.traceHeader },
          }),
        }),
    ...(message.deduplicationId === undefined ? {} : { SequenceNumber: sequenceNumber(message) }),
  };
}

function seconds(time: number): string {
  return String(Math.floor(time / 1000));
}
