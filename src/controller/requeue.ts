import { parseDuration } from '../crds/duration.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import type { Random } from '../time/clock.ts';
import type { Outcome } from './outcome.ts';

/** Without proof that events arrive, AWS is looked at this often at least (milliseconds). */
const pollingInterval = 5 * 60_000;
/** What is stalled is tried again this often at least (milliseconds). */
const stalledInterval = 5 * 60_000;

/** Reasons that end outside: a policy is attached, a person logs in. Nothing wakes the resource then. */
const endedOutside: ReadonlySet<string> = new Set(['AccessDenied', 'CredentialsUnusable']);
/** So long after such a stall began a person is likely to be at work on it, in milliseconds. */
const attended = 5 * 60_000;

/**
 * When a stalled resource is tried again: soon while a person is likely to put the cause right, slowly after that.
 *
 * @param stalledFor milliseconds since it stalled
 * @returns milliseconds
 */
export function stalledAgain(reason: string, stalledFor: number): number {
  if (!endedOutside.has(reason) || stalledFor >= attended) return stalledInterval;
  return stalledFor < 10_000 ? 15_000 : 25_000;
}

function stalledSince(resource: TrustedAccess | undefined): number {
  const stalled = resource?.status?.conditions.find(
    ({ type, status }) => type === 'Stalled' && status === 'True',
  );
  return stalled ? Date.parse(stalled.lastTransitionTime) : Number.POSITIVE_INFINITY;
}

/**
 * When to look again although nothing wakes the resource; undefined: not before something does.
 *
 * @param resource as it was when the reconcile began
 * @param driven whether events are proven to arrive
 * @returns milliseconds
 */
export function againAfter(
  outcome: Outcome,
  resource: TrustedAccess | undefined,
  driven: boolean,
  random: Random,
  now: number,
): number | undefined {
  const interval = (resource && parseDuration(resource.spec.interval)) ?? pollingInterval;
  const jitter = 0.95 + random() * 0.1;
  switch (outcome.kind) {
    case 'Settled':
      return Math.min(
        outcome.after ?? Number.POSITIVE_INFINITY,
        (driven ? interval : Math.min(interval, pollingInterval)) * jitter,
      );
    case 'Stalled':
      return (
        outcome.after ??
        Math.min(interval, stalledAgain(outcome.reason, Math.max(0, now - stalledSince(resource)))) * jitter
      );
    case 'Progressing':
    case 'Wait':
      return outcome.after;
    case 'Retry':
    case 'Suspended':
    case 'Gone':
      return undefined;
  }
}
