import { parseDuration } from '../crds/duration.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import type { Outcome } from './outcome.ts';
import type { Random } from './ports.ts';

/** Without proof that events arrive, AWS is looked at this often at least (milliseconds). */
const pollingInterval = 5 * 60_000;
/** What is stalled is tried again this often at least (milliseconds). */
const stalledInterval = 5 * 60_000;

/**
 * When to look again although nothing wakes the resource; undefined: not before something does.
 *
 * @param driven whether events are proven to arrive
 * @returns milliseconds
 */
export function againAfter(
  outcome: Outcome,
  resource: TrustedAccess | undefined,
  driven: boolean,
  random: Random,
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
      return outcome.after ?? Math.min(interval, stalledInterval) * jitter;
    case 'Progressing':
    case 'Wait':
      return outcome.after;
    case 'Retry':
    case 'Suspended':
    case 'Gone':
      return undefined;
  }
}
