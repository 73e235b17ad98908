import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EventChannel, Notice, Recorder, Stored } from '../controller/ports.ts';
import { driftKinds } from '../crds/status.ts';
import { boundedLabel } from './labels.ts';

/** What the rooms tell of their work, beside what they announce. Seconds throughout. */
export interface ProductMetrics {
  readonly recorder: Recorder;
  /** One call to AWS ended: `ok`, or the kind of its error. */
  awsCall(operation: string, result: string): void;
  /** One queue message was dealt with: what became of it. */
  event(result: string): void;
  /** From the change in AWS to the moment its event was heard. */
  eventLatency(seconds: number): void;
  heartbeat(roundTrip: number): void;
  /** Read at each scrape: a resource that is gone has no series any more. */
  watchResources(list: () => readonly Stored[]): void;
  /** Read at each scrape. */
  watchEvents(channel: EventChannel): void;
}

const secondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600];

function inSync(stored: Stored): {
  readonly name: string;
  readonly principal: string;
  readonly value: number;
} {
  if (stored.kind === 'Invalid') return { name: stored.metadata.name, principal: '', value: 0 };
  const { metadata, spec, status } = stored.resource;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return { name: metadata.name, principal: spec.servicePrincipal, value: ready?.status === 'True' ? 1 : 0 };
}

function resourceGauge(registry: Registry): (list: () => readonly Stored[]) => void {
  let list: () => readonly Stored[] = () => [];
  new Gauge({
    name: 'trusted_access_in_sync',
    help: '1: AWS is in the desired state of the resource (Ready is True). 0: it is not, or the state is unknown.',
    labelNames: ['name', 'principal'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { value, ...labels } of list().map(inSync)) this.set(labels, value);
    },
  });
  return (next) => {
    list = next;
  };
}

function stalledGauge(registry: Registry): (list: () => readonly Stored[]) => void {
  let list: () => readonly Stored[] = () => [];
  new Gauge({
    name: 'trusted_access_stalled',
    help: '1 for each stalled resource, by reason. No series: the resource is not stalled.',
    labelNames: ['name', 'principal', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const labels of list().flatMap(stalledFor)) this.set(labels, 1);
    },
  });
  return (next) => {
    list = next;
  };
}

function stalledFor(stored: Stored): { name: string; principal: string; reason: string }[] {
  if (stored.kind === 'Invalid') {
    return [{ name: stored.metadata.name, principal: '', reason: 'InvalidSpec' }];
  }
  const { metadata, spec, status } = stored.resource;
  const stalled = status.conditions.find((each) => each.type === 'Stalled' && each.status === 'True');
  return stalled ? [{ name: metadata.name, principal: spec.servicePrincipal, reason: stalled.reason }] : [];
}

function channelGauge(registry: Registry): (channel: EventChannel) => void {
  let channel: EventChannel | undefined;
  new Gauge({
    name: 'trusted_access_event_driven',
    help: '1: heartbeats verify that events arrive. 0: the operator only polls AWS.',
    registers: [registry],
    collect() {
      this.set(channel?.state()?.driven ? 1 : 0);
    },
  });
  new Gauge({
    name: 'trusted_access_event_queue_configured',
    help: '1: an event queue is configured. 0: none is, so the operator polls AWS.',
    registers: [registry],
    collect() {
      this.set(channel?.state() ? 1 : 0);
    },
  });
  return (next) => {
    channel = next;
  };
}

/** Counts what is announced. */
function countingRecorder(registry: Registry): Recorder {
  const registers = [registry];
  const drift = new Counter({
    name: 'trusted_access_drift_total',
    help: 'Differences that no change of a spec explains, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const correction = new Histogram({
    name: 'trusted_access_correction_seconds',
    help: 'From the detection of a drift to the read that verified its correction.',
    buckets: secondsBuckets,
    registers,
  });
  const actions = new Counter({
    name: 'trusted_access_actions_total',
    help: 'Changes made in AWS and verified, by kind of action.',
    labelNames: ['action'],
    registers,
  });
  const rollbacks = new Counter({
    name: 'trusted_access_replacements_rolled_back_total',
    help: 'Swaps that AWS refused and the operator rolled back.',
    registers,
  });
  for (const kind of driftKinds) drift.inc({ kind }, 0);
  const emit = (reported: Notice) => {
    if (reported.kind === 'DriftDetected') drift.inc({ kind: reported.drift.kind });
    if (reported.kind === 'DriftCorrected')
      correction.observe(secondsBetween(reported.drift.detectedAt, reported.at));
    if (reported.kind === 'ActionVerified') actions.inc({ action: reported.action.kind });
    if (reported.kind === 'ReplacementRolledBack') rollbacks.inc();
  };
  return { emit };
}

function secondsBetween(from: string, to: number): number {
  const seconds = (to - Date.parse(from)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** The metrics of this product. */
export function productMetrics(registry: Registry): ProductMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: 'trusted_access_aws_calls_total',
    help: 'Calls to AWS, by operation and result: ok or the kind of error.',
    labelNames: ['operation', 'result'],
    registers,
  });
  const events = new Counter({
    name: 'trusted_access_events_total',
    help: 'Queue messages, by result.',
    labelNames: ['result'],
    registers,
  });
  const latency = new Histogram({
    name: 'trusted_access_event_latency_seconds',
    help: 'From a change in AWS to the receipt of its event.',
    buckets: secondsBuckets,
    registers,
  });
  const heartbeat = new Histogram({
    name: 'trusted_access_heartbeat_round_trip_seconds',
    help: 'From sending a heartbeat to the bus to its receipt from the queue.',
    buckets: secondsBuckets,
    registers,
  });
  const watchInSync = resourceGauge(registry);
  const watchStalled = stalledGauge(registry);
  const operation = boundedLabel(100);
  const callResult = boundedLabel(30);
  const eventResult = boundedLabel(30);
  return {
    recorder: countingRecorder(registry),
    awsCall: (name, result) => calls.inc({ operation: operation(name), result: callResult(result) }),
    event: (result) => events.inc({ result: eventResult(result) }),
    eventLatency: (seconds) => latency.observe(Math.max(0, seconds)),
    heartbeat: (roundTrip) => heartbeat.observe(Math.max(0, roundTrip)),
    watchResources(list) {
      watchInSync(list);
      watchStalled(list);
    },
    watchEvents: channelGauge(registry),
  };
}
