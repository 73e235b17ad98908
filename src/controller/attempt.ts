import type { Replacement } from '../crds/status.ts';
import type { Clock } from '../time/clock.ts';
import type { Obstacle } from './fact.ts';
import type { Observation } from './observation.ts';
import { type Action, CloudError, type Organizations } from './ports.ts';
import type { Seen } from './verify.ts';

/** What applying needs beside the actions. */
export interface Work {
  readonly organizations: Organizations;
  readonly principal: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observation: Observation;
  /** The uid of the resource: a rollback record is bound to it. */
  readonly uid: string;
  /** The rollback record of this resource, if it has one that may be acted on. */
  readonly replacement: Replacement | undefined;
  /** Stores `status.replacement`; a rejection means that the next step must not be taken. */
  readonly record: (replacement: Replacement) => Promise<void>;
  /** What a refusal of this account remembers, so that the swap is not tried again for nothing. */
  readonly refusalContext: (accountId: string) => {
    readonly generation: number;
    readonly accountState: string;
    readonly requestedAt?: string;
  };
  readonly started: (action: Action) => void;
  /** AWS accepted a change. */
  readonly wrote: (action: Action) => void;
  readonly verified: (action: Action, milliseconds: number) => void;
  readonly rolledBack: (from: string, to: string, message: string) => void;
}

/** How far it came. `seen`: what the verifying reads showed; where not all is done, only a new observation tells. */
export type Applied =
  | { readonly kind: 'Done'; readonly seen: Seen }
  | { readonly kind: 'Failed'; readonly error: CloudError }
  | { readonly kind: 'Unverified' }
  | { readonly kind: 'Refused'; readonly obstacle: Obstacle; readonly replacement: Replacement };

/** Undefined when it worked; anything but a CloudError stays a rejection. */
export async function attempt(call: () => Promise<unknown>): Promise<CloudError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}

export function verifiedAs(seen: Seen | undefined): Applied {
  return seen ? { kind: 'Done', seen } : { kind: 'Unverified' };
}
