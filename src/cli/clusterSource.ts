import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { createEventRecorder } from '../kubernetes/eventRecorder.ts';
import { createHttpApi } from '../kubernetes/httpApi.ts';
import { openKubeConfig } from '../kubernetes/kubeConfig.ts';
import { createLeaderElector } from '../kubernetes/leaderElection.ts';
import { whatIsMissing } from '../kubernetes/permissions.ts';
import { createStore } from '../kubernetes/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { always } from './leading.ts';
import type { Source } from './operator.ts';
import type { RunOptions } from './runOptions.ts';
import { systemClock } from './systemClock.ts';
import { userAgent } from './version.ts';

const leaseName = 'trusted-access-operator';
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

type ClusterOptions = Pick<
  RunOptions,
  'kubeconfig' | 'context' | 'leaderElect' | 'leaderElectionNamespace' | 'watchLabelSelector'
>;

/** Resources of a cluster, by kubeconfig or as a pod; one replica works when there are several. */
export async function clusterSource(options: ClusterOptions, logger: Logger): Promise<Source> {
  const inPod = process.env['KUBERNETES_SERVICE_HOST'] !== undefined && options.kubeconfig === undefined;
  const elects = options.leaderElect ?? inPod;
  const namespace = elects ? await leaseNamespace(options) : undefined;
  const connection = connect(options, 8);
  // A connection of its own: renewals must not wait behind other calls.
  const leaseConnection = elects ? connect(options, 1) : undefined;
  const random = Math.random;
  const common = { api: connection.api, clock: systemClock, random, log: logger };
  const selector = options.watchLabelSelector;
  const store = createStore({ ...common, ...(selector !== undefined && { labelSelector: selector }) });
  const instance = process.env['POD_NAME'] ?? hostname();
  const recorder = createEventRecorder({ ...common, instance });
  const elector =
    leaseConnection && namespace !== undefined
      ? createLeaderElector({
          api: leaseConnection.api,
          namespace,
          name: leaseNameFor(selector),
          identity: `${instance}_${randomUUID()}`,
          clock: systemClock,
          uptime: () => performance.now(),
          random,
          log: logger,
        })
      : undefined;
  return {
    store,
    recorder,
    synced: store.synced,
    async run(signal) {
      await Promise.all([store.run(signal), tellMissing(connection.api, namespace, logger, signal)]);
    },
    checks: {
      ready: store.ready,
      alive: () =>
        elector?.healthy() === false
          ? { ok: false, message: 'the lease is held but was not renewed' }
          : {
              ok: true,
              message: elector?.isLeader() ? 'leading' : elects ? 'standing by' : 'no lease needed',
            },
    },
    lead: elector ? (work, stopping) => elector.run({ onStartedLeading: work }, stopping) : always,
    async close() {
      await recorder.close();
      await connection.close();
      await leaseConnection?.close();
    },
  };
}

function connect({ kubeconfig, context }: ClusterOptions, connections: number) {
  const access = openKubeConfig({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    connections,
  });
  const agent = `${userAgent.name}/${userAgent.version}`;
  const api = createHttpApi({ access, clock: systemClock, userAgent: agent });
  return { api, close: () => api.close() };
}

/** Replicas of one shard share a lease; each shard has its own. */
function leaseNameFor(selector: string | undefined): string {
  if (!selector) return leaseName;
  return `${leaseName}-${createHash('sha256').update(selector).digest('hex').slice(0, 10)}`;
}

async function leaseNamespace({ leaderElectionNamespace }: ClusterOptions): Promise<string> {
  const named = leaderElectionNamespace ?? process.env['POD_NAMESPACE'];
  if (named) return named;
  try {
    return (await readFile(namespaceFile, 'utf8')).trim();
  } catch {
    throw new Error(
      'in which namespace is the lease? Outside of a pod set --leader-election-namespace, or --leader-elect=false when there is one replica',
    );
  }
}

/** One clear line for each thing the cluster does not grant; the reflector says so of what it needs itself. */
async function tellMissing(
  api: KubernetesApi,
  leaseNamespace: string | undefined,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    const missing = await whatIsMissing(api, { leaseNamespace, eventNamespace: 'default' }, signal);
    for (const { what, remedy } of missing) logger.warn({ remedy }, `missing: ${what}`);
  } catch (error) {
    if (!signal.aborted) logger.debug({ err: error }, 'what the cluster grants could not be asked');
  }
}
