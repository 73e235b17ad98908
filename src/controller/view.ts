import type { Service } from '../crds/services.ts';
import type { Replacement } from '../crds/status.ts';
import type { TrustedAccessSpec } from '../crds/trustedAccess.ts';
import type { Desired } from './desired.ts';
import type { Obstacle } from './fact.ts';
import type { Details, Observation } from './observation.ts';
import type { Action } from './ports.ts';

/** Everything a plan may depend on. */
export interface View {
  readonly desired: Desired;
  readonly spec: TrustedAccessSpec;
  readonly service: Service;
  /** How many administrators the service allows, as far as is known; infinite: AWS decides. */
  readonly maximum: number;
  readonly observation: Observation;
  readonly details: Details | undefined;
  /** The rollback record, if it may be acted on. */
  readonly replacement: Replacement | undefined;
  /** Why there is a rollback record that may not. */
  readonly distrust: Obstacle | undefined;
  /** Why the policy permits nothing but the rollback of an own unfinished swap. */
  readonly forbidden: Obstacle | undefined;
  readonly uid: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly generation: number;
  readonly requestedAt: string | undefined;
}

/** Actions in their order, then, if the declared state is not reached by them, why. In sync: neither. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly stop?: Obstacle;
  /** Milliseconds until what is held back may be done. */
  readonly wait?: number;
}
