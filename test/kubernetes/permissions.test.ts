import { expect, it } from 'vitest';
import type { ApiCall, KubernetesApi } from '../../src/kubernetes/api.ts';
import { apiError } from '../../src/kubernetes/api.ts';
import { whatIsMissing } from '../../src/kubernetes/permissions.ts';
import { statusOf } from './faultyServer.ts';

interface Attributes {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
}

function cluster(served: string[] | undefined, allowed: (attributes: Attributes) => boolean): KubernetesApi {
  const review = (call: ApiCall) => {
    const { spec } = call.body as { spec: { resourceAttributes: Attributes } };
    return { status: { allowed: allowed(spec.resourceAttributes) } };
  };
  return {
    call: async (call) => {
      if (call.method === 'POST') return review(call);
      if (served === undefined) throw apiError(statusOf(404, 'NotFound', 'not found'));
      return { resources: served.map((name) => ({ name })) };
    },
    stream: () => Promise.reject(new Error('not asked for')),
    close: () => Promise.resolve(),
  };
}

const { signal } = new AbortController();
const all = ['trustedaccesses', 'trustedaccesses/status'];
const needs = { leases: [{ namespace: 'operators', name: 'the-lease' }], eventNamespace: 'default' };

it('the check passes when the CRD is served and every permission is granted', async () => {
  expect(
    await whatIsMissing(
      cluster(all, () => true),
      needs,
      signal,
    ),
  ).toEqual([]);
});

it('a CRD that is not there is reported with the command that installs it', async () => {
  expect(
    await whatIsMissing(
      cluster(undefined, () => true),
      needs,
      signal,
    ),
  ).toEqual([
    {
      what: 'trustedaccesses.trustedaccess.dev in v1alpha1',
      remedy: 'trusted-access crd | kubectl apply -f -',
      blinds: true,
    },
  ]);
});

it('each permission that is missing is reported with the rule that gives it', async () => {
  const found = await whatIsMissing(
    cluster(
      all,
      ({ verb, resource, subresource }) =>
        !(verb === 'patch' && subresource === 'status') && resource !== 'leases',
    ),
    needs,
    signal,
  );
  expect(found).toHaveLength(4);
  expect(found[0]).toEqual({
    what: 'permission to patch trustedaccesses/status.trustedaccess.dev',
    remedy:
      'add to its ClusterRole: apiGroups [trustedaccess.dev], resources [trustedaccesses/status], verbs [patch]',
    blinds: false,
  });
  expect(found[1]?.remedy).toBe(
    'add to its Role in namespace operators: apiGroups [coordination.k8s.io], resources [leases], resourceNames [the-lease], verbs [get]',
  );
});

it('asks for no lease when there is no leader election', async () => {
  const denied = cluster(all, ({ resource }) => resource !== 'leases');
  expect(await whatIsMissing(denied, { leases: [], eventNamespace: 'default' }, signal)).toEqual([]);
});
