import { createCloud } from '../../aws/cloud.ts';
import type { Clock } from '../../time/clock.ts';
import { deadline } from '../../time/deadline.ts';
import { patiently, type Terminal } from '../terminal.ts';
import { userAgent } from '../version.ts';
import { awsFacts } from './awsFacts.ts';
import { allChecks } from './checks/all.ts';
import { clusterFacts } from './clusterFacts.ts';
import type { DoctorOptions } from './options.ts';
import { jsonReport, textReport } from './report.ts';
import { runChecks } from './runChecks.ts';

export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Milliseconds to wait for a heartbeat. Default 20,000. */
  readonly heartbeatPatience?: number;
}

/** Milliseconds that all checks together may take. */
const atMost = 30_000;

/** Nobody wants to wait long for the news that nothing answers. */
const limits = {
  callMilliseconds: 8_000,
  credentialMilliseconds: 15_000,
  connectMilliseconds: 2_000,
  requestMilliseconds: 6_000,
  attempts: 2,
};

/** Looks at everything the operator depends on and tells. 1 when something is broken. */
export async function doctor(
  options: DoctorOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<0 | 1> {
  const { terminal, clock, heartbeatPatience = 20_000 } = surroundings;
  using until = deadline(clock, atMost, signal, `not done within ${atMost / 1_000} s`);
  const cloud = createCloud({
    clock,
    random: Math.random,
    userAgent,
    limits,
    ...(options.region !== undefined && { region: options.region }),
  });
  const cluster = clusterFacts(options, clock, until.signal);
  const checks = allChecks(options);
  const report = options.json ? jsonReport(terminal) : textReport(terminal, checks);
  const context = {
    options,
    clock,
    cluster,
    heartbeatPatience,
    signal: until.signal,
    aws: awsFacts(options, cloud, until.signal),
  };
  try {
    const running = runChecks(checks, context, report.report);
    const results = await patiently(surroundings, 'checking; a heartbeat can take 20 seconds', running);
    report.end(results);
    return results.some(({ status }) => status === 'failed') ? 1 : 0;
  } finally {
    cloud.close();
    await cluster.close();
  }
}
