import type { Clock } from '../../controller/ports.ts';
import { readTrustedAccess } from '../../crds/validate.ts';
import { hasCode } from '../../kubernetes/api.ts';
import { createHttpApi } from '../../kubernetes/httpApi.ts';
import { openKubeConfig } from '../../kubernetes/kubeConfig.ts';
import { list } from '../../kubernetes/listing.ts';
import { collectionPath, resourceName } from '../../kubernetes/store.ts';
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
  { kubeconfig, context, watchLabelSelector }: ClusterOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<Declarations> {
  const access = openKubeConfig({
    connections: 1,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  });
  const api = createHttpApi({ access, clock, userAgent: `${userAgent.name}/${userAgent.version}` });
  const collection = {
    api,
    path: collectionPath,
    ...(watchLabelSelector !== undefined && { labelSelector: watchLabelSelector }),
  };
  let items: unknown[] = [];
  try {
    await list(
      collection,
      () => {
        items = [];
        return (item) => void items.push(item);
      },
      signal,
    );
  } catch (error) {
    throw explain(error);
  } finally {
    await api.close();
  }
  return sorted(items);
}

function explain(error: unknown): unknown {
  if (hasCode(error, 404)) {
    return new Error(`the cluster does not know ${resourceName}: trusted-access crd | kubectl apply -f -`, {
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
