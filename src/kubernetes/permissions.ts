import { z } from 'zod';
import { group, plural, version } from '../crds/trustedAccess.ts';
import { hasCode, type KubernetesApi } from './api.ts';

/** One thing the operator needs of the cluster and has not. */
export interface Missing {
  readonly what: string;
  readonly remedy: string;
  /** Without it no resource can be seen at all, which whoever watches them says too. */
  readonly blinds: boolean;
}

interface Need {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  /** Of the one object that is meant. */
  readonly name?: string;
}

export interface Needs {
  /** Each by its name; empty: neither leader election nor a namespace. */
  readonly leases: readonly { readonly namespace: string; readonly name: string }[];
  /** Namespace that Kubernetes events are written to. */
  readonly eventNamespace: string;
}

const needed = ({ leases, eventNamespace }: Needs): readonly Need[] => [
  ...['list', 'watch', 'patch'].map((verb) => ({ verb, group, resource: plural })),
  { verb: 'patch', group, resource: plural, subresource: 'status' },
  ...['create', 'patch'].map((verb) => ({
    verb,
    group: 'events.k8s.io',
    resource: 'events',
    namespace: eventNamespace,
  })),
  ...leases.flatMap(({ namespace, name }) => {
    const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace };
    // RBAC knows no name of what is yet to be created.
    return [
      { ...lease, verb: 'get', name },
      { ...lease, verb: 'create' },
      { ...lease, verb: 'update', name },
    ];
  }),
];

const discoverySchema = z.object({ resources: z.array(z.object({ name: z.string() })) });
const reviewSchema = z.object({
  status: z.object({ allowed: z.boolean(), reason: z.string().optional() }),
});

async function missingCrd(api: KubernetesApi, signal: AbortSignal): Promise<Missing[]> {
  const remedy = 'trusted-access crd | kubectl apply -f -';
  try {
    const found = discoverySchema.parse(
      await api.call({ method: 'GET', path: `/apis/${group}/${version}` }, signal),
    );
    const names = found.resources.map(({ name }) => name);
    if (names.includes(plural) && names.includes(`${plural}/status`)) return [];
    return [{ what: `${plural}.${group} in ${version} with its status subresource`, remedy, blinds: false }];
  } catch (error) {
    if (hasCode(error, 404)) return [{ what: `${plural}.${group} in ${version}`, remedy, blinds: true }];
    throw error;
  }
}

const named = ({ verb, resource, subresource, group: apiGroup, namespace }: Need): string =>
  `permission to ${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}.${apiGroup}${
    namespace === undefined ? '' : ` in namespace ${namespace}`
  }`;

async function missingPermission(api: KubernetesApi, need: Need, signal: AbortSignal): Promise<Missing[]> {
  const answer = await api.call(
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { ...need, ...(need.group === group ? { version } : {}) } },
      },
    },
    signal,
  );
  if (reviewSchema.parse(answer).status.allowed) return [];
  const { verb, group: apiGroup, resource, subresource, namespace, name } = need;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const kind = namespace === undefined ? 'ClusterRole' : `Role in namespace ${namespace}`;
  const remedy = `add to its ${kind}: apiGroups [${apiGroup}], resources [${full}]${name === undefined ? '' : `, resourceNames [${name}]`}, verbs [${verb}]`;
  return [{ what: named(need), remedy, blinds: verb === 'list' || verb === 'watch' }];
}

/**
 * What the operator lacks in this cluster, asked of the API server itself; empty when all is there. Rejects
 * when it cannot be asked.
 */
export async function whatIsMissing(
  api: KubernetesApi,
  needs: Needs,
  signal: AbortSignal,
): Promise<readonly Missing[]> {
  const found = await Promise.all([
    missingCrd(api, signal),
    ...needed(needs).map((need) => missingPermission(api, need, signal)),
  ]);
  return found.flat();
}
