import type { DriftKind, LastDrift } from '../crds/status.ts';

const window = 10 * 60_000;
const contendedFrom = 3;
const firstShortHold = 5_000;
const firstLongHold = 60_000;
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

/** Another manager keeps undoing it: from the third time on. */
export function isContended(drift: LastDrift): boolean {
  return drift.count >= contendedFrom;
}

/** Contended since this very drift: reported once for each row. */
export function becomesContended(drift: LastDrift): boolean {
  return drift.count === contendedFrom;
}

export interface Holding {
  /** Milliseconds at most before the declared administrator is restored. */
  readonly longest: number;
  /** Whether the service allows more than one administrator. */
  readonly isRoomy: boolean;
}

/** Milliseconds: the default of `longest`. */
export const defaultContentionHold = 60_000;

/**
 * How a correction backs off, which protects two managers from undoing each other's changes forever, and never an
 * intruder: declared access and the removal of an undeclared account wait for nothing, the declared administrator for
 * a minute at most. Only what is harmless to leave as it is waits longer: access that another manager enables.
 */
function scheduleFor(kind: DriftKind, { longest, isRoomy }: Holding): { first: number; longest: number } {
  switch (kind) {
    case 'AccessDisabled':
      return { first: 0, longest: 0 };
    case 'AdministratorAdded':
      return isRoomy ? { first: 0, longest: 0 } : { first: firstShortHold, longest };
    case 'AdministratorRemoved':
    case 'AdministratorReplaced':
      return { first: firstShortHold, longest };
    case 'AccessEnabled':
      return { first: firstLongHold, longest: longestHold };
  }
}

/**
 * Milliseconds from `now` until the drift may be corrected; 0 when it may be at once, as when it was found in the
 * future: a clock that is set back must not make a minute an hour.
 */
export function holdFor(drift: LastDrift, now: number, holding: Holding): number {
  if (!isContended(drift)) return 0;
  const { first, longest } = scheduleFor(drift.kind, holding);
  const hold = Math.min(longest, first * 2 ** (drift.count - contendedFrom));
  const passed = now - Date.parse(drift.detectedAt);
  return passed < 0 ? 0 : Math.max(0, hold - passed);
}

/** For people: what recurs, and who does it as far as that is known. */
export function describeContention(drift: LastDrift): string {
  const other = drift.by === undefined ? 'an unidentified caller' : drift.by;
  return `Drift ${drift.kind} recurred ${drift.count} times; ${other} keeps reverting it. Let one manager own this service`;
}
