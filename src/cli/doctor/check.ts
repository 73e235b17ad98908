import type { Clock } from '../../time/clock.ts';
import type { AwsFacts } from './awsFacts.ts';
import type { ClusterFacts } from './clusterFacts.ts';
import type { Finding } from './finding.ts';
import type { DoctorOptions } from './options.ts';

/** What checks look at. Facts are asked for when first needed, once. */
export interface Context {
  readonly options: DoctorOptions;
  readonly aws: AwsFacts;
  readonly cluster: ClusterFacts;
  readonly clock: Clock;
  /** Aborted when the time for all checks is over. */
  readonly signal: AbortSignal;
  /** Milliseconds to wait for a heartbeat. */
  readonly heartbeatPatience: number;
}

/** One line of the report. */
export interface Check {
  /** Stable, for programs: it tells the check apart from all others. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly group: 'AWS' | 'Events' | 'Kubernetes' | 'Policy';
  /** Names of checks before it without which this one makes no sense. */
  readonly needs: readonly string[];
  /** May reject: that counts as failed. */
  run(context: Context): Promise<Finding>;
}

export interface Result extends Finding {
  readonly check: Check;
  readonly milliseconds: number;
  /** Why it was skipped, when that lies in a check it needs. */
  readonly because?: string;
}
