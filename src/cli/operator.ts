/** The composition root of `run` and `sandbox`: adapters on one side, the controller on the other. */
import { randomUUID } from 'node:crypto';
import { connectable, defer, lastValueFrom, NEVER, type Observable, Subject, tap } from 'rxjs';
import { type AwsCloud, type CloudOptions, createCloud } from '../aws/cloud.ts';
import type { Limits } from '../controller/context.ts';
import { type Controller, createController, type Reconciled, type Result } from '../controller/controller.ts';
import {
  type Cloud,
  type EventChannel,
  metadataOf,
  type Recorder,
  type ResourceStore,
  type WakeUpSource,
} from '../controller/ports.ts';
import type { AcceptedWrite } from '../events/expectations.ts';
import type { PolicyFile } from '../policy/policyFile.ts';
import type { BindAddress } from '../telemetry/bindAddress.ts';
import { type Check, type HealthServer, startHealthServer } from '../telemetry/healthServer.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { Clock, Random } from '../time/clock.ts';
import { reportingWrites } from './acceptedWrites.ts';
import { type AwsReadiness, createAwsReadiness } from './awsReadiness.ts';
import { credentialWakeUps } from './credentialWakeUps.ts';
import { type EventIntake, noEventIntake, type OpenEventIntake } from './eventIntake.ts';
import { type Lead, leadershipOf } from './leadership.ts';
import { countResults } from './meter.ts';
import { logPolicy, policyCheck, policyWakeUps } from './policyInForce.ts';
import { eventsOf, logResults, reconcilesOf } from './results.ts';
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
  readonly lead: Lead;
  close(): Promise<void>;
}

export interface OperatorOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly clusterName: string;
  /** Tells this process from every other, without dots. Default: a new UUID. */
  readonly instance?: string;
  readonly concurrency: number;
  readonly limits?: Limits;
  readonly health: BindAddress;
  readonly metrics: BindAddress;
  /** Default: the SDK's real clients. */
  readonly openCloud?: (options: CloudOptions) => AwsCloud;
  readonly openEventIntake?: OpenEventIntake;
  /** What the platform owner permits; absent: nothing is restricted. */
  readonly policy?: PolicyFile;
  /** Emits when credentials of the process may have changed. */
  readonly credentialChanges$?: Observable<unknown>;
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
  /** The same for the controller, with its writes reported. */
  readonly controlled: Cloud;
  readonly intake: EventIntake;
  readonly readiness: AwsReadiness;
  /** Aborted: no work begins, and what is under way ends. */
  readonly stopping: AbortController;
  /** Aborted: what is under way ends at once. */
  readonly halt: AbortController;
}

/** Starts everything; rejects with one clear error when an address cannot be listened on. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const parts = assemble(options);
  const { source, clock, logger, cloud, intake, stopping, halt } = parts;
  const server = await startServer(parts);
  const watching = Promise.all([source.run(halt.signal), options.policy?.run(halt.signal)]);
  if (options.policy) logPolicy(options.policy, logger);

  const controller = createOperatorController(
    parts,
    defer(() => reconcilesOf(results$)),
  );
  const results$ = connectable<Result>(controller.results$, {
    connector: () => new Subject(),
    resetOnDisconnect: false,
  });
  logResults(results$, logger, stopping.signal);
  reconcilesOf(results$).subscribe(parts.readiness.ended);
  countResults(results$, parts.measured);
  eventsOf(results$).subscribe((event) => source.recorder?.emit(event));
  const sinks = intake.sinks.map((sink) => sink(results$));
  const over = lastValueFrom(results$, { defaultValue: undefined });
  results$.connect();

  return {
    results$,
    channel: intake.channel,
    server,
    async stop() {
      stopping.abort(new Error('the operator is stopping'));
      const cancel = clock.after(options.grace, () => halt.abort(new Error('the grace period is over')));
      await over;
      cancel();
      halt.abort();
      await Promise.all([watching, ...sinks]);
      await source.close();
      cloud.close();
      await server.close();
    },
  };
}

function assemble(options: OperatorOptions): Parts {
  const { source, clock, random, logger, openCloud = createCloud, instance = randomUUID() } = options;
  const measured = createMetrics({ version });
  measured.concurrency(options.concurrency);
  measured.watchResources(() => source.store.list());
  const ownRequests$ = new Subject<string>();
  const ownIdentities$ = new Subject<string>();
  const acceptedWrites$ = new Subject<AcceptedWrite>();
  const stopping = new AbortController();
  const readiness = createAwsReadiness({
    names: () => source.store.list().map((stored) => metadataOf(stored).name),
    now: () => clock.now(),
  });
  const cloud = openCloud({
    clock,
    random,
    userAgent: userAgentOf(options.clusterName, instance),
    onCall({ operation, result }) {
      measured.awsCall(operation, result);
      readiness.called(result);
    },
    onRequestId: (requestId) => ownRequests$.next(requestId),
    onIdentity: (arn) => ownIdentities$.next(arn),
    stopping: stopping.signal,
    logger,
  });
  const intake =
    options.openEventIntake?.({
      cloud,
      instance,
      measured,
      ownRequests$,
      ownIdentities$,
      acceptedWrites$,
      store: source.store,
    }) ?? noEventIntake;
  measured.watchEvents(intake.channel);
  return {
    ...options,
    controlled: reportingWrites(cloud, (write) => acceptedWrites$.next(write)),
    measured,
    cloud,
    intake,
    readiness,
    stopping,
    halt: new AbortController(),
  };
}

/** `reconciles$`: what this controller itself emits. */
function createOperatorController(parts: Parts, reconciles$: Observable<Reconciled>): Controller {
  const { source, clock, random, logger, concurrency, controlled, intake, measured, policy } = parts;
  const { attribution, channel } = intake;
  // A further source is one more element here.
  const sources: readonly WakeUpSource[] = [
    ...intake.sources,
    credentials(parts, reconciles$),
    ...(policy ? [policyWakeUps(policy, source.store)] : []),
  ];
  const [stopping, halt] = [parts.stopping.signal, parts.halt.signal];
  const idle = () => Promise.all([controller.queue.idle(), ...sources.map((each) => each.idle?.())]);
  showLeading(parts, false);
  const leadership$ = leadershipOf({ ...source, stopping, halt, idle }).pipe(
    tap((mayWrite) => {
      showLeading(parts, mayWrite !== undefined);
      if (mayWrite) logger.info({ concurrency }, 'reconciling');
    }),
  );
  const controller = createController({
    ports: {
      cloud: controlled,
      store: source.store,
      attribution,
      channel,
      clock,
      ...(parts.limits && { limits: parts.limits }),
      ...(policy && { policy: policy.state }),
    },
    random,
    sources,
    leadership$,
    stopping,
    concurrency,
    onSourceError: (name, err) =>
      logger.warn({ source: name, err }, 'event source failed, subscribing again'),
  });
  measured.watchQueue(controller.queue);
  return controller;
}

function credentials(
  { cloud, credentialChanges$ = NEVER }: Parts,
  reconciles$: Observable<Reconciled>,
): WakeUpSource {
  const changes$ = credentialChanges$.pipe(tap(cloud.credentialsChanged));
  return { name: 'credentials', wakeUps$: credentialWakeUps(changes$, reconciles$) };
}

function showLeading({ source, measured, readiness }: Parts, leads: boolean): void {
  readiness.leading(leads);
  if (source.lease !== undefined) measured.leading(source.lease, leads);
}

function startServer({ source, measured, readiness, policy, health, metrics }: Parts): Promise<HealthServer> {
  return startHealthServer({
    health,
    metrics,
    healthz: { lease: source.checks.alive },
    readyz: {
      store: source.checks.ready,
      aws: readiness.check,
      ...(policy && { policy: () => policyCheck(policy) }),
    },
    render: measured.render,
    contentType: measured.contentType,
  });
}
