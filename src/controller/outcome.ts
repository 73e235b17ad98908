import type { Applied } from './apply.ts';
import { type Obstacle, obstacleOf } from './fact.ts';
import type { HeldPlan } from './hold.ts';

/** Where a reconcile ended. Times in milliseconds. */
export type Outcome =
  | { readonly kind: 'Settled'; readonly message: string }
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

export function stop(obstacle: Obstacle, after?: number): Outcome {
  return obstacle.kind === 'Retry'
    ? { kind: 'Retry', reason: obstacle.reason, message: obstacle.message }
    : {
        kind: 'Stalled',
        reason: obstacle.reason,
        message: obstacle.message,
        ...(after !== undefined && { after }),
      };
}

/**
 * What the plan and its execution come to. `inSync`: whether AWS, as the verifying reads showed it, is as declared now. */
export function conclude(plan: HeldPlan, applied: Applied, inSync: boolean, message: string): Outcome {
  switch (applied.kind) {
    case 'Failed':
      return stop(obstacleOf(applied.error));
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
  if (!inSync) return { kind: 'Progressing', message: 'One step done, the next follows', after: 0 };
  return { kind: 'Settled', message };
}
