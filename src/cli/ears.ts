import { NEVER, type Observable } from 'rxjs';
import type { AwsCloud } from '../aws/cloud.ts';
import type { DriftWitness, EventChannel, Recorder, ResourceStore } from '../controller/ports.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** How changes in AWS are heard, and who made them. */
export interface Ears {
  /** Names of resources that an event speaks of, and of all when the channel opens or breaks. */
  readonly wakeUps$: Observable<string>;
  readonly witness: DriftWitness;
  readonly channel: EventChannel;
  readonly recorders: readonly Recorder[];
  /** Listens until the signal is aborted; never rejects. */
  listen(signal: AbortSignal): Promise<void>;
}

export interface Surroundings {
  readonly cloud: AwsCloud;
  readonly measured: Metrics;
  /** Request ids of this process's own writes. */
  readonly ownRequests$: Observable<string>;
  readonly store: ResourceStore;
}

export type OpenEars = (surroundings: Surroundings) => Ears;

/** No queue: AWS is looked at by the clock alone. */
export const noEars: Ears = {
  wakeUps$: NEVER,
  witness: { recall: () => undefined, inquire: async () => undefined },
  channel: { state: () => undefined },
  recorders: [],
  listen: async () => undefined,
};
