import type { DriftKind, LastDrift } from '../crds/status.ts';

const window = 10 * 60_000;
const contendedFrom = 3;
const firstHold = 60_000;
const longestHold = 30 * 60_000;

/**
 * The place of a new drift in its row. The same drift again within ten minutes of the row's beginning
 * continues it; once contended, so does one within ten minutes of the last correction.
 *
 * @param now epoch milliseconds
 */
export function countDrift(
  previous: LastDrift | undefined,
  kind: DriftKind,
  now: number,
): Pick<LastDrift, 'count' | 'firstDetectedAt'> {
  if (previous?.kind === kind) {
    const contended = previous.count >= contendedFrom;
    const anchor = contended ? (previous.correctedAt ?? previous.detectedAt) : previous.firstDetectedAt;
    if (now - Date.parse(anchor) <= window) {
      return { count: previous.count + 1, firstDetectedAt: previous.firstDetectedAt };
    }
  }
  return { count: 1, firstDetectedAt: new Date(now).toISOString() };
}

/** Someone else manages the same thing: from the third time on, corrections wait longer and longer. */
export function isContended(drift: LastDrift): boolean {
  return drift.count >= contendedFrom;
}

/**
 * Milliseconds from `now` until the drift may be corrected; 0 when it may be at once, as when it was found in the
 * future: a clock that is set back must not make a minute an hour.
 */
export function holdFor(drift: LastDrift, now: number): number {
  if (!isContended(drift)) return 0;
  const hold = Math.min(longestHold, firstHold * 2 ** (drift.count - contendedFrom));
  const passed = now - Date.parse(drift.detectedAt);
  return passed < 0 ? 0 : Math.max(0, hold - passed);
}
