import { connectKubernetes, type Kubernetes, leaseName } from '../kubernetes/connection.ts';
import { rivalMessage } from '../kubernetes/installation.ts';
import type { LeadersWork } from '../kubernetes/leaderElection.ts';
import type { Logger } from '../telemetry/logger.ts';
import { always } from './leadership.ts';
import type { Source } from './operator.ts';
import type { RunOptions } from './runOptions.ts';
import { systemClock } from './systemClock.ts';
import { userAgent } from './version.ts';

type ClusterOptions = Pick<
  RunOptions,
  'kubeconfig' | 'context' | 'leaderElect' | 'leaderElectionNamespace' | 'watchLabelSelector'
>;

/**
 * Resources of a cluster, by kubeconfig or as a pod; one replica works when there are several.
 * @throws Error when there is no cluster, or no namespace for the lease
 */
export function clusterSource(options: ClusterOptions, logger: Logger): Source {
  const inPod = process.env['KUBERNETES_SERVICE_HOST'] !== undefined && options.kubeconfig === undefined;
  const elects = options.leaderElect ?? inPod;
  const kubernetes = connectKubernetes({
    kubeconfig: options.kubeconfig,
    context: options.context,
    labelSelector: options.watchLabelSelector,
    leaderElectionNamespace: options.leaderElectionNamespace,
    userAgent: `${userAgent.name}/${userAgent.version}`,
    clock: systemClock,
    uptime: () => performance.now(),
    random: Math.random,
    log: logger,
    env: process.env,
  });
  const { store, recorder } = kubernetes;
  const elector = elects ? kubernetes.elector() : undefined;
  const installation = kubernetes.installation();
  const alone: Source['lead'] = installation === undefined ? always : installation.run;
  return {
    store,
    recorder,
    synced: store.synced,
    async run(signal) {
      await Promise.all([store.run(signal), reportMissing(kubernetes, elects, logger, signal)]);
    },
    checks: {
      ready() {
        const rival = installation?.rival();
        return rival === undefined ? store.ready() : { ok: false, message: rivalMessage(rival) };
      },
      alive: () =>
        elector?.healthy() === false
          ? { ok: false, message: 'the lease is held but was not renewed' }
          : {
              ok: true,
              message: elector ? (elector.isLeader() ? 'leading' : 'standing by') : 'no lease needed',
            },
    },
    ...(elector && { lease: leaseName(options.watchLabelSelector) }),
    lead: elector ? (work, stopping) => elector.run(within(alone, work, stopping), stopping) : alone,
    close: kubernetes.close,
  };
}

/** The work of the leader: first its installation has to be the one that may write. */
export function within(
  alone: Source['lead'],
  work: Parameters<Source['lead']>[0],
  stopping: AbortSignal,
): LeadersWork {
  return {
    onStartedLeading: (lost) =>
      alone((mayWrite) => work(AbortSignal.any([lost, mayWrite])), AbortSignal.any([lost, stopping])),
  };
}

/** One clear line for each thing the cluster does not grant. What keeps the store from seeing, it says itself. */
async function reportMissing(
  kubernetes: Kubernetes,
  lease: boolean,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    const missing = await kubernetes.whatIsMissing(signal, { lease });
    for (const { what, remedy, blinds } of missing) {
      if (!blinds) logger.warn({ remedy }, `missing: ${what}`);
    }
  } catch (error) {
    if (!signal.aborted) logger.debug({ err: error }, 'could not check RBAC permissions');
  }
}
