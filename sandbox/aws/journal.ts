import type { AwsError } from './awsError.ts';
import type { Caller } from './identity.ts';
import type { Members } from './service.ts';

/** What became of one request. Lost: the caller had no answer. */
export type JournalResult =
  | { readonly kind: 'Answered'; readonly output: Members }
  | { readonly kind: 'Refused'; readonly error: AwsError }
  | { readonly kind: 'Lost'; readonly applied: boolean };

export interface JournalEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly readOnly: boolean;
  /** Absent when the credentials were not known. */
  readonly caller?: Caller;
  readonly region: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly input: Members;
  readonly result: JournalResult;
}

export interface Journal {
  entries(): readonly JournalEntry[];
  /** Requests for operations that change something, whatever became of them. */
  writes(): readonly JournalEntry[];
  /** How often an operation was asked for. */
  count(operation: string): number;
  clear(): void;
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  add(entry: JournalEntry): void;
}

/** Remembers at least the last `limit` requests. */
export function createJournal(limit = 20_000): Journal {
  let entries: JournalEntry[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  return {
    entries: () => entries,
    writes: () => entries.filter((entry) => !entry.readOnly),
    count: (operation) => entries.filter((entry) => entry.operation === operation).length,
    clear() {
      entries = [];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(entry) {
      entries.push(entry);
      // Twice the limit before it is cut, so that cutting costs nothing on average.
      if (entries.length > limit * 2) entries = entries.slice(-limit);
      for (const listener of listeners) listener(entry);
    },
  };
}
