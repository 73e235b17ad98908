import type { Clock } from '../time/clock.ts';
import { sleep } from '../time/sleep.ts';
import type { Observation } from './observation.ts';
import { type Action, CloudError, type Organizations } from './ports.ts';

/** The facts that verifying reads found. */
export type Seen = Partial<Pick<Observation, 'access' | 'administrators'>>;

interface Reading {
  readonly organizations: Organizations;
  readonly principal: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const pauses = [200, 400, 800, 1_600, 3_200, 3_200, 3_200, 3_200];

/**
 * Reads until AWS shows what was written: a read in the same second may still be stale. Some 16 seconds at most.
 *
 * @returns undefined when it never showed
 */
export async function verify(action: Action, reading: Reading): Promise<Seen | undefined> {
  for (const pause of [...pauses, undefined]) {
    const seen = await observe(action, reading);
    if (seen) return seen;
    if (pause !== undefined) await sleep(reading.clock, pause, reading.signal);
  }
  return undefined;
}

/** Undefined: not there yet, or the read failed, which right after a write says nothing. */
async function observe(
  action: Action,
  { organizations, principal, clock, signal }: Reading,
): Promise<Seen | undefined> {
  const read = { notBefore: clock.now(), signal };
  try {
    if (action.kind === 'EnableAccess' || action.kind === 'DisableAccess') {
      const services = await organizations.enabledServices(read);
      const value = { enabled: services.has(principal), ...services.get(principal) };
      const wanted = action.kind === 'EnableAccess';
      return value.enabled === wanted ? { access: { known: true, value } } : undefined;
    }
    const value = await organizations.administrators(principal, read);
    const shows = (accountId: string) => value.some((administrator) => administrator.accountId === accountId);
    return isShown(action, shows) ? { administrators: { known: true, value } } : undefined;
  } catch (error) {
    if (error instanceof CloudError) return undefined;
    throw error;
  }
}

function isShown(
  action: Exclude<Action, { kind: 'EnableAccess' | 'DisableAccess' }>,
  shows: (accountId: string) => boolean,
): boolean {
  switch (action.kind) {
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return shows(action.accountId);
    case 'DeregisterAdministrator':
      return !shows(action.accountId);
    case 'ReplaceAdministrator':
      return shows(action.to) && !shows(action.from);
  }
}
