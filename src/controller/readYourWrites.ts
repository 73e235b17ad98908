import type { Difference } from './drift.ts';
import type { Action } from './ports.ts';

/** A change this process made. */
export interface OwnWrite {
  readonly action: Action;
  /** Epoch milliseconds at which AWS accepted it. */
  readonly at: number;
}

/** AWS may answer a read with the state before a write for some seconds after it. */
const readYourWritesWindow = 5_000;

/**
 * Milliseconds to wait before a difference that contradicts an own recent write is believed; 0: believe it
 * now. A stale read is neither drift nor a reason to write again.
 */
export function readYourWritesWait(writes: readonly OwnWrite[], difference: Difference, now: number): number {
  const ends = writes
    .filter(({ action }) => contradicts(action, difference))
    .map(({ at }) => at + readYourWritesWindow - now);
  return Math.max(0, ...ends);
}

/** Of a clock that was set back: what lies in the future was now. */
export function recent(writes: readonly OwnWrite[], now: number): OwnWrite[] {
  return writes
    .map((write) => (write.at > now ? { ...write, at: now } : write))
    .filter(({ at }) => now - at < readYourWritesWindow);
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
