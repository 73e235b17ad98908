import { isDeepStrictEqual } from 'node:util';
import { customResourceDefinition } from '../../../crds/crd.ts';
import { group as apiGroup, plural, version } from '../../../crds/trustedAccess.ts';
import { hasCode } from '../../../kubernetes/api.ts';
import {
  installationName,
  installationOf,
  rivalMessage,
  sharedNamespace,
} from '../../../kubernetes/installation.ts';
import type { Check, Context } from '../check.ts';
import type { ClusterFacts } from '../clusterFacts.ts';
import { type Finding, fail, ok, skip, warn, wordsOf } from '../finding.ts';

const group = 'Kubernetes';
const crdName = `${plural}.${apiGroup}`;
const applyCrd = 'trusted-access crd | kubectl apply --server-side -f -';

const api: Check = {
  name: 'kubernetes-api',
  title: 'Kubernetes API',
  group,
  needs: [],
  async run({ cluster, options }) {
    if (options.manifests !== undefined) return skip('--manifests: no cluster is used');
    if (!options.cluster) return skip('--no-cluster');
    try {
      const { url, version } = await cluster.server();
      return ok(`${version} at ${url}`);
    } catch (error) {
      if (hasCode(error, 401, 403)) {
        return fail(
          wordsOf(error),
          'the cluster rejects the credentials of the kubeconfig; log in to the cluster again',
        );
      }
      return fail(
        wordsOf(error),
        'check KUBECONFIG, --kubeconfig and --context; run kubectl version to see whether the cluster answers',
        'without a cluster: --no-cluster, or --manifests DIR',
      );
    }
  },
};

const crd: Check = {
  name: 'crd',
  title: 'TrustedAccess CRD',
  group,
  needs: ['kubernetes-api'],
  async run({ cluster }) {
    try {
      return judgeCrd(
        await cluster.get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crdName}`),
      );
    } catch (error) {
      if (hasCode(error, 404)) return fail(`${crdName} is not installed`, applyCrd);
      if (hasCode(error, 403)) return servedAtAll(cluster);
      throw error;
    }
  },
};

/** Who may not read CRDs, as the operator itself, still sees what is served. */
async function servedAtAll(cluster: Context['cluster']): Promise<Finding> {
  try {
    await cluster.get(`/apis/${apiGroup}/${version}`);
    return ok(`${apiGroup}/${version} is served (no permission to compare its schema with this version)`);
  } catch (error) {
    if (hasCode(error, 404)) return fail(`${apiGroup}/${version} is not served`, applyCrd);
    throw error;
  }
}

/** What of a CRD is compared: the server adds defaults to the rest. */
interface ShownVersion {
  readonly name?: string;
  readonly served?: boolean;
  readonly subresources?: unknown;
  readonly additionalPrinterColumns?: unknown;
  readonly schema?: unknown;
}

export function judgeCrd(found: unknown): Finding {
  const [own] = customResourceDefinition().spec.versions;
  const there = versionsOf(found).find(({ name }) => name === version);
  if (there === undefined || there.served !== true) return fail(`${version} is not served`, applyCrd);
  const same = (['schema', 'subresources', 'additionalPrinterColumns'] as const).filter(
    (part) => !isDeepStrictEqual(there[part], JSON.parse(JSON.stringify(own[part]))),
  );
  if (same.length === 0) return ok(`${crdName} ${version}, the one of this executable`);
  return warn(`${version} is served, but its ${same.join(', ')} is not that of this executable`, applyCrd);
}

function versionsOf(found: unknown): readonly ShownVersion[] {
  const spec = memberOf(found, 'spec');
  const versions = memberOf(spec, 'versions');
  return Array.isArray(versions) ? versions : [];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

const rbac: Check = {
  name: 'rbac',
  title: 'RBAC',
  group,
  needs: ['kubernetes-api'],
  async run({ cluster }) {
    const missing = await cluster.missingPermissions();
    if (missing.length === 0) {
      return ok(
        'these credentials have every permission that the operator needs (to check its own credentials, run doctor in its pod)',
      );
    }
    return fail(
      `no ${missing.map(({ what }) => what).join('; no ')}`,
      ...missing.map(({ remedy }) => remedy),
      'the Helm chart grants this to the operator; your own credentials do not need it',
    );
  },
};

const lease: Check = {
  name: 'lease',
  title: 'lease',
  group,
  needs: ['kubernetes-api'],
  async run({ cluster, clock }) {
    const { namespace, name } = await cluster.leaseKey();
    if (namespace === undefined)
      return skip('the namespace of the operator is unknown', '--leader-election-namespace NAME');
    try {
      const { holder, renewTime, durationSeconds } = await cluster.lease(namespace, name);
      if (holder === '') return warn(`${namespace}/${name} is free: no replica leads`, running(namespace));
      const age = renewTime === undefined ? undefined : clock.now() - Date.parse(renewTime);
      const since =
        age === undefined ? 'at an unknown time' : `${Math.max(0, Math.round(age / 1_000))} s ago`;
      const held = `held by ${holder}, renewed ${since}`;
      if (age !== undefined && age <= durationSeconds * 1_000) {
        const rival = await rivalOf(cluster, namespace, name);
        return rival === undefined ? ok(held) : warn(rivalMessage(rival), remedyFor(name));
      }
      return warn(`${held}: longer than the ${durationSeconds} s it lasts`, running(namespace));
    } catch (error) {
      if (hasCode(error, 404)) {
        return skip(`there is no lease ${namespace}/${name}: no operator with leader election has run there`);
      }
      if (hasCode(error, 403)) return warn(wordsOf(error), `grant get on leases in namespace ${namespace}`);
      throw error;
    }
  },
};

/** The installation of another namespace that may write instead; undefined: none, or it may not be asked, as RBAC says. */
async function rivalOf(cluster: ClusterFacts, namespace: string, name: string): Promise<string | undefined> {
  try {
    const { holder } = await cluster.lease(sharedNamespace, installationName(name));
    return holder === '' || holder === installationOf(namespace, name) ? undefined : holder;
  } catch (error) {
    if (hasCode(error, 403, 404)) return undefined;
    throw error;
  }
}

const remedyFor = (name: string): string =>
  `once the other one is gone: kubectl delete lease ${installationName(name)} --namespace ${sharedNamespace}`;

function running(namespace: string): string {
  return `check whether it runs: kubectl get pods -n ${namespace}`;
}

export const clusterChecks: readonly Check[] = [api, crd, rbac, lease];
