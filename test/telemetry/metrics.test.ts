import { describe, expect, it } from 'vitest';
import type { Notice, Stored } from '../../src/controller/ports.ts';
import { driftKinds } from '../../src/crds/status.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';

const series = async (metrics: Metrics): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await metrics.render())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
  );

const start = () => createMetrics({ version: '1.2.3' });

function resource(name: string, ready: string): Stored {
  const status = {
    conditions: [
      {
        type: 'Ready',
        status: ready,
        reason: 'InSync',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  };
  const stored = readTrustedAccess({ metadata: { name }, spec: {}, status });
  if (!stored) throw new Error('not a resource');
  return stored;
}

const at = Date.parse('2026-01-01T00:00:10Z');
const drift = {
  kind: 'AccessDisabled',
  detectedAt: '2026-01-01T00:00:00Z',
  firstDetectedAt: '2026-01-01T00:00:00Z',
  detectedBy: 'Event',
  count: 1,
} as const;
const about = { resource: { name: 'sso', uid: 'u', principal: 'sso.amazonaws.com' }, at };

describe('before anything happened', () => {
  it('every series of a closed set is there, at 0: a rate can be taken from the first scrape', async () => {
    const seen = await series(start());
    const zero = [
      ...['success', 'requeue_after', 'requeue', 'error'].map(
        (result) => `controller_runtime_reconcile_total{controller="trustedaccess",result="${result}"}`,
      ),
      'controller_runtime_reconcile_errors_total{controller="trustedaccess"}',
      'controller_runtime_active_workers{controller="trustedaccess"}',
      'controller_runtime_reconcile_time_seconds_count{controller="trustedaccess"}',
      'workqueue_depth{name="trustedaccess",controller="trustedaccess"}',
      'workqueue_adds_total{name="trustedaccess",controller="trustedaccess"}',
      'workqueue_retries_total{name="trustedaccess",controller="trustedaccess"}',
      'workqueue_queue_duration_seconds_count{name="trustedaccess",controller="trustedaccess"}',
      'workqueue_work_duration_seconds_count{name="trustedaccess",controller="trustedaccess"}',
      ...driftKinds.map((kind) => `trusted_access_drift_total{kind="${kind}"}`),
      'trusted_access_event_driven',
      'trusted_access_correction_seconds_count',
      'trusted_access_event_latency_seconds_count',
      'trusted_access_heartbeat_round_trip_seconds_count',
    ];
    expect(Object.fromEntries(zero.map((name) => [name, seen[name]]))).toEqual(
      Object.fromEntries(zero.map((name) => [name, 0])),
    );
  });

  it('says which build it is', async () => {
    const { [`trusted_access_build_info{version="1.2.3",node="${process.version}"}`]: build } = await series(
      start(),
    );
    expect(build).toBe(1);
  });
});

describe('the work of the controller', () => {
  it('is counted under the names controller-runtime uses', async () => {
    const metrics = start();
    metrics.concurrency(4);
    metrics.watchQueue({ depth: () => 7, active: () => 1, added: () => 8 });
    metrics.queueTaken(0.002);
    metrics.reconcileFinished('error', 0.3);
    metrics.queueDone(0.3);
    metrics.queueRetried();
    metrics.leading('trusted-access', true);
    expect(await series(metrics)).toMatchObject({
      'controller_runtime_max_concurrent_reconciles{controller="trustedaccess"}': 4,
      'controller_runtime_active_workers{controller="trustedaccess"}': 1,
      'controller_runtime_reconcile_total{controller="trustedaccess",result="error"}': 1,
      'controller_runtime_reconcile_errors_total{controller="trustedaccess"}': 1,
      'controller_runtime_reconcile_time_seconds_sum{controller="trustedaccess"}': 0.3,
      'workqueue_depth{name="trustedaccess",controller="trustedaccess"}': 7,
      'workqueue_adds_total{name="trustedaccess",controller="trustedaccess"}': 8,
      'workqueue_retries_total{name="trustedaccess",controller="trustedaccess"}': 1,
      'workqueue_queue_duration_seconds_sum{name="trustedaccess",controller="trustedaccess"}': 0.002,
      'workqueue_work_duration_seconds_sum{name="trustedaccess",controller="trustedaccess"}': 0.3,
      'leader_election_master_status{name="trusted-access"}': 1,
    });
    metrics.leading('trusted-access', false);
    expect(await series(metrics)).toMatchObject({
      'leader_election_master_status{name="trusted-access"}': 0,
    });
  });
});

describe('what is announced', () => {
  it('is counted by kind of drift and action, with the seconds to the correction', async () => {
    const metrics = start();
    const reported: Notice[] = [
      { ...about, kind: 'DriftDetected', drift, corrects: true },
      { ...about, kind: 'DriftAttributed', drift },
      { ...about, kind: 'ActionStarted', action: { kind: 'EnableAccess' } },
      { ...about, kind: 'ActionVerified', action: { kind: 'EnableAccess' }, milliseconds: 40 },
      { ...about, kind: 'DriftCorrected', drift },
      { ...about, kind: 'ReplacementRolledBack', from: '1', to: '2', message: 'no' },
      { ...about, kind: 'Stalled', reason: 'InUse', message: 'in use' },
      { ...about, kind: 'InSync', recovered: true, message: 'in sync' },
    ];
    for (const notice of reported) metrics.recorder.emit(notice);
    expect(await series(metrics)).toMatchObject({
      'trusted_access_drift_total{kind="AccessDisabled"}': 1,
      'trusted_access_drift_total{kind="AccessEnabled"}': 0,
      trusted_access_correction_seconds_count: 1,
      trusted_access_correction_seconds_sum: 10,
      'trusted_access_actions_total{action="EnableAccess"}': 1,
      trusted_access_replacements_rolled_back_total: 1,
    });
  });

  it('does not spoil the sum by an unreadable time', async () => {
    const metrics = start();
    metrics.recorder.emit({ ...about, kind: 'DriftCorrected', drift: { ...drift, detectedAt: 'soon' } });
    expect(await series(metrics)).toMatchObject({ trusted_access_correction_seconds_sum: 0 });
  });
});

describe('resources', () => {
  it('are in sync or not, and leave no series when they are gone', async () => {
    const metrics = start();
    let list: Stored[] = [resource('a', 'True'), resource('b', 'False'), resource('c', 'Unknown')];
    metrics.watchResources(() => list);
    const of = (name: string) => `trusted_access_in_sync{name="${name}",principal="sso.amazonaws.com"}`;
    expect(await series(metrics)).toMatchObject({ [of('a')]: 1, [of('b')]: 0, [of('c')]: 0 });
    list = [resource('b', 'True')];
    const later = await series(metrics);
    expect(later).toMatchObject({ [of('b')]: 1 });
    expect(later).not.toHaveProperty([of('a')]);
  });
});

describe('events and calls', () => {
  it('are counted by result, and the channel by whether it delivers', async () => {
    const metrics = start();
    let driven = true;
    metrics.watchEvents({ state: () => ({ driven, message: '' }) });
    metrics.awsCall('DescribeOrganization', 'ok');
    metrics.awsCall('DescribeOrganization', 'throttled');
    metrics.event('woke');
    metrics.eventLatency(1.5);
    metrics.heartbeat(-0.1);
    expect(await series(metrics)).toMatchObject({
      trusted_access_event_driven: 1,
      'trusted_access_aws_calls_total{operation="DescribeOrganization",result="ok"}': 1,
      'trusted_access_aws_calls_total{operation="DescribeOrganization",result="throttled"}': 1,
      'trusted_access_events_total{result="woke"}': 1,
      trusted_access_event_latency_seconds_sum: 1.5,
      trusted_access_heartbeat_round_trip_seconds_sum: 0,
    });
    driven = false;
    expect(await series(metrics)).toMatchObject({ trusted_access_event_driven: 0 });
  });

  it('cannot make the number of series grow without bound', async () => {
    const metrics = start();
    for (let index = 0; index < 5_000; index++) metrics.event(`reason-${index}`);
    const seen = Object.entries(await series(metrics)).filter(([name]) =>
      name.startsWith('trusted_access_events'),
    );
    expect(seen.length).toBeLessThanOrEqual(31);
    expect(seen.reduce((sum, [, value]) => sum + value, 0)).toBe(5_000);
    expect(Object.fromEntries(seen)).toHaveProperty(['trusted_access_events_total{result="other"}']);
  });
});
