import { z } from 'zod';
import type { Clock } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { apiError, hasCode } from './api.ts';
import { type Collection, selecting } from './listing.ts';

/** Bookmarks come about once a minute; a stream silent for longer than this (milliseconds) is dead. */
export const inactivityLimit = 70_000;

/** An object is at most 1.5 MB in etcd; a longer line is no event. */
const longestLine = 16 * 1024 * 1024;

const eventSchema = z.object({ type: z.string(), object: z.unknown() });
const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) });

export type Change = { readonly type: 'Upserted' | 'Removed'; readonly object: unknown };

/** How one watch ended, and where the next one may go on. */
export type WatchEnd = {
  readonly resourceVersion: string;
  /** Whether the server said anything at all. */
  readonly received: boolean;
} & (
  | { readonly kind: 'Closed' }
  | { readonly kind: 'Expired' }
  | { readonly kind: 'Failed'; readonly error: unknown }
);

async function* linesOf(chunks: AsyncIterable<Uint8Array>, onChunk: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    onChunk();
    rest += decoder.decode(chunk, { stream: true });
    let end = rest.indexOf('\n');
    let start = 0;
    for (; end >= 0; end = rest.indexOf('\n', start)) {
      if (end > start) yield rest.slice(start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > longestLine) throw new Error('watch: an event has no end');
  }
}

const kinds: Readonly<Record<string, Change['type']>> = {
  ADDED: 'Upserted',
  MODIFIED: 'Upserted',
  DELETED: 'Removed',
};

export interface WatchOptions extends Collection {
  readonly clock: Clock;
  readonly resourceVersion: string;
  /** Seconds after which the server ends the watch. */
  readonly timeoutSeconds: number;
  readonly onChange: (change: Change) => void;
  /** The first event or bookmark came: the watch works. */
  readonly onActivity: () => void;
}

/**
 * One watch with bookmarks, until it ends in whatever way; never rejects. An ERROR event ends it, whether the
 * server closes the stream or not.
 */
export async function watch(options: WatchOptions, signal: AbortSignal): Promise<WatchEnd> {
  let { resourceVersion } = options;
  let received = false;
  const end = (error: unknown): WatchEnd => ({
    resourceVersion,
    received,
    ...(hasCode(error, 410) ? { kind: 'Expired' } : { kind: 'Failed', error }),
  });
  using until = deadline(
    options.clock,
    inactivityLimit,
    signal,
    `watch: no data for ${inactivityLimit / 1000} s`,
  );
  try {
    const query = {
      ...selecting(options.labelSelector),
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(options.timeoutSeconds),
    };
    const body = await options.api.stream({ method: 'GET', path: options.path, query }, until.signal);
    for await (const line of linesOf(body, () => until.extend())) {
      // A chunk that was read already must not reach a handler that has been stopped.
      if (signal.aborted) return end(signal.reason);
      const event = eventSchema.parse(JSON.parse(line));
      if (event.type === 'ERROR') {
        const error = apiError(event.object);
        until.abort(error);
        return end(error);
      }
      if (!received) options.onActivity();
      received = true;
      const type = kinds[event.type];
      const version = versionSchema.safeParse(event.object);
      if (type !== undefined) options.onChange({ type, object: event.object });
      if (version.success) resourceVersion = version.data.metadata.resourceVersion;
    }
    return { kind: 'Closed', resourceVersion, received };
  } catch (error) {
    // A stream that ends because of the signal rejects with an error of its own; the reason tells more.
    return end(until.signal.aborted ? until.signal.reason : error);
  }
}
