import { readTrustedAccess } from '../../crds/validate.ts';
import { hasCode, type KubernetesApi } from '../../kubernetes/api.ts';
import { createHttpApi } from '../../kubernetes/httpApi.ts';
import { type ClusterAccess, type ClusterSource, openKubeConfig } from '../../kubernetes/kubeConfig.ts';
import { type Collection, list } from '../../kubernetes/listing.ts';
import { collectionPath, resourceName } from '../../kubernetes/store.ts';
import type { Clock } from '../../time/clock.ts';
import { userAgent } from '../version.ts';
import type { Declaration, Declarations } from './declarations.ts';
import type { Fault } from './report.ts';

export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly watchLabelSelector?: string;
}

/** The resources of the cluster, by one list: nothing is watched. Rejects with an error for people. */
export async function readCluster(
  options: ClusterOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<Declarations> {
  return sorted(await withCluster(options, clock, (api) => listResources(api, options, signal)));
}

/** The API of the cluster for as long as it is used. @throws Error for people when there is no usable kubeconfig. */
export async function withCluster<T>(
  { kubeconfig, context, plugins }: ClusterOptions & Pick<ClusterSource, 'plugins'>,
  clock: Clock,
  use: (api: KubernetesApi, access: ClusterAccess) => Promise<T>,
): Promise<T> {
  const access = openKubeConfig({
    connections: 1,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(plugins !== undefined && { plugins }),
  });
  const api = createHttpApi({ access, clock, userAgent: `${userAgent.name}/${userAgent.version}` });
  try {
    return await use(api, access);
  } finally {
    await api.close();
  }
}

/** The resources as the API server has them. Rejects with an error for people. */
export async function listResources(
  api: KubernetesApi,
  { watchLabelSelector }: ClusterOptions,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  try {
    const selecting = watchLabelSelector !== undefined && { labelSelector: watchLabelSelector };
    return await listItems({ api, path: collectionPath, ...selecting }, signal);
  } catch (error) {
    throw explain(error);
  }
}

/** A whole collection. Rejects with what the API server says. */
export async function listItems(collection: Collection, signal: AbortSignal): Promise<readonly unknown[]> {
  let items: unknown[] = [];
  await list(
    collection,
    () => {
      items = [];
      return (item) => void items.push(item);
    },
    signal,
  );
  return items;
}

function explain(error: unknown): unknown {
  if (hasCode(error, 404)) {
    return new Error(`the cluster does not serve ${resourceName}: trusted-access crd | kubectl apply -f -`, {
      cause: error,
    });
  }
  if (!(error instanceof Error)) return error;
  return new Error(`${resourceName} of the cluster cannot be listed: ${error.message}`, { cause: error });
}

function sorted(items: readonly unknown[]): Declarations {
  const declarations: Declaration[] = [];
  const faults: Fault[] = [];
  for (const item of items) {
    const read = readTrustedAccess(item);
    if (read?.kind === 'Valid') declarations.push({ stored: read });
    if (read?.kind === 'Invalid') {
      const resource = read.metadata.name;
      faults.push(...read.problems.map((message) => ({ resource, message })));
    }
  }
  return { declarations, faults };
}
