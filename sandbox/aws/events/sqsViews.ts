import type { Members } from '../service.ts';
import type { Message } from './message.ts';
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
];

export function chosenAttributes(queue: Queue, names: readonly string[]): QueueAttributes {
  const all = allAttributes(queue);
  const unknown = names.find((name) => !(name in all) && !others.includes(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

/** `wanted`: names of system attributes, or `All`. */
export function messageView(
  { message, receiptHandle, receiveCount }: Received,
  wanted: readonly string[],
): Members {
  const system = wanted.length === 0 ? {} : systemAttributes(message, receiveCount, wanted);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.bodyDigest,
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
  };
}

function systemAttributes(message: Message, receiveCount: number, names: readonly string[]): Members {
  const all: Members = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name, value]) => value !== undefined && (names.includes('All') || names.includes(name)),
    ),
  );
}

export function sentView(message: Message): Members {
  return { MessageId: message.id, MD5OfMessageBody: message.bodyDigest };
}

function seconds(time: number): string {
  return String(Math.floor(time / 1000));
}
