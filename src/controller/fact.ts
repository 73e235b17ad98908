import type { Reason } from '../crds/reasons.ts';
import { CloudError } from './ports.ts';

/** Known, or unknown with the reason. No action can be made out of an unknown. */
export type Fact<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly obstacle: Obstacle };

/** A named reason to stop. Stalled: slow retry, until something else changes. Retry: again with backoff. */
export interface Obstacle {
  readonly kind: 'Stalled' | 'Retry';
  readonly reason: Reason;
  readonly message: string;
  /** The IAM action that AWS did not permit, for example `organizations:DescribeOrganization`. */
  readonly action?: string;
}

/** Turns the rejection of a read into an unknown fact; anything but a CloudError stays a rejection. */
export async function fact<T>(reading: Promise<T>): Promise<Fact<T>> {
  try {
    return { known: true, value: await reading };
  } catch (error) {
    if (error instanceof CloudError) return { known: false, obstacle: obstacleOf(error) };
    throw error;
  }
}

export function stalled(reason: Reason, message: string): Obstacle {
  return { kind: 'Stalled', reason, message };
}

/** What a failed call means for the resource: the permission or the reason is named, never guessed. */
export function obstacleOf(error: CloudError): Obstacle {
  switch (error.kind) {
    case 'denied':
      // Only a missing permission is put right by granting the action.
      return error.reason === 'AccessDenied'
        ? { ...stalled(error.reason, sentence(error)), action: error.action }
        : stalled(error.reason, error.message);
    case 'blocked':
      return stalled(error.reason, sentence(error));
    case 'transient':
    case 'throttled':
    case 'conflict':
    case 'slotTaken':
    case 'notEnabled':
      return { kind: 'Retry', reason: error.reason, message: sentence(error) };
  }
}

function sentence(error: CloudError): string {
  switch (error.kind) {
    case 'denied':
      return `${error.action} is not permitted: ${error.message}`;
    case 'throttled':
      return `AWS throttles ${error.action}: ${error.message}`;
    case 'blocked':
      return `AWS refuses ${error.action}: ${error.message}`;
    default:
      return `${error.action} failed: ${error.message}`;
  }
}
