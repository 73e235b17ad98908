/**
 * The Kubernetes side in one piece. Import it only when a cluster is used: authentication is the largest part
 * of the program.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock, Random } from '../time/clock.ts';
import { createEventRecorder, type EventRecorder } from './eventRecorder.ts';
import { createHttpApi } from './httpApi.ts';
import { createInstallation, type Installation, installationName, sharedNamespace } from './installation.ts';
import { openKubeConfig } from './kubeConfig.ts';
import { createExecPlugins } from './kubeconfigUser.ts';
import { createLeaderElector, type LeaderElector } from './leaderElection.ts';
import type { Log } from './log.ts';
import { type Missing, type Needs, whatIsMissing } from './permissions.ts';
import { createStore, type KubernetesStore } from './store.ts';

export interface KubernetesOptions {
  /** Path of a kubeconfig. Absent: KUBECONFIG, the home directory's, or the service account of the pod. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** `--watch-label-selector`: only these resources; each selector has a lease of its own. */
  readonly labelSelector?: string | undefined;
  readonly leaderElectionNamespace?: string | undefined;
  /** For example `trusted-access-operator/1.2.3`. */
  readonly userAgent: string;
  readonly clock: Clock;
  /** Milliseconds of a clock that nobody sets: `() => performance.now()`. */
  readonly uptime: () => number;
  readonly random: Random;
  readonly log: Log;
  /** POD_NAME and POD_NAMESPACE are read of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Kubernetes {
  /** `store.run(signal)` starts it. */
  readonly store: KubernetesStore;
  readonly recorder: EventRecorder;
  /** @throws Error that names the option when there is no namespace for the lease. */
  elector(): LeaderElector;
  /** Keeps installations of other namespaces apart; undefined when this one has no namespace. */
  installation(): Installation | undefined;
  /** For `doctor`, and at the start: what the cluster or the operator's RBAC lacks. Rejects when it cannot be asked. */
  whatIsMissing(signal: AbortSignal, needs?: { readonly lease: boolean }): Promise<readonly Missing[]>;
  /** Writes the events that wait and closes every connection. */
  close(): Promise<void>;
}

const serviceAccountNamespace = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Shards do not share a lease: the selector is part of its name. */
export function leaseName(labelSelector: string | undefined): string {
  if (labelSelector === undefined || labelSelector === '') return 'trusted-access-operator';
  const shard = createHash('sha256').update(labelSelector).digest('hex').slice(0, 8);
  return `trusted-access-operator-${shard}`;
}

export function leaseNamespace(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  file = serviceAccountNamespace,
): string | undefined {
  const given = option || env['POD_NAMESPACE'];
  if (given) return given;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** What this installation asks of the cluster: the leader's lease only with leader election. */
export const needsOf = (
  namespace: string | undefined,
  labelSelector: string | undefined,
  elects: boolean,
): Needs => ({
  eventNamespace: 'default',
  leases:
    namespace === undefined
      ? []
      : [
          ...(elects ? [{ namespace, name: leaseName(labelSelector) }] : []),
          { namespace: sharedNamespace, name: installationName(leaseName(labelSelector)) },
        ],
});

/** Opens no connection yet. @throws Error when there is no usable kubeconfig or service account. */
export function connectKubernetes(options: KubernetesOptions): Kubernetes {
  const { clock, random, log, userAgent, env, kubeconfig, context, labelSelector } = options;
  const plugins = createExecPlugins();
  const open = (connections: number) => {
    const source = {
      connections,
      plugins,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    };
    return createHttpApi({ access: openKubeConfig(source), clock, userAgent });
  };
  // One for the watch, the rest for writes; HTTP/1.1 carries one call at a time.
  const api = open(8);
  let leaseApi: ReturnType<typeof open> | undefined;
  const instance = env['POD_NAME'] || hostname();
  const namespace = leaseNamespace(options.leaderElectionNamespace, env);
  const recorder = createEventRecorder({ api, clock, random, log, instance });

  return {
    store: createStore({
      api,
      clock,
      random,
      log,
      ...(labelSelector === undefined ? {} : { labelSelector }),
    }),
    recorder,
    elector() {
      if (namespace === undefined) {
        throw new Error(
          'leader election needs a namespace for its lease. Set --leader-election-namespace or POD_NAMESPACE, or set --leader-elect=false',
        );
      }
      leaseApi ??= open(1);
      const identity = `${instance}_${randomUUID()}`;
      const name = leaseName(labelSelector);
      return createLeaderElector({ ...options, api: leaseApi, namespace, name, identity });
    },
    installation() {
      if (namespace === undefined) return undefined;
      leaseApi ??= open(1);
      return createInstallation({
        ...options,
        api: leaseApi,
        namespace,
        leaseName: leaseName(labelSelector),
      });
    },
    whatIsMissing: (signal, needs = { lease: namespace !== undefined }) =>
      whatIsMissing(api, needsOf(namespace, labelSelector, needs.lease), signal),
    async close() {
      await recorder.close();
      await Promise.all([api.close(), leaseApi?.close()]);
    },
  };
}
