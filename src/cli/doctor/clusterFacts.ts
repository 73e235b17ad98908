import { once } from '../../awsApi/clientSettings.ts';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import type { LeaseRecord } from '../../kubernetes/leaseRecord.ts';
import type { Missing } from '../../kubernetes/permissions.ts';
import type { Clock } from '../../time/clock.ts';
import { userAgent } from '../version.ts';
import type { DoctorOptions } from './options.ts';

/** What is so in the cluster. Each rejects with an ApiError, an error of the network, or the signal's reason. */
export interface ClusterFacts {
  /** Address and version of the API server. */
  server(): Promise<{ readonly url: string; readonly version: string }>;
  /** Any object by its path. */
  get(path: string): Promise<unknown>;
  /** Permissions that are missing; the CRD is no permission. */
  missingPermissions(): Promise<readonly Missing[]>;
  /** Where the lease is, as far as it is known. */
  leaseKey(): Promise<{ readonly namespace: string | undefined; readonly name: string }>;
  /** Rejects with an ApiError of code 404 when there is none. */
  lease(namespace: string, name: string): Promise<LeaseRecord>;
  close(): Promise<void>;
}

// Loaded when first needed: a folder of manifests needs none of it.
export function clusterFacts(options: DoctorOptions, clock: Clock, signal: AbortSignal): ClusterFacts {
  let opened: KubernetesApi | undefined;
  const connect = once(async () => {
    const { openKubeConfig } = await import('../../kubernetes/kubeConfig.ts');
    const { createHttpApi } = await import('../../kubernetes/httpApi.ts');
    const { kubeconfig, context } = options;
    const access = openKubeConfig({
      connections: 8,
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    });
    opened = createHttpApi({ access, clock, userAgent: `${userAgent.name}/${userAgent.version}` });
    return { access, api: opened };
  });
  const get = async (path: string) =>
    (await connect()).api.call({ method: 'GET', path, timeout: 8_000 }, signal);
  const leaseKey = async () => {
    const { leaseName, leaseNamespace } = await import('../../kubernetes/connection.ts');
    const namespace = leaseNamespace(options.leaderElectionNamespace, process.env);
    return { namespace, name: leaseName(options.watchLabelSelector) };
  };

  return {
    async server() {
      const { access } = await connect();
      const answer = await get('/version');
      const { server: url } = await access.authenticate();
      return { url, version: gitVersion(answer) };
    },
    get,
    async missingPermissions() {
      const { whatIsMissing } = await import('../../kubernetes/permissions.ts');
      const { needsOf } = await import('../../kubernetes/connection.ts');
      const { namespace } = await leaseKey();
      const needs = needsOf(namespace, options.watchLabelSelector, true);
      const missing = await whatIsMissing((await connect()).api, needs, signal);
      return missing.filter(({ what }) => what.startsWith('permission'));
    },
    leaseKey,
    async lease(namespace, name) {
      const { leaseRecord } = await import('../../kubernetes/leaseRecord.ts');
      const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
      return leaseRecord(await get(`${collection}/${encodeURIComponent(name)}`));
    },
    close: async () => void (await opened?.close()),
  };
}

function gitVersion(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || !('gitVersion' in answer)) return 'unknown version';
  return typeof answer.gitVersion === 'string' ? answer.gitVersion : 'unknown version';
}
