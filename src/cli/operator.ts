/** The composition root of `run` and `sandbox`: adapters on one side, the controller on the other. */
import { merge, type Observable, Subject } from 'rxjs';
import { type AwsCloud, type CloudOptions, createCloud } from '../aws/cloud.ts';
import { type Controller, createController, type Result } from '../controller/controller.ts';
import type { Clock, EventChannel, Random, Recorder, ResourceStore } from '../controller/ports.ts';
import type { Limits } from '../controller/run.ts';
import type { BindAddress } from '../telemetry/bindAddress.ts';
import { type Check, type HealthServer, startHealthServer } from '../telemetry/healthServer.ts';
import type { Logger } from '../telemetry/logger.ts';
import { logRecorder } from '../telemetry/logRecorder.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { type Ears, noEars, type OpenEars } from './ears.ts';
import { meter } from './meter.ts';
import { userAgentOf, version } from './version.ts';

/** Where the resources are, and who may work on them. */
export interface Source {
  readonly store: ResourceStore;
  /** Tells people where they look for it, beside the log. */
  readonly recorder?: Recorder;
  /** Keeps the store's view up to date until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
  readonly synced: Promise<void>;
  readonly checks: Readonly<Record<'ready' | 'alive', () => Check>>;
  /** Name of the lease that replicas share. */
  readonly lease?: string;
  /**
   * Calls `work` whenever this process may write, with a signal that is aborted the moment it no longer may.
   * Once `stopping` is aborted `work` is not called again, is left to end, and is then succeeded by others.
   */
  lead(work: (mayWrite: AbortSignal) => Promise<void>, stopping: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface OperatorOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly clusterName: string;
  readonly concurrency: number;
  readonly limits?: Limits;
  readonly health: BindAddress;
  readonly metrics: BindAddress;
  /** Default: the SDK's real clients. */
  readonly openCloud?: (options: CloudOptions) => AwsCloud;
  readonly openEars?: OpenEars;
  readonly recorders?: readonly Recorder[];
  /** How long work under way may take to end after `stop`, in milliseconds. */
  readonly grace: number;
}

export interface Operator {
  readonly results$: Observable<Result>;
  readonly channel: EventChannel;
  readonly server: Pick<HealthServer, 'healthPort' | 'metricsPort'>;
  /** Ends what is under way, hands the lease over and closes everything. */
  stop(): Promise<void>;
}

interface Parts extends OperatorOptions {
  readonly measured: Metrics;
  readonly cloud: AwsCloud;
  readonly ears: Ears;
  readonly results: Subject<Result>;
}

/** Starts everything; rejects with one clear error when an address cannot be listened on. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { source, clock, random, logger, openCloud = createCloud } = options;
  const measured = createMetrics({ version });
  measured.concurrency(options.concurrency);
  measured.watchResources(() => source.store.list());
  const calls = new Subject<string>();
  const cloud = openCloud({
    clock,
    random,
    userAgent: userAgentOf(options.clusterName),
    onCall: ({ operation, result }) => measured.awsCall(operation, result),
    onRequestId: (requestId) => calls.next(requestId),
    logger,
  });
  const ears = options.openEars?.({ cloud, measured, ownRequests$: calls, store: source.store }) ?? noEars;
  measured.watchEvents(ears.channel);
  const parts: Parts = { ...options, measured, cloud, ears, results: new Subject() };
  tellLeading(parts, false);
  const server = await startServer(parts);
  const stopping = new AbortController();
  const halt = new AbortController();
  const watching = source.run(halt.signal);
  let controller: Controller | undefined;
  const leading = source.lead(async (mayWrite) => {
    await Promise.race([source.synced, aborted(mayWrite), aborted(stopping.signal)]);
    if (mayWrite.aborted || stopping.signal.aborted) return;
    tellLeading(parts, true);
    controller = assemble(parts);
    const work = AbortSignal.any([mayWrite, halt.signal]);
    logger.info({ concurrency: options.concurrency }, 'reconciling');
    await Promise.all([controller.run(work), ears.listen(AbortSignal.any([work, stopping.signal]))]);
    controller = undefined;
    tellLeading(parts, false);
  }, stopping.signal);

  return {
    results$: parts.results.asObservable(),
    channel: ears.channel,
    server,
    async stop() {
      stopping.abort();
      const cancel = clock.after(options.grace, () => halt.abort(new Error('the grace period is over')));
      await controller?.stop();
      await leading;
      cancel();
      halt.abort();
      await watching;
      await source.close();
      cloud.close();
      await server.close();
      parts.results.complete();
    },
  };
}

function tellLeading({ source, measured }: Parts, leads: boolean): void {
  if (source.lease !== undefined) measured.leading(source.lease, leads);
}

function assemble({
  source,
  clock,
  random,
  logger,
  concurrency,
  cloud,
  ears,
  measured,
  results,
  ...options
}: Parts): Controller {
  const recorders = [
    logRecorder(logger),
    measured.recorder,
    ...(source.recorder ? [source.recorder] : []),
    ...ears.recorders,
    ...(options.recorders ?? []),
  ];
  const controller = createController({
    ports: {
      cloud,
      store: source.store,
      recorder: inTurn(recorders),
      witness: ears.witness,
      channel: ears.channel,
      clock,
      ...(options.limits && { limits: options.limits }),
    },
    random,
    wakeUps$: merge(source.store.changes$, ears.wakeUps$),
    concurrency,
    observer: meter(measured),
  });
  controller.results$.subscribe((result) => {
    tell(logger, result);
    results.next(result);
  });
  return controller;
}

function inTurn(recorders: readonly Recorder[]): Recorder {
  return {
    announce(announcement) {
      for (const recorder of recorders) recorder.announce(announcement);
    },
  };
}

function tell(logger: Logger, { name, outcome, took, again }: Result): void {
  const fields = {
    resource: name,
    milliseconds: Math.round(took),
    ...(again !== undefined && { again: Math.round(again) }),
  };
  if (outcome.kind === 'Error')
    logger.warn({ ...fields, err: outcome.error }, 'reconcile failed, again with backoff');
  else if (outcome.kind === 'Retry') logger.warn({ ...fields, reason: outcome.reason }, outcome.message);
  else logger.debug({ ...fields, outcome: outcome.kind }, 'reconciled');
}

function startServer({ source, measured, health, metrics }: Parts): Promise<HealthServer> {
  return startHealthServer({
    health,
    metrics,
    healthz: { lease: source.checks.alive },
    readyz: { store: source.checks.ready },
    render: measured.render,
    contentType: measured.contentType,
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
