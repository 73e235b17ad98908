import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import { type Binary, runToEnd } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { type Aws, openAws, startOperator } from './fixture.ts';

interface Shown {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly remedy: readonly string[];
}

/** In order: each test begins where the one before it ended. */
describe('doctor on a real kube-apiserver', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let operator: Binary | undefined;

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    aws = await openAws();
  });
  afterAll(async () => {
    await operator?.stop();
    await cluster?.stop();
    await aws?.[Symbol.asyncDispose]();
  });

  async function examine(kubeconfig = cluster.kubeconfig, ...args: string[]) {
    const env = { ...aws.environment, KUBECONFIG: kubeconfig };
    const { code, stdout, stderr } = await runToEnd(['doctor', '--json', ...args], env);
    if (stdout === '') throw new Error(stderr);
    const { checks } = JSON.parse(stdout) as { checks: Shown[] };
    const check = (name: string) => checks.find((one) => one.name === name);
    return { code, check };
  }

  it('names the missing CRD and how to install it', async () => {
    const { code, check } = await examine();
    expect(check('kubernetes-api')).toMatchObject({
      status: 'ok',
      found: expect.stringContaining(`at ${cluster.url}`),
    });
    expect(check('crd')).toMatchObject({
      status: 'failed',
      remedy: ['trusted-access crd | kubectl apply --server-side -f -'],
    });
    expect(code).toBe(1);
  });

  it('finds everything well once it is installed', async () => {
    await cluster.apply(crdYaml());
    const { code, check } = await eventually(async () => {
      const examined = await examine();
      expect(examined.check('crd')?.status).toBe('ok');
      return examined;
    });
    expect(check('crd')?.found).toContain('the one of this executable');
    expect(check('rbac')?.status).toBe('ok');
    expect(code).toBe(0);
  });

  it('reports a CRD of another version', async () => {
    await cluster.apply(crdYaml().replace('The age of the resource.', 'Its age.'));
    const { code, check } = await examine();
    expect(check('crd')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('additionalPrinterColumns'),
    });
    expect(code).toBe(0);
    await cluster.apply(crdYaml());
  });

  it('names each permission that a service account lacks, and the rule that gives it', async () => {
    const kubeconfig = await cluster.serviceAccountKubeconfig('default', 'stranger');
    const { code, check } = await examine(kubeconfig, '--leader-election-namespace', 'default');
    expect(check('rbac')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('permission to watch trustedaccesses.trustedaccess.dev'),
      remedy: expect.arrayContaining([
        'add to its ClusterRole: apiGroups [trustedaccess.dev], resources [trustedaccesses], verbs [watch]',
        'add to its Role in namespace default: apiGroups [coordination.k8s.io], resources [leases], resourceNames [trusted-access-operator], verbs [get]',
      ]),
    });
    expect(check('lease')?.status).toBe('warning');
    expect(code).toBe(1);
  });

  it('names the holder of the lease, or reports that it has none', async () => {
    const inDefault = ['--leader-election-namespace', 'default'];
    expect((await examine(cluster.kubeconfig, ...inDefault)).check('lease')).toMatchObject({
      status: 'skipped',
      found: expect.stringContaining('there is no lease default/trusted-access-operator'),
    });
    operator = await startOperator(cluster, aws, ['--leader-elect', ...inDefault]);
    await operator.waitForLine(({ msg }) => msg === 'reconciling');
    const { check } = await examine(cluster.kubeconfig, ...inDefault);
    expect(check('lease')).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/^held by \S+, renewed \d+ s ago$/),
    });
    await operator.stop();
    expect((await examine(cluster.kubeconfig, ...inDefault)).check('lease')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('no replica leads'),
    });
  });
});
