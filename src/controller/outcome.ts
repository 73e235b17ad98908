import type { Applied } from './attempt.ts';
import type { Desired } from './desired.ts';
import { differenceOf, isInSync } from './drift.ts';
import { type Obstacle, obstacleOf, stalled } from './fact.ts';
import type { Observation } from './observation.ts';
import type { CloudError } from './ports.ts';
import type { Plan } from './view.ts';

/** Where a reconcile ended. Times in milliseconds. */
export type Outcome =
  /** Observed again at the resync interval, or `after` so long when that is sooner. */
  | { readonly kind: 'Settled'; readonly message: string; readonly after?: number }
  /** On its way, and AWS or a second step has to follow. */
  | { readonly kind: 'Progressing'; readonly message: string; readonly after: number }
  /** Cannot go on until something changes; tried again slowly, or after `after`. */
  | (Obstacle & { readonly kind: 'Stalled'; readonly after?: number })
  /** A passing failure: again with backoff. */
  | (Obstacle & { readonly kind: 'Retry' })
  | { readonly kind: 'Suspended' }
  /** A read that contradicts an own recent write: nothing is told, look again. */
  | { readonly kind: 'Wait'; readonly after: number }
  /** The resource is released: there is nothing more to do for it. */
  | { readonly kind: 'Gone' };

/** What the status tells. */
export type ReportedOutcome = Exclude<Outcome, { kind: 'Wait' | 'Gone' }>;

export function stop(obstacle: Obstacle, after?: number): ReportedOutcome {
  return obstacle.kind === 'Retry'
    ? { kind: 'Retry', reason: obstacle.reason, message: obstacle.message }
    : {
        kind: 'Stalled',
        reason: obstacle.reason,
        message: obstacle.message,
        ...(after !== undefined && { after }),
      };
}

/** What the plan and its execution come to. `now`: AWS as the verifying reads showed it. */
export function conclude(
  plan: Plan,
  applied: Applied,
  desired: Desired,
  now: Observation,
  message: string,
): ReportedOutcome {
  switch (applied.kind) {
    case 'Failed':
      return stop(noRoom(applied.error, desired, now) ?? obstacleOf(applied.error));
    case 'Refused':
      return stop(applied.obstacle);
    case 'Unverified':
      return {
        kind: 'Retry',
        reason: 'ObservationFailed',
        message: 'AWS accepted the change, but its reads do not show it',
      };
    case 'Done':
      break;
  }
  if (plan.stop) return stop(plan.stop, plan.wait);
  // One replacement at a time: another one may have to follow.
  if (!isInSync(desired, now)) {
    return { kind: 'Progressing', message: 'One step done, the next follows', after: 0 };
  }
  return { kind: 'Settled', message };
}

/** AWS has no room for another, and nobody registered is undeclared: only the spec or AWS's limit can change that. */
function noRoom(error: CloudError, desired: Desired, now: Observation): Obstacle | undefined {
  if (error.kind !== 'slotTaken' || !now.administrators.known) return undefined;
  const registered = now.administrators.value.length;
  if (registered === 0 || differenceOf(desired, now).surplus.length > 0) return undefined;
  return stalled(
    'TooManyAdministrators',
    `AWS allows no more than the ${registered} delegated administrators registered now, and all of them are declared: declare fewer, or have the limit raised`,
  );
}
