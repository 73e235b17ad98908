import type { Replacement } from '../crds/status.ts';
import type { Difference } from './drift.ts';
import type { Observation } from './observation.ts';
import type { Action } from './ports.ts';

/** A change this process made. */
export interface OwnWrite {
  readonly action: Action;
  /** Epoch milliseconds at which AWS accepted it. */
  readonly at: number;
}

/** AWS may answer a read with the state before a write for some seconds after it. */
const settlingTime = 5_000;

/**
 * Milliseconds to wait before a difference that contradicts an own recent write is believed; 0: believe it
 * now. A stale read is neither drift nor a reason to write again.
 */
export function settling(writes: readonly OwnWrite[], difference: Difference, now: number): number {
  const ends = writes
    .filter(({ action }) => contradicts(action, difference))
    .map(({ at }) => at + settlingTime - now);
  return Math.max(0, ...ends);
}

/**
 * Milliseconds to wait before a read that still shows the administrator of an unfinished swap is believed: the
 * swap may be another process's, which ended right after deregistering, and its way back must not be given up.
 * `seenAt`: since when a swap is known that began in the future, as clocks have it.
 */
export function swapDoubt(
  replacement: Replacement | undefined,
  observation: Observation,
  now: number,
  seenAt = now,
): number {
  return doubtOf(settlingTime, replacement, observation, now, seenAt);
}

/** Milliseconds: longer than a call that was sent takes to arrive. */
const longestWay = 60_000;

/**
 * The deregistration of another process that lost its lease may still be on its way: its way back stays, though
 * nobody has to wait for it.
 */
export function mayStillOpen(
  replacement: Replacement | undefined,
  observation: Observation,
  now: number,
  seenAt = now,
): boolean {
  return doubtOf(longestWay, replacement, observation, now, seenAt) > 0;
}

/** Milliseconds of `time` since an unfinished swap began that are left; 0: its old administrator is not shown any more. */
function doubtOf(
  time: number,
  replacement: Replacement | undefined,
  { administrators }: Observation,
  now: number,
  seenAt: number,
): number {
  if (!replacement || replacement.refusal || !administrators.known) return 0;
  const shown = administrators.value.some(({ accountId }) => accountId === replacement.from);
  const age = now - Math.min(Date.parse(replacement.startedAt), seenAt);
  return shown ? Math.max(0, time - age) : 0;
}

/** Of a clock that was set back: what lies in the future was now. */
export function recent(writes: readonly OwnWrite[], now: number): OwnWrite[] {
  return writes
    .map((write) => (write.at > now ? { ...write, at: now } : write))
    .filter(({ at }) => now - at < settlingTime);
}

function contradicts(action: Action, { access, missing, surplus }: Difference): boolean {
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return access;
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return missing.includes(action.accountId);
    case 'DeregisterAdministrator':
      return surplus.includes(action.accountId);
    case 'ReplaceAdministrator':
      return missing.includes(action.to) || surplus.includes(action.from);
  }
}
