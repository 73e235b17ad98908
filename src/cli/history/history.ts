import { createCloud } from '../../aws/cloud.ts';
import { stsCallerIdentity } from '../../events/callerIdentity.ts';
import { cloudTrailHistory } from '../../events/trailHistory.ts';
import type { Clock } from '../../time/clock.ts';
import { personLimits } from '../personLimits.ts';
import type { ClusterOptions } from '../plan/clusterResources.ts';
import { patiently, type Terminal } from '../terminal.ts';
import { userAgent } from '../version.ts';
import { type HistoryReport, historyJsonSchema, historyReport, type LeftOut, type Window } from './report.ts';
import { specRecords } from './specRecords.ts';
import { statusRecords } from './statusRecords.ts';
import type { Subjects } from './subjects.ts';
import { historyTable } from './table.ts';
import { timelineOf } from './timeline.ts';
import { trailRecords } from './trail.ts';

export interface HistoryOptions extends ClusterOptions {
  /** Milliseconds. */
  readonly since: number;
  readonly json: boolean;
  readonly jsonSchema: boolean;
  readonly manifests?: string;
  readonly statusDir?: string;
}

export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Shows what happened; only reads. Rejects with an error for people when there is nothing to show it of. */
export async function history(
  name: string | undefined,
  options: HistoryOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { terminal, clock } = surroundings;
  if (options.jsonSchema) return terminal.out(historyJsonSchema());
  const subjects = await patiently(
    surroundings,
    'reading the resources',
    subjectsOf(name, options, surroundings, signal),
  );
  const isGone = subjects.looked.length === 0;
  if (name !== undefined && isGone && subjects.events.length === 0) throw new Error(unknown(name, options));
  const until = clock.now();
  const report = await reportOn(
    subjects,
    name,
    { since: until - options.since, until },
    surroundings,
    signal,
  );
  if (options.json) return terminal.out(JSON.stringify(report, null, 2));
  terminal.out(historyTable(report, terminal.paint));
  for (const line of remarks(report, name !== undefined && isGone ? name : undefined)) terminal.err(line);
}

async function subjectsOf(
  name: string | undefined,
  options: HistoryOptions,
  { terminal, clock }: Surroundings,
  signal: AbortSignal,
): Promise<Subjects> {
  const { clusterSubjects, folderSubjects } = await import('./subjects.ts');
  const { manifests, statusDir } = options;
  if (manifests === undefined) return clusterSubjects(options, name, clock, signal);
  return folderSubjects(manifests, statusDir, name, (message) => terminal.err(`warning: ${message}`), signal);
}

function unknown(name: string, { manifests }: HistoryOptions): string {
  const where =
    manifests === undefined ? 'in the cluster, and no event of the last hour is about it' : `in ${manifests}`;
  return `there is no TrustedAccess ${name} ${where}`;
}

async function reportOn(
  { looked, events, leftOut }: Subjects,
  name: string | undefined,
  window: Window,
  { terminal, clock }: Surroundings,
  signal: AbortSignal,
): Promise<HistoryReport> {
  const cloud = createCloud({ clock, random: Math.random, userAgent, limits: personLimits });
  try {
    const asked = {
      terminal,
      clock,
      history: cloudTrailHistory(cloud.clientSettings),
      identity: stsCallerIdentity(cloud.clientSettings),
    };
    const trail = await trailRecords(looked, window, asked, signal);
    const entries = [
      ...events,
      ...looked.flatMap(({ metadata, managedFields }) => specRecords(metadata, managedFields)),
      ...looked.flatMap(({ metadata, status }) => statusRecords(metadata.name, status)),
      ...trail.entries,
    ];
    const names =
      looked.length > 0
        ? looked.map(({ metadata }) => metadata.name)
        : [name].filter((each) => each !== undefined);
    return historyReport(timelineOf(entries), window, names, [...leftOut, ...trail.leftOut]);
  } finally {
    cloud.close();
  }
}

const called: Readonly<Record<LeftOut['source'], string>> = {
  CloudTrail: 'CloudTrail',
  Event: 'Kubernetes events',
  Status: 'the status',
  Spec: 'the spec',
};

function remarks({ leftOut, earlier }: HistoryReport, gone: string | undefined): string[] {
  return [
    ...(gone === undefined ? [] : [`there is no TrustedAccess ${gone} any longer; only its events are left`]),
    ...leftOut.map(({ source, permission, message }) =>
      permission === undefined
        ? `omitted: ${called[source]}: ${message}`
        : `omitted: ${called[source]}: permission ${permission} is missing (${message})`,
    ),
    ...(earlier === 0
      ? []
      : [`${earlier} earlier ${earlier === 1 ? 'thing is' : 'things are'} known: --since 90d`]),
  ];
}
