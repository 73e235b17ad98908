import type { Caller } from './identity.ts';
import type { Members, Value } from './service.ts';

interface RecordCommon {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly eventName: string;
  /** For example organizations.amazonaws.com. */
  readonly eventSource: string;
  /** The account in whose trail it stands. */
  readonly account: string;
  readonly region: string;
}

/** What CloudTrail would write down about one call. */
export interface ApiCallRecord extends RecordCommon {
  readonly kind: 'AwsApiCall';
  readonly readOnly: boolean;
  readonly caller: Caller;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly requestId: string;
  /** In lower camel case; null when there are none. Times are Dates. */
  readonly requestParameters: Members | null;
  readonly responseElements: Members | null;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** Something that AWS did by itself. */
export interface ServiceEventRecord extends RecordCommon {
  readonly kind: 'AwsServiceEvent';
  readonly readOnly: false;
  readonly serviceEventDetails: Members;
}

export type CloudRecord = ApiCallRecord | ServiceEventRecord;

export interface Stream<T> {
  /** Calls the listener for each from now on, at once; the returned function ends it. */
  subscribe(listener: (item: T) => void): () => void;
  publish(item: T): void;
}

export function stream<T>(): Stream<T> {
  const listeners = new Set<(item: T) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(item) {
      for (const listener of listeners) listener(item);
    },
  };
}

/** Members as CloudTrail spells them; null when there are none. */
export function recordedMembers(members: Members): Members | null {
  const entries = Object.entries(members).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[lowerCamel(name), recordedValue(value)]],
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function recordedValue(value: Value): Value {
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (isList(value)) return value.map(recordedValue);
  return recordedMembers(value) ?? {};
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
