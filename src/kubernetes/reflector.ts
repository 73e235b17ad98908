/**
 * Keeps a view of one collection current: LIST, then WATCH, for ever. Written here because the informer of
 * `@kubernetes/client-node` ends for good at the first refused list, and ignores bookmarks, Retry-After and
 * ERROR events. Follows what client-go's reflector does.
 */

import { createRetryDelays } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { pause } from '../time/sleep.ts';
import { ApiError, apiBackoff, hasCode } from './api.ts';
import { type Collection, list } from './listing.ts';
import { createTrouble, type Log } from './log.ts';
import { type Change, watch } from './watching.ts';

export interface ReflectorHandler {
  /** A list begins: the returned functions take each item, then the end. A list that fails never gets to `done`. */
  begin(): { add(item: unknown): void; done(): void };
  change(change: Change): void;
}

export interface ReflectorOptions extends Collection {
  /** As RBAC names it: `trustedaccesses.trustedaccess.dev`. */
  readonly resource: string;
  readonly handler: ReflectorHandler;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What to do when the collection is not served at all. */
  readonly whenMissing: string;
  /** Milliseconds after which everything is listed anew although nothing is amiss; default an hour. */
  readonly relistAfter?: number;
  readonly pageSize?: number;
}

export interface Reflector {
  /** Until the signal is aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Whether a list was complete once. */
  synced(): boolean;
  /** What keeps the view from being current; undefined when it is. */
  problem(): string | undefined;
}

/** A watch that ends sooner than this (milliseconds) is no success: the next one waits. */
const shortest = 1_000;
/** After this many failed watches in a row the version may be to blame: list anew. */
const patience = 3;

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function explain(error: unknown, verb: 'list' | 'watch', options: ReflectorOptions): string {
  if (hasCode(error, 404)) return options.whenMissing;
  if (hasCode(error, 403)) {
    return `missing permission: ${verb} ${options.resource}; allow it in the ClusterRole of the operator (${error.message})`;
  }
  if (hasCode(error, 401)) return `the API server rejects the credentials (${error.message})`;
  return `cannot ${verb} ${options.resource}: ${sentence(error)}`;
}

/** A handler that throws must not end the watch: its fault is told, and the next event comes. */
function guarded({ handler, log, resource }: ReflectorOptions): ReflectorHandler {
  const safely = <T>(what: string, run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      log.error({ err: error }, `${what} of ${resource} could not be handled: ${sentence(error)}`);
      return undefined;
    }
  };
  return {
    begin() {
      const listing = safely('a list', () => handler.begin());
      return {
        add: (item) => safely('an item', () => listing?.add(item)),
        done: () => safely('a list', () => listing?.done()),
      };
    },
    change: (change) => safely('a change', () => handler.change(change)),
  };
}

export function createReflector(options: ReflectorOptions): Reflector {
  const { clock, random, log } = options;
  const handler = guarded(options);
  const trouble = createTrouble(log);
  const delays = createRetryDelays(apiBackoff, random);
  const relistAfter = options.relistAfter ?? 3_600_000;
  let synced = false;
  let version: string | undefined;
  let listedAt = 0;
  let failures = 0;

  const wait = async (error: unknown, verb: 'list' | 'watch', signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    trouble.reported(explain(error, verb, options));
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
    await pause(clock, Math.max(delays.next(), asked), signal);
  };

  const listOnce = async (signal: AbortSignal): Promise<void> => {
    let listing: ReturnType<ReflectorHandler['begin']> | undefined;
    const begin = () => {
      listing = handler.begin();
      return listing.add;
    };
    try {
      const found = await list(options, begin, signal, options.pageSize);
      if (signal.aborted) return;
      listing?.done();
      version = found;
      listedAt = clock.now();
      failures = 0;
      synced = true;
      trouble.over(`${options.resource}: listed, and watched from now on`);
    } catch (error) {
      await wait(error, 'list', signal);
    }
  };

  const received = () => {
    delays.reset();
    failures = 0;
    trouble.over(`${options.resource}: watched again`);
  };

  const watchOnce = async (resourceVersion: string, signal: AbortSignal): Promise<void> => {
    const began = clock.now();
    const timeoutSeconds = Math.round(300 + 300 * random());
    const onChange = (change: Change) => handler.change(change);
    const request = { ...options, resourceVersion, timeoutSeconds, onChange, onActivity: received };
    const end = await watch(request, signal);
    if (signal.aborted) return;
    version = end.resourceVersion;
    if (end.kind === 'Failed') {
      failures += 1;
      if (failures >= patience || hasCode(end.error, 400, 403, 404)) version = undefined;
      return wait(end.error, 'watch', signal);
    }
    if (end.kind === 'Expired') {
      log.info({}, `${options.resource}: the watch history has expired; listing again`);
      version = undefined;
    } else if (clock.now() - began >= shortest) {
      return received();
    }
    await pause(clock, delays.next(), signal);
  };

  return {
    async run(signal) {
      while (!signal.aborted) {
        if (version === undefined || clock.now() - listedAt >= relistAfter) {
          await listOnce(signal);
          continue;
        }
        await watchOnce(version, signal);
      }
    },
    synced: () => synced,
    problem: () => trouble.current(),
  };
}
