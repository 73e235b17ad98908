import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import { customResourceDefinition } from '../../src/crds/crd.ts';
import {
  answer,
  type Fault,
  type FaultyServer,
  refuse,
  startFaultyServer,
} from '../kubernetes/faultyServer.ts';
import { clock, fakeTerminal } from './fixture.ts';

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/trustedaccesses.trustedaccess.dev';
const served = { resources: [{ name: 'trustedaccesses' }, { name: 'trustedaccesses/status' }] };

let server: FaultyServer;
/** What the API server answers by path; other paths: 404. */
let answers: Map<string, Fault>;
let allowed: (attributes: { verb: string; resource: string }) => boolean;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('POD_NAMESPACE', undefined);
  server = await startFaultyServer();
  allowed = () => true;
  answers = new Map([
    ['/version', answer(200, { gitVersion: 'v1.36.3' })],
    [crdPath, answer(200, customResourceDefinition())],
    ['/apis/trustedaccess.dev/v1alpha1', answer(200, served)],
    [lease, answer(200, leaseOf('pod-a_1', 1_000))],
  ]);
  server.onCall = (received, response) => {
    if (received.path.endsWith('/selfsubjectaccessreviews')) {
      const { resourceAttributes } = JSON.parse(received.body).spec;
      return answer(201, { status: { allowed: allowed(resourceAttributes) } })(received, response);
    }
    (answers.get(received.path) ?? refuse(404, 'NotFound'))(received, response);
  };
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

const lease = '/apis/coordination.k8s.io/v1/namespaces/operators/leases/trusted-access-operator';
const leaseOf = (holderIdentity: string, age: number) => ({
  metadata: { resourceVersion: '1' },
  spec: { holderIdentity, leaseDurationSeconds: 60, renewTime: new Date(Date.now() - age).toISOString() },
});

async function examine(options: object = {}) {
  const terminal = fakeTerminal();
  const given = {
    eventQueue: [],
    servicePrincipal: 'sso.amazonaws.com',
    clusterName: 'default',
    cluster: true,
    kubeconfig: server.kubeconfig,
    leaderElectionNamespace: 'operators',
    json: true,
    ...options,
  };
  await doctor(given, { terminal, clock }, new AbortController().signal);
  const { checks } = JSON.parse(terminal.stdout()) as {
    checks: { name: string; status: string; found: string; remedy: string[] }[];
  };
  return (name: string) => checks.find((one) => one.name === name);
}

describe('the cluster', () => {
  it('is well, whatever AWS says', async () => {
    const check = await examine();
    expect(check('credentials')?.status).toBe('failed');
    expect(check('kubernetes-api')).toMatchObject({ status: 'ok', found: `v1.36.3 at ${server.url}` });
    expect(check('crd')).toMatchObject({ status: 'ok' });
    expect(check('rbac')).toMatchObject({ status: 'ok' });
    expect(check('lease')).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^held by pod-a_1, renewed \d+ s ago$/),
    });
  });

  it.each([
    ['--manifests: no cluster is used', { manifests: '/somewhere' }],
    ['--no-cluster', { cluster: false }],
  ])('is not read: %s', async (found, options) => {
    const check = await examine(options);
    for (const name of ['kubernetes-api', 'crd', 'rbac', 'lease']) {
      expect(check(name)).toMatchObject({ status: 'skipped', found });
    }
    expect(server.calls).toEqual([]);
  });

  it('does not accept the credentials', async () => {
    answers.set('/version', refuse(401, 'Unauthorized'));
    const check = await examine();
    expect(check('kubernetes-api')).toMatchObject({
      status: 'failed',
      remedy: [expect.stringContaining('log in to the cluster again')],
    });
    expect(check('crd')).toMatchObject({ status: 'skipped', found: 'needs: Kubernetes API' });
  });

  it('is not there: says which options decide', async () => {
    const check = await examine({ context: 'elsewhere' });
    expect(check('kubernetes-api')).toMatchObject({
      status: 'failed',
      found: 'kubeconfig: no context elsewhere; there are: here',
      remedy: expect.arrayContaining([expect.stringContaining('--no-cluster')]),
    });
  });

  it('has no CRD: the command that installs it', async () => {
    answers.delete(crdPath);
    expect((await examine())('crd')).toEqual(
      expect.objectContaining({
        status: 'failed',
        found: 'trustedaccesses.trustedaccess.dev is not installed',
        remedy: ['trusted-access crd | kubectl apply --server-side -f -'],
      }),
    );
  });

  it('does not let us read CRDs: what is served still reports', async () => {
    answers.set(crdPath, refuse(403, 'Forbidden'));
    expect((await examine())('crd')).toMatchObject({ status: 'ok' });
    answers.delete('/apis/trustedaccess.dev/v1alpha1');
    expect((await examine())('crd')).toMatchObject({ status: 'failed' });
  });

  it('grants too little: each permission with the rule that gives it', async () => {
    allowed = ({ verb, resource }) => !(verb === 'watch' && resource === 'trustedaccesses');
    expect((await examine())('rbac')).toMatchObject({
      status: 'failed',
      found: 'no permission to watch trustedaccesses.trustedaccess.dev',
      remedy: expect.arrayContaining([
        'add to its ClusterRole: apiGroups [trustedaccess.dev], resources [trustedaccesses], verbs [watch]',
      ]),
    });
  });
});

describe('the lease', () => {
  it.each([
    [
      'held by nobody who renews it',
      answer(200, leaseOf('pod-a_1', 120_000)),
      'warning',
      /renewed 1[23]\d s ago: longer than the 60 s/,
    ],
    ['free', answer(200, leaseOf('', 1_000)), 'warning', /is free: no replica leads/],
    ['not there', refuse(404, 'NotFound'), 'skipped', /no operator with leader election has run there/],
    ['not to be read', refuse(403, 'Forbidden'), 'warning', /403 Forbidden/],
  ])('is %s', async (_, fault, status, found) => {
    answers.set(lease, fault);
    expect((await examine())('lease')).toMatchObject({ status, found: expect.stringMatching(found) });
  });

  it.each([
    ['this one', 'operators/trusted-access-operator', 'ok', /^held by pod-a_1/],
    [
      'another one',
      'blue/trusted-access-operator',
      'warning',
      /another installation, blue\/trusted-access-operator,/,
    ],
  ])('reports which installation may write: %s', async (_, holder, status, found) => {
    const path =
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/trusted-access-operator-installation';
    answers.set(path, answer(200, leaseOf(holder, 1_000)));
    expect((await examine())('lease')).toMatchObject({ status, found: expect.stringMatching(found) });
  });

  it('cannot be looked for without a namespace', async () => {
    const check = await examine({ leaderElectionNamespace: undefined });
    expect(check('lease')).toMatchObject({ status: 'skipped', remedy: ['--leader-election-namespace NAME'] });
  });

  it('has its own name for each shard', async () => {
    const check = await examine({ watchLabelSelector: 'team=identity' });
    expect(check('lease')?.found).toMatch(/operators\/trusted-access-operator-[0-9a-f]{8}:/);
  });
});
