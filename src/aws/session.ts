import { type Clock, CloudError, type Random } from '../controller/ports.ts';
import { orAborted } from './abort.ts';
import { classify, type Question } from './classify.ts';
import { failureOf } from './failure.ts';
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
  /** Forgets the credentials because AWS refused them. */
  renew(): void;
}

/** Refreshed this long before they expire, in milliseconds, and up to as much again, so that not all ask at once. */
const refreshBefore = 5 * 60_000;
/** Below this they are not worth a call, in milliseconds. */
const hardlyValid = 30_000;

/** `anew`: AWS refused those it gave last. */
type Load = (anew: boolean) => Promise<Credentials>;

interface Circumstances {
  readonly clock: Clock;
  readonly random: Random;
}

interface CredentialCache {
  get(): Promise<Credentials>;
  forget(): void;
}

/** One load for all who ask at the same time; the old ones serve on while they are valid and newer ones cannot be had. */
function createCredentialCache({ clock, random }: Circumstances, load: Load): CredentialCache {
  const margin = refreshBefore * (1 + random());
  let current: Credentials | undefined;
  let loading: Promise<Credentials> | undefined;
  let refused = false;
  const left = (credentials: Credentials): number =>
    credentials.expiration ? credentials.expiration.getTime() - clock.now() : Number.POSITIVE_INFINITY;

  const refresh = async (): Promise<Credentials> => {
    try {
      current = await load(refused);
      refused = false;
      return current;
    } catch (error) {
      if (current && left(current) > hardlyValid) return current;
      throw error;
    } finally {
      loading = undefined;
    }
  };
  return {
    get() {
      if (current && left(current) > margin) return Promise.resolve(current);
      loading ??= refresh();
      return loading;
    },
    forget() {
      current = undefined;
      refused = true;
    },
  };
}

/** `load` gets credentials anew; a CloudError it rejects with is passed on as it is. */
export function createSession(
  circumstances: Circumstances,
  load: Load,
  account: () => string | undefined,
): Session {
  const cache = createCredentialCache(circumstances, load);
  return {
    provider: Object.assign(() => cache.get(), { memoized: true }),
    ready: (question, signal) => orAborted(inTermsOf(question, cache.get()), signal),
    account,
    renew: cache.forget,
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
    throw new CloudError('transient', 'ObservationFailed', action, 'no credentials could be had');
  }
}
