import { asObject, type Json } from '../text/json.ts';
import type { Clock } from '../time/clock.ts';
import { recentSet } from '../time/recentSet.ts';

/** Forms in which something else than EventBridge sends to the queue. The operator cannot read an event out of them. */
export const wrappings = ['S3Notification', 'LogFile', 'Compressed', 'UnconfirmedSubscription'] as const;
export type Wrapping = (typeof wrappings)[number];

/** The likely cause of a wrapping and its remedy, each a sentence for people. */
export const wrappingAdvice: Readonly<Record<Wrapping, { readonly cause: string; readonly remedy: string }>> =
  {
    S3Notification: {
      cause: 'An S3 bucket or a trail notifies this queue of new log files.',
      remedy: 'Remove that notification, and let an EventBridge rule send the events (trusted-access setup).',
    },
    LogFile: {
      cause: 'A program sends the Records array of a CloudTrail log file to this queue.',
      remedy: 'Stop that program, and let an EventBridge rule send the events (trusted-access setup).',
    },
    Compressed: {
      cause: 'A CloudWatch Logs subscription or a program sends compressed log data to this queue.',
      remedy: 'Remove it, and let an EventBridge rule send the events (trusted-access setup).',
    },
    UnconfirmedSubscription: {
      cause: 'An SNS topic of another account waits until its subscription of this queue is confirmed.',
      remedy:
        'If you know the topic, open the SubscribeURL of the message; otherwise remove its access to the queue.',
    },
  };

export type Unwrapped =
  | { readonly kind: 'Wrapped'; readonly wrapping: Wrapping }
  /** The JSON of the event, or of anything else; undefined: it is no JSON. */
  | { readonly kind: 'Plain'; readonly value: unknown };

/**
 * The event in the body of a queue message: the body itself, or the message inside a notification of SNS without raw
 * delivery. Never throws. Source: SNS developer guide, "Parsing message formats"; S3 user guide, "Event message
 * structure"; CloudTrail user guide, "Configuring Amazon SNS notifications"; CloudWatch Logs user guide, "Subscriptions".
 */
export function unwrap(body: string): Unwrapped {
  const value = parseJson(body);
  const json = asObject(value);
  const message = json?.['Type'] === 'Notification' ? json['Message'] : undefined;
  if (typeof message === 'string') return judge(parseJson(message), message);
  if (json?.['Type'] === 'SubscriptionConfirmation') {
    return { kind: 'Wrapped', wrapping: 'UnconfirmedSubscription' };
  }
  return judge(value, body);
}

/** Whether a message was counted as a wrapping. */
export function isWrapping(outcome: string): outcome is Wrapping {
  const all: readonly string[] = wrappings;
  return all.includes(outcome);
}

/** Reports a wrapping of a queue when it is first met, and once an hour as long as it goes on. */
export function wrappingReporter(
  clock: Clock,
  report: (wrapping: Wrapping, queue: string) => void,
): (outcome: string, queue: string) => void {
  const reported = recentSet(clock, 1_000, 3_600_000);
  return (outcome, queue) => {
    if (isWrapping(outcome) && reported.add(`${outcome} ${queue}`)) report(outcome, queue);
  };
}

function judge(value: unknown, text: string): Unwrapped {
  const wrapping = value === undefined || typeof value === 'string' ? packed(text) : wrappingOf(value);
  return wrapping === undefined ? { kind: 'Plain', value } : { kind: 'Wrapped', wrapping };
}

function wrappingOf(value: unknown): Wrapping | undefined {
  const json = asObject(value);
  if (json === undefined || typeof json['source'] === 'string') return undefined;
  if (asObject(json['awslogs']) !== undefined) return 'Compressed';
  if (json['Event'] === 's3:TestEvent') return 'S3Notification';
  if (typeof json['s3Bucket'] === 'string' && 's3ObjectKey' in json) return 'S3Notification';
  const records = json['Records'];
  if (!Array.isArray(records)) return undefined;
  return records.some(isS3) ? 'S3Notification' : 'LogFile';
}

function isS3(record: unknown): boolean {
  const json: Json | undefined = asObject(record);
  return json?.['eventSource'] === 'aws:s3';
}

/** How gzip begins in base64; SQS takes no bytes that are no text. */
function packed(text: string): Wrapping | undefined {
  return /^"?H4sI/.test(text) ? 'Compressed' : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
