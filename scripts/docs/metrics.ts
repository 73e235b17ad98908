/** The table of metrics, out of a scrape in which each has been used once. */
import { driftKinds } from '../../src/crds/status.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { table } from './region.ts';

export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

const resource = { name: 'sso', uid: 'uid', principal: 'sso.amazonaws.com' };

/** What a process exports after everything that is counted has happened once. */
async function scrape(): Promise<string> {
  const metrics = createMetrics({ version: '0.0.0' });
  metrics.leading('trusted-access-operator', true);
  metrics.awsCall('DescribeOrganization', 'ok');
  metrics.event('WokeUp');
  metrics.eventLatency(1);
  metrics.heartbeat(1);
  const [kind] = driftKinds;
  const time = new Date(0).toISOString();
  const drift = { kind, detectedAt: time, detectedBy: 'Event', count: 1, firstDetectedAt: time } as const;
  const { recorder } = metrics;
  recorder.emit({ kind: 'DriftDetected', resource, at: 0, drift, corrects: true });
  recorder.emit({ kind: 'DriftCorrected', resource, at: 0, drift });
  recorder.emit({
    kind: 'ActionVerified',
    resource,
    at: 0,
    action: { kind: 'EnableAccess' },
    milliseconds: 1,
  });
  metrics.watchResources(() => [
    {
      kind: 'Invalid',
      metadata: {
        name: 'sso',
        uid: '',
        generation: 1,
        resourceVersion: '',
        creationTimestamp: time,
        finalizers: [],
        annotations: {},
        labels: {},
      },
      status: { conditions: [] },
      problems: [],
    },
  ]);
  return metrics.render();
}

/** `le` tells the bucket of a histogram, not what was measured. */
function labelsOf(text: string, name: string): readonly string[] {
  const sample = new RegExp(`^${name}(?:_bucket|_count|_sum)?\\{([^}]*)\\}`, 'gm');
  const found = [...text.matchAll(sample)].flatMap(([, labels = '']) =>
    [...labels.matchAll(/(\w+)="/g)].flatMap(([, label]) => label ?? []),
  );
  return [...new Set(found)].filter((label) => label !== 'le');
}

export async function exportedMetrics(): Promise<readonly Metric[]> {
  const text = await scrape();
  const helps = new Map([...text.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name, help]) => [name, help]));
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
    help: helps.get(name) ?? '',
    labels: labelsOf(text, name),
  }));
}

export function metricsTable(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', ') || '–',
    help,
  ]);
  return table(['metric', 'type', 'labels', 'meaning'], rows);
}
