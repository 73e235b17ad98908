import { Writable } from 'node:stream';
import type { Members } from '../../sandbox/aws/service.ts';
import { within } from '../../src/cli/clusterSource.ts';
import type { Operator, Source } from '../../src/cli/operator.ts';
import { startOperator } from '../../src/cli/operator.ts';
import { createEventRecorder } from '../../src/kubernetes/eventRecorder.ts';
import { createInstallation } from '../../src/kubernetes/installation.ts';
import { createLeaderElector } from '../../src/kubernetes/leaderElection.ts';
import { createStore, type KubernetesStore } from '../../src/kubernetes/store.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';
import type { Random } from '../../src/time/clock.ts';
import { simulatedCloud } from './cloud.ts';
import { openSimulatedIntake } from './eventIntake.ts';
import type { Cluster } from './kubernetes.ts';
import { createLife, type Life } from './life.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import type { Time } from './time.ts';

/** One process of the operator, all of it: reflector, lease, queue, reconcile, events, heartbeat. */
export interface Replica {
  readonly identity: string;
  readonly namespace: string;
  readonly life: Life;
  /** What it has seen of the resources. */
  readonly store: KubernetesStore;
  /** As SIGTERM does: it ends by itself, and is dead then. */
  terminate(): void;
  /** Kills it, if it lives, and lets go of everything it waits for: nothing of it is kept. */
  discard(): void;
}

export interface ReplicaOptions {
  readonly identity: string;
  readonly simulatedOrganization: SimulatedOrganization;
  readonly cluster: Cluster;
  readonly time: Time;
  readonly random: Random;
  readonly receives: boolean;
  readonly lease: LeaseTimes;
  /** Of the installation it belongs to. */
  readonly namespace?: string;
  readonly onWrite: (replica: Replica, operation: string, input: Members) => void;
  readonly onLog: (line: string) => void;
}

/** Milliseconds. */
export interface LeaseTimes {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

export const ownNamespace = 'operators';
export const leaseName = 'trusted-access-operator';

export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { identity, time, simulatedOrganization, random, onWrite, onLog } = options;
  const life = createLife(time);
  const logger = await loggerTo((line) => void (life.isDead || onLog(line)));
  const { source, store } = sourceOf(options, life, logger);
  const { clock } = life;
  let operator: Operator | undefined;
  const replica: Replica = {
    identity,
    namespace: options.namespace ?? ownNamespace,
    life,
    store,
    terminate() {
      const ended = operator?.stop() ?? Promise.resolve();
      void ended.then(() => life.kill());
    },
    discard() {
      life.discard();
      operator?.stop().catch(() => undefined);
    },
  };
  operator = await startOperator({
    source,
    clock,
    random,
    logger,
    clusterName: 'simulated',
    instance: identity,
    concurrency: 4,
    health: 'off',
    metrics: 'off',
    grace: 25_000,
    openCloud: (cloud) =>
      simulatedCloud(
        {
          simulatedOrganization,
          time,
          life,
          onWrite: (operation, input) => onWrite(replica, operation, input),
        },
        cloud,
      ),
    openEventIntake: openSimulatedIntake({
      ...options,
      life,
      clock,
      clusterName: 'simulated',
      onProblem: onLog,
    }),
  });
  return replica;
}

function sourceOf(
  { cluster, identity, random, lease, namespace = ownNamespace }: ReplicaOptions,
  life: Life,
  log: Logger,
): { source: Source; store: KubernetesStore } {
  const { clock } = life;
  const api = cluster.connect(life, random);
  const store = createStore({ api, clock, random, log });
  const recorder = createEventRecorder({ api, clock, random, log, instance: identity });
  const elector = createLeaderElector({
    ...lease,
    api,
    namespace,
    name: leaseName,
    identity,
    clock,
    uptime: life.uptime,
    random,
    log,
  });
  const installation = createInstallation({
    api,
    leaseName,
    namespace,
    clock,
    uptime: life.uptime,
    random,
    log,
  });
  const well = () => ({ ok: true, message: '' });
  const source: Source = {
    store,
    recorder,
    synced: store.synced,
    run: store.run,
    checks: { ready: store.ready, alive: well },
    lease: leaseName,
    lead: (work, stopping) => elector.run(within(installation.run, work, stopping), stopping),
    close: () => recorder.close(),
  };
  return { source, store };
}

function loggerTo(onLog: (line: string) => void): Promise<Logger> {
  const to = new Writable({
    write(chunk, _encoding, done) {
      const { msg, resource, reason } = JSON.parse(String(chunk));
      onLog([resource, reason, msg].filter((word) => word !== undefined).join(' '));
      done();
    },
  });
  return createLogger({ level: 'warn', format: 'json', to });
}
