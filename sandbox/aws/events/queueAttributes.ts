import { isObject, memberOf, parseJson } from './json.ts';
import { parsePolicy } from './queuePolicy.ts';
import { sqsError } from './sqsErrors.ts';

/** As SQS has them: names to texts. */
export type QueueAttributes = Readonly<Record<string, string>>;

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly standard: number;
}

/** Seconds and bytes, from SetQueueAttributes and "Amazon SQS message quotas". */
const numbers: Readonly<Record<string, Bounds>> = {
  VisibilityTimeout: { min: 0, max: 43_200, standard: 30 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, standard: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, standard: 345_600 },
  DelaySeconds: { min: 0, max: 900, standard: 0 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, standard: 0 },
};

const keyReuse: Bounds = { min: 60, max: 86_400, standard: 300 };
export interface Redrive {
  readonly deadLetterArn: string;
  readonly maxReceiveCount: number;
}

/** The attributes as the queue uses them; times in milliseconds. */
export interface QueueRules {
  readonly visibilityTimeout: number;
  readonly retention: number;
  readonly delay: number;
  readonly waitTime: number;
  /** Bytes. */
  readonly maximumSize: number;
  readonly redrive: Redrive | undefined;
  readonly keyId: string | undefined;
}

export function standardAttributes(): QueueAttributes {
  return {
    ...Object.fromEntries(Object.entries(numbers).map(([name, { standard }]) => [name, String(standard)])),
    SqsManagedSseEnabled: 'true',
  };
}

/** The attributes after a change; an empty text takes one away. @throws InvalidAttributeName, InvalidAttributeValue */
export function changeAttributes(before: QueueAttributes, change: QueueAttributes): QueueAttributes {
  const after = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(change)) {
    refuseBadAttribute(name, value);
    if (value === '') after.delete(name);
    else after.set(name, value);
  }
  if (change['KmsMasterKeyId']) {
    after.set('SqsManagedSseEnabled', 'false');
    if (!after.has('KmsDataKeyReusePeriodSeconds')) {
      after.set('KmsDataKeyReusePeriodSeconds', String(keyReuse.standard));
    }
  }
  if (change['SqsManagedSseEnabled'] === 'true' && !change['KmsMasterKeyId']) after.delete('KmsMasterKeyId');
  return Object.fromEntries(after);
}

function refuseBadAttribute(name: string, value: string): void {
  const bounds = name === 'KmsDataKeyReusePeriodSeconds' ? keyReuse : numbers[name];
  if (bounds !== undefined) {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= bounds.min && number <= bounds.max)) throw badValue(name, value);
  } else if (name === 'SqsManagedSseEnabled') {
    if (value !== 'true' && value !== 'false') throw badValue(name, value);
  } else if (name === 'Policy') {
    if (value !== '' && parsePolicy(value) === undefined) throw badValue(name, value);
  } else if (name === 'RedrivePolicy') {
    if (value !== '' && parseRedrive(value) === undefined) throw badValue(name, value);
  } else if (name === 'RedriveAllowPolicy') {
    if (value !== '' && !isObject(parseJson(value))) throw badValue(name, value);
  } else if (name !== 'KmsMasterKeyId') {
    throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
}

function badValue(name: string, value: string) {
  return sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}. Value: ${value}`);
}

function parseRedrive(text: string): Redrive | undefined {
  const policy = parseJson(text);
  const arn = memberOf(policy, 'deadLetterTargetArn');
  const count = Number(memberOf(policy, 'maxReceiveCount'));
  if (typeof arn !== 'string' || !arn.includes(':sqs:')) return undefined;
  return count >= 1 && count <= 1000 ? { deadLetterArn: arn, maxReceiveCount: count } : undefined;
}

export function rulesOf(attributes: QueueAttributes): QueueRules {
  const number = (name: string) => Number(attributes[name] ?? numbers[name]?.standard);
  const redrive = attributes['RedrivePolicy'];
  return {
    visibilityTimeout: number('VisibilityTimeout') * 1000,
    retention: number('MessageRetentionPeriod') * 1000,
    delay: number('DelaySeconds') * 1000,
    waitTime: number('ReceiveMessageWaitTimeSeconds') * 1000,
    maximumSize: number('MaximumMessageSize'),
    redrive: redrive === undefined ? undefined : parseRedrive(redrive),
    keyId: attributes['KmsMasterKeyId'],
  };
}
