import type { Refusal, Replacement } from '../crds/status.ts';
import { candidateState, isUnfinished, openGap } from './administrators.ts';
import type { Applied } from './apply.ts';
import { isNobodyWanted } from './desired.ts';
import type { Observation } from './observation.ts';
import type { Run } from './run.ts';
import { mayStillOpen } from './settling.ts';

/**
 * What of `status.replacement` has to stay: the way back while a gap is open or may be, and a refusal for
 * as long as the spec still names the account that was refused.
 */
export function keptReplacement(run: Run, now: Observation, applied: Applied): Replacement | undefined {
  if (applied.kind === 'Refused') return applied.replacement;
  const { memory, ports } = run.context;
  const { replacement } = memory.status ?? run.status;
  if (!replacement) return undefined;
  if (!now.administrators.known || (isUnfinished(replacement) && isUncertain(applied))) return replacement;
  // Nobody is what is declared: that is no gap any more, and nobody has to come back.
  if (openGap(replacement, now.administrators.value))
    return isNobodyWanted(run.desired) ? undefined : replacement;
  if (applied.kind === 'Done' && mayStillOpen(replacement, now, ports.clock.now(), memory.swapSeenAt))
    return replacement;
  const { refusal, to } = replacement;
  const registered = now.administrators.value.some(({ accountId }) => accountId === to);
  const named = run.desired.administrators?.includes(to) ?? false;
  const stands = refusal?.generation === run.resource.metadata.generation && named && !registered;
  return stands && !hasChanged(now, to, refusal) ? replacement : undefined;
}

/** Whether a change took effect is not known, and reads of this moment may be from before it. */
function isUncertain(applied: Applied): boolean {
  if (applied.kind === 'Unverified') return true;
  return applied.kind === 'Failed' && applied.error.kind !== 'denied' && applied.error.kind !== 'blocked';
}

/** Another state of the account than the one that was refused, also when it comes back to that. Not read is no change. */
function hasChanged({ candidates }: Observation, accountId: string, { accountState }: Refusal): boolean {
  const state = candidates.get(accountId);
  return state?.known === true && candidateState(state) !== accountState;
}
