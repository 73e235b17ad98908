/**
 * The lease as one candidate sees it: client-go's `tryAcquireOrRenew`. Written here because the packages there
 * are trust the clocks of other machines, or give up after one failed renewal.
 */

import type { Mark, Stopwatch } from '../time/stopwatch.ts';
import { ConflictError, hasCode, type KubernetesApi } from './api.ts';
import { type LeaseRecord, leaseBody, leaseRecord } from './leaseRecord.ts';

export interface LeaseOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly name: string;
  /** Another one for each process that ever runs. */
  readonly identity: string;
  readonly stopwatch: Stopwatch;
  /** Milliseconds that a holder keeps the lease without a sign of life. */
  readonly duration: number;
  /** Milliseconds for one call. */
  readonly callTimeout: number;
}

export type Attempt =
  /** Ours from `since` on, a moment before the request was sent. */
  { readonly kind: 'Held'; readonly since: Mark } | { readonly kind: 'HeldByOther'; readonly holder: string };

export interface Lease {
  /** One try to acquire or renew. Rejects when it cannot be told how it ended. */
  attempt(signal: AbortSignal): Promise<Attempt>;
  /** Gives it back, if it is still ours. */
  release(signal: AbortSignal): Promise<void>;
}

export function createLease(options: LeaseOptions): Lease {
  const { api, namespace, name, identity, stopwatch, callTimeout: timeout } = options;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const path = `${collection}/${encodeURIComponent(name)}`;
  let seen: { readonly record: LeaseRecord; readonly at: Mark } | undefined;

  const claim = (holder: string, durationSeconds: number, previous?: LeaseRecord) =>
    leaseBody({ name, namespace, holder, durationSeconds, now: stopwatch.mark().wall }, previous);
  const ours = (previous?: LeaseRecord) => claim(identity, options.duration / 1_000, previous);

  const observe = (record: LeaseRecord): LeaseRecord => {
    // The holder's time-stamps are never read: our own clock tells how long we have seen no change.
    const unchanged = seen?.record.resourceVersion === record.resourceVersion;
    const at = unchanged && seen !== undefined ? seen.at : stopwatch.mark();
    seen = { record, at };
    return record;
  };

  const read = async (signal: AbortSignal): Promise<LeaseRecord | undefined> => {
    try {
      return observe(leaseRecord(await api.call({ method: 'GET', path, timeout }, signal)));
    } catch (error) {
      if (hasCode(error, 404)) return undefined;
      throw error;
    }
  };

  const write = async (previous: LeaseRecord | undefined, signal: AbortSignal): Promise<Attempt> => {
    const since = stopwatch.mark();
    const call =
      previous === undefined
        ? ({ method: 'POST', path: collection, body: ours(), timeout } as const)
        : ({ method: 'PUT', path, body: ours(previous), timeout } as const);
    observe(leaseRecord(await api.call(call, signal)));
    return { kind: 'Held', since };
  };

  const mayTake = (record: LeaseRecord): boolean =>
    record.holder === '' ||
    record.holder === identity ||
    (seen !== undefined &&
      stopwatch.atLeast(seen.at) > Math.max(options.duration, record.durationSeconds * 1_000));

  return {
    async attempt(signal) {
      if (seen?.record.holder === identity) {
        try {
          return await write(seen.record, signal);
        } catch (error) {
          if (!(error instanceof ConflictError) && !hasCode(error, 404)) throw error;
          // Somebody changed it: look who.
        }
      }
      const record = await read(signal);
      if (record !== undefined && !mayTake(record)) return { kind: 'HeldByOther', holder: record.holder };
      return write(record, signal);
    },
    async release(signal) {
      const giveBack = async () => {
        const record = await read(signal);
        if (record?.holder !== identity) return;
        await api.call({ method: 'PUT', path, body: claim('', 1, record), timeout }, signal);
        seen = undefined;
      };
      try {
        await giveBack();
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        // A renewal that was given up arrived after all.
        await giveBack();
      }
    },
  };
}
