import type { Observable } from 'rxjs';
import type { AwsCloud } from '../aws/cloud.ts';
import type { Result } from '../controller/controller.ts';
import type { DriftAttribution, EventChannel, ResourceStore, WakeUpSource } from '../controller/ports.ts';
import type { AcceptedWrite } from '../events/expectations.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Takes results for as long as there are any; resolves when it has done with the last. Never rejects. */
export type ResultSink = (results$: Observable<Result>) => Promise<void> | void;

/** How changes in AWS arrive, who made them, and who is notified of results. */
export interface EventIntake {
  readonly sources: readonly WakeUpSource[];
  readonly attribution: DriftAttribution;
  readonly channel: EventChannel;
  readonly sinks: readonly ResultSink[];
}

export interface Surroundings {
  readonly cloud: AwsCloud;
  readonly measured: Metrics;
  /** Of this process, fresh at each start; heartbeats and user agent carry it. */
  readonly instance: string;
  /** Request ids of this process's own writes. */
  readonly ownRequests$: Observable<string>;
  /** ARNs of the users, roles and sessions that this process calls AWS as. */
  readonly ownIdentities$: Observable<string>;
  /** Own writes that AWS accepted. */
  readonly acceptedWrites$: Observable<AcceptedWrite>;
  readonly store: ResourceStore;
}

export type OpenEventIntake = (surroundings: Surroundings) => EventIntake;

/** No queue: the operator polls AWS. */
export const noEventIntake: EventIntake = {
  sources: [],
  attribution: { recall: () => undefined, lookUp: async () => undefined },
  channel: { state: () => undefined },
  sinks: [],
};
