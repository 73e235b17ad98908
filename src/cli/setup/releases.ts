import { z } from 'zod';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import type { ExecPlugins } from '../../kubernetes/kubeconfigUser.ts';
import type { Clock } from '../../time/clock.ts';
import { deadline } from '../../time/deadline.ts';
import { orAborted } from '../../time/sleep.ts';

/** A Helm release of the operator's chart. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
}

/** The release that the documentation installs. */
export const defaultRelease: Release = {
  name: 'trusted-access-operator',
  namespace: 'trusted-access-system',
};

/** Milliseconds that the cluster may take: AWS is set up by then, and only the printed command depends on it. */
const patience = 2_000;

const labelSelector = 'app.kubernetes.io/name=trusted-access-operator,app.kubernetes.io/managed-by=Helm';

/** What stands in a printed command must be a name, whatever an annotation says. */
const dnsName = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** Helm sets both annotations on every object of a release. */
const deploymentSchema = z.object({
  metadata: z.object({
    annotations: z.object({
      'meta.helm.sh/release-name': dnsName,
      'meta.helm.sh/release-namespace': dnsName,
    }),
  }),
});

/**
 * The releases in the cluster of the current context, sorted by namespace and name. Without a permission to list
 * Deployments everywhere: those in the namespace of the context. Empty, never an error, when there is no cluster or it
 * does not answer within 2 seconds.
 */
export async function findReleases(clock: Clock, signal: AbortSignal): Promise<readonly Release[]> {
  using until = deadline(clock, patience, signal, 'the cluster does not answer');
  try {
    return releasesOf(await orAborted(listDeployments(clock, until.signal), until.signal));
  } catch {
    return [];
  }
}

// Loaded when first needed: most of set-up is about AWS alone.
async function listDeployments(clock: Clock, signal: AbortSignal): Promise<readonly unknown[]> {
  const { hasCode } = await import('../../kubernetes/api.ts');
  const { listItems, withCluster } = await import('../plan/clusterResources.ts');
  return withCluster({ plugins: await quietPlugins() }, clock, async (api: KubernetesApi, { namespace }) => {
    const listing = (path: string) => listItems({ api, path, labelSelector }, signal);
    try {
      return await listing('/apis/apps/v1/deployments');
    } catch (error) {
      if (!hasCode(error, 403)) throw error;
      return await listing(`/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`);
    }
  });
}

/** Exec plug-ins that ask nothing: a login to the cluster would be a surprise here. */
async function quietPlugins(): Promise<ExecPlugins> {
  const { createExecPlugins } = await import('../../kubernetes/kubeconfigUser.ts');
  const plugins = createExecPlugins();
  return { of: (options) => plugins.of({ ...options, hasTerminal: false, patience }) };
}

function releasesOf(deployments: readonly unknown[]): readonly Release[] {
  const found = new Map<string, Release>();
  for (const deployment of deployments) {
    const { data } = deploymentSchema.safeParse(deployment);
    if (data === undefined) continue;
    const { annotations } = data.metadata;
    const name = annotations['meta.helm.sh/release-name'];
    const namespace = annotations['meta.helm.sh/release-namespace'];
    found.set(`${namespace}/${name}`, { name, namespace });
  }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}
