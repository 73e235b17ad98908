import { failureOf } from '../awsApi/failure.ts';
import { CloudError } from '../controller/ports.ts';
import type { Clock, Random } from '../time/clock.ts';
import { orAborted } from '../time/sleep.ts';
import { classify, type Question } from './classify.ts';
import { operation } from './operations.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** As the SDK's clients take it; `memoized` tells them to keep no copy of their own. */
export type CredentialProvider = (() => Promise<Credentials>) & { readonly memoized?: boolean };

/** Whose credentials calls are signed with. */
export interface Session {
  readonly provider: CredentialProvider;
  /** Rejects with a CloudError, in terms of the question that cannot be asked, or with the signal's reason. */
  ready(question: Question, signal: AbortSignal): Promise<Credentials>;
  /** Account the credentials belong to, once known. */
  account(): string | undefined;
  /** Forgets these credentials because AWS refused them. */
  renew(credentials: Credentials): void;
  /** Others may be there now: they are loaded before the next call, and the old ones serve if that fails. */
  outdated(): void;
  /** What to do when AWS does not accept the credentials, one sentence; undefined when that is not known. */
  remedy(): Promise<string | undefined>;
}

/** Refreshed this long before they expire, in milliseconds, and up to as much again, so that not all ask at once. */
const refreshBefore = 5 * 60_000;
/** Below this they are not worth a call, in milliseconds. */
const hardlyValid = 30_000;

/** `anew`: AWS refused those it gave last. */
export type Load = (anew: boolean) => Promise<Credentials>;

interface Circumstances {
  readonly clock: Clock;
  readonly random: Random;
  /** Once aborted, first credentials are not waited for: without them no change can be under way. */
  readonly stopping?: AbortSignal;
}

interface CredentialCache {
  get(): Promise<Credentials>;
  forget(credentials: Credentials): void;
  /** There never were any. */
  isEmpty(): boolean;
  outdated(): void;
}

/** One load for all who ask at the same time; the old ones serve on while they are valid and newer ones cannot be had. */
function createCredentialCache({ clock, random }: Circumstances, load: Load): CredentialCache {
  const margin = refreshBefore * (1 + random());
  let current: Credentials | undefined;
  let freshUntil = 0;
  let loading: Promise<Credentials> | undefined;
  let refused = false;
  let empty = true;

  const keep = (credentials: Credentials): Credentials => {
    const left = millisecondsLeft(credentials, clock);
    current = credentials;
    // Those that live shorter than the margin are not asked for anew by every call.
    freshUntil = clock.now() + Math.max(left - margin, left / 2);
    refused = false;
    empty = false;
    return credentials;
  };
  const refresh = async (): Promise<Credentials> => {
    try {
      return keep(await load(refused));
    } catch (error) {
      if (!current || millisecondsLeft(current, clock) < hardlyValid) throw error;
      freshUntil = clock.now() + hardlyValid / 2;
      return current;
    } finally {
      loading = undefined;
    }
  };
  return {
    get() {
      if (current && clock.now() < freshUntil) return Promise.resolve(current);
      loading ??= refresh();
      return loading;
    },
    forget(credentials) {
      if (current !== credentials) return;
      current = undefined;
      refused = true;
    },
    isEmpty: () => empty,
    outdated() {
      freshUntil = 0;
      refused = true;
    },
  };
}

function millisecondsLeft({ expiration }: Credentials, clock: Clock): number {
  return expiration ? expiration.getTime() - clock.now() : Number.POSITIVE_INFINITY;
}

/** `load` gets credentials anew; a CloudError it rejects with is passed on as it is. */
export function createSession(
  circumstances: Circumstances,
  load: Load,
  account: () => string | undefined,
  remedy: () => Promise<string | undefined> = async () => undefined,
): Session {
  const cache = createCredentialCache(circumstances, load);
  return {
    provider: Object.assign(() => cache.get(), { memoized: true }),
    ready(question, signal) {
      const { stopping } = circumstances;
      const either = stopping && cache.isEmpty() ? AbortSignal.any([signal, stopping]) : signal;
      return orAborted(inTermsOf(question, cache.get()), either);
    },
    account,
    renew: cache.forget,
    outdated: cache.outdated,
    remedy,
  };
}

async function inTermsOf(question: Question, loading: Promise<Credentials>): Promise<Credentials> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof CloudError) throw error;
    const { action } = operation(question.operation);
    const verdict = classify(failureOf(error), question);
    if (verdict.kind === 'Failed') {
      throw new CloudError(verdict.error, verdict.reason, action, verdict.message);
    }
    throw new CloudError('transient', 'ObservationFailed', action, 'no credentials available');
  }
}
