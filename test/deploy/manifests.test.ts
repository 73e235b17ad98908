import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest, openAws, standsAt } from '../cluster/fixture.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { at, type Manifest, manifestsIn, namespace, only, render, root, textsAt } from './chart.ts';
import { startPod } from './install.ts';

const folder = join(root, 'deploy', 'manifests');
const base = join(folder, 'base');
let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
});
afterAll(() => cluster?.stop());

async function kustomize(path: string): Promise<Manifest[]> {
  const { code, stdout, stderr } = await cluster.kubectl(['kustomize', path]);
  if (code !== 0) throw new Error(stderr);
  return manifestsIn(stdout);
}

describe('without Helm', () => {
  it('the manifests say what the chart says, with nothing of Helm in them', async () => {
    const plain = await kustomize(base);
    const charts = await render({ values: { test: { enabled: false } } });
    expect(plain.map(({ kind }) => kind).toSorted()).toEqual(
      ['Namespace', ...charts.map(({ kind }) => kind)].toSorted(),
    );
    const contents = (each: readonly Manifest[]) =>
      each
        .filter(({ kind }) => ['Deployment', 'ClusterRole', 'NetworkPolicy'].includes(kind))
        .map(({ kind, metadata, spec, rules }) => ({ kind, name: metadata.name, is: spec ?? rules }))
        .toSorted((one, other) => `${one.kind} ${one.name}`.localeCompare(`${other.kind} ${other.name}`));
    const charted = JSON.stringify(contents(charts));
    const free = charted.replaceAll(/,?"(helm\.sh\/chart|app\.kubernetes\.io\/managed-by)":"[^"]*"/g, '');
    expect(contents(plain)).toEqual(JSON.parse(free));
    expect(JSON.stringify(plain)).not.toMatch(/helm/i);
  });

  it('the overlay adds role, image and queue', async () => {
    const made = await kustomize(join(folder, 'overlays', 'irsa'));
    const account = only(made, 'ServiceAccount');
    expect(account.metadata.annotations?.['eks.amazonaws.com/role-arn']).toMatch(/^arn:aws:iam::/);
    const container = at(only(made, 'Deployment'), 'spec.template.spec.containers.0');
    expect(at(container, 'image')).toBe('registry.example.com/trusted-access-operator:0.1.0');
    expect(textsAt(container, 'args')).toEqual(['run']);
    const env = at(container, 'env');
    expect(env).toContainEqual({
      name: 'TRUSTED_ACCESS_EVENT_QUEUE',
      value: 'https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access-events',
    });
    expect(env).toContainEqual(expect.objectContaining({ name: 'POD_NAMESPACE' }));
  });

  it('kubectl apply -k installs it, the operator works with it, and deleting the operator leaves the rest', async () => {
    await using aws = await openAws();
    // A new CRD is served a moment after it is there; nothing in the base waits for it.
    const applied = await cluster.kubectl(['apply', '-k', base]);
    expect(applied.stderr).toBe('');
    const deployment = only(await kustomize(base), 'Deployment');
    const kubeconfig = await cluster.serviceAccountKubeconfig(namespace, 'trusted-access-operator');
    const installed = { release: '', manifests: [], deployment, kubeconfig };
    await using pod = await startPod(installed, 'operator-0', aws.environment);
    await eventually(() => cluster.apply(manifest({})));
    await standsAt(cluster, 'InSync').catch((error: unknown) => {
      throw new Error(`${String(error)}\n${pod.stdout()}${pod.stderr()}`);
    });
    await pod.stop();
    const removed = await cluster.kubectl([
      ...['delete', '-f', join(base, 'operator.yaml'), '--wait=false'],
      ...['--ignore-not-found', '--timeout=20s'],
    ]);
    expect(removed.code).toBe(0);
    expect((await cluster.kubectl(['get', 'ta', 'sso', '-o', 'name'])).code).toBe(0);
    expect(aws.isEnabled()).toBe(true);
  });
});
