import type { Message } from './message.ts';

/** How long a FIFO queue knows a deduplication id again ("Exactly-once processing", Amazon SQS Developer Guide). */
const interval = 5 * 60_000;

/** What was sent lately, by deduplication id. */
export interface Deduplication {
  find(id: string, now: number): Message | undefined;
  remember(id: string, message: Message, now: number): void;
}

export function deduplication(): Deduplication {
  const recent = new Map<string, { readonly message: Message; readonly until: number }>();
  return {
    find(id, now) {
      const known = recent.get(id);
      return known !== undefined && known.until > now ? known.message : undefined;
    },
    remember(id, message, now) {
      for (const [old, { until }] of recent) {
        if (until > now) break;
        recent.delete(old);
      }
      recent.delete(id);
      recent.set(id, { message, until: now + interval });
    },
  };
}
