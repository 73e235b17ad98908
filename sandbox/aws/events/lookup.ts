import { AwsError } from '../awsError.ts';
import type { InputShape } from '../inputs.ts';
import { optionalInteger, optionalText, text } from '../inputs.ts';
import type { Call, Members } from '../service.ts';
import type { World } from '../world.ts';
import { written } from './cloudEvent.ts';
import { listOf, membersOf } from './sqsInputs.ts';
import type { CloudTrail } from './trail.ts';
import type { TrailRecord } from './trailRecord.ts';

export const lookupShape: InputShape = {
  LookupAttributes: { kind: 'list' },
  EventCategory: { kind: 'string', values: ['insight'] },
  MaxResults: { kind: 'integer', min: 1, max: 50 },
  NextToken: { kind: 'string' },
};

const attributes: Readonly<Record<string, (record: TrailRecord) => string | undefined>> = {
  EventId: ({ eventId }) => eventId,
  EventName: ({ eventName }) => eventName,
  ReadOnly: ({ readOnly }) => String(readOnly),
  Username: usernameOf,
  EventSource: ({ eventSource }) => eventSource,
  AccessKeyId: ({ accessKeyId }) => accessKeyId,
  ResourceType: () => undefined,
  ResourceName: () => undefined,
};

/**
 * The event history, the newest first: one attribute, a range of time, pages of at most 50 (LookupEvents, AWS CloudTrail
 * API Reference).
 */
export function lookupEvents(cloudTrail: CloudTrail, { input, caller, region }: Call): Members {
  const matches = attributeTest(input);
  const [from, to] = range(input);
  const found = cloudTrail
    .history(caller.accountId, region)
    .filter((record) => matches(record) && record.time >= from && record.time <= to);
  const start = startOf(found, optionalText(input, 'NextToken'));
  const size = optionalInteger(input, 'MaxResults') ?? 50;
  const reported = found.slice(start, start + size);
  const last = reported.at(-1);
  return {
    Events: reported.map(eventView),
    ...(last && found.length > start + size
      ? { NextToken: Buffer.from(last.eventId).toString('base64url') }
      : {}),
  };
}

function attributeTest(input: Members): (record: TrailRecord) => boolean {
  const given = listOf(input, 'LookupAttributes').map(membersOf);
  const invalid = () =>
    new AwsError('InvalidLookupAttributesException', 'You can only lookup with one valid attribute.');
  if (given.length > 1) throw invalid();
  if (given[0] === undefined) return () => true;
  const key = text(given[0], 'AttributeKey');
  const value = text(given[0], 'AttributeValue');
  const read = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (read === undefined || value === '') throw invalid();
  return (record) => read(record) === value;
}

function range(input: Members): readonly [from: number, to: number] {
  const time = (member: string, absent: number) => {
    const value = input[member];
    return typeof value === 'number' ? value * 1000 : value instanceof Date ? value.getTime() : absent;
  };
  const bounds = [time('StartTime', 0), time('EndTime', Number.POSITIVE_INFINITY)] as const;
  if (bounds[0] > bounds[1]) {
    throw new AwsError('InvalidTimeRangeException', 'The start time must be before the end time.');
  }
  return bounds;
}

function startOf(found: readonly TrailRecord[], token: string | undefined): number {
  if (token === undefined) return 0;
  const last = Buffer.from(token, 'base64url').toString();
  const at = found.findIndex(({ eventId }) => eventId === last);
  if (at === -1) throw new AwsError('InvalidNextTokenException', 'Invalid NextToken.');
  return at + 1;
}

function eventView(record: TrailRecord): Members {
  return {
    EventId: record.eventId,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    AccessKeyId: record.accessKeyId,
    // Whole seconds, as in the record itself.
    EventTime: new Date(Math.floor(record.time / 1000) * 1000),
    EventSource: record.eventSource,
    Username: usernameOf(record),
    Resources: [],
    CloudTrailEvent: written(record.json),
  };
}

/** A session is known by its own name, not by its role's. */
function usernameOf({ caller }: TrailRecord): string | undefined {
  if (caller?.type === 'Root') return 'root';
  if (caller?.type === 'IAMUser') return caller.userName;
  return caller?.type === 'AssumedRole' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined;
}

/** Two lookups a second, for an account in a region (LookupEvents). */
export function lookupThrottle(world: World): (call: Call) => void {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return ({ operation, caller, region, now }) => {
    const { throttles } = world.settings;
    if (operation !== 'LookupEvents' || throttles === 'off') return;
    const rate = 2 * throttles.scale;
    const key = `${caller.accountId}/${region}`;
    const bucket = buckets.get(key) ?? { tokens: rate, at: now };
    const tokens = Math.min(rate, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    buckets.set(key, { tokens: Math.max(0, tokens - 1), at: now });
    if (tokens < 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
  };
}
