import { setTimeout as sleep } from 'node:timers/promises';
import type { Binary } from '../harness/binary.ts';
import type { Cluster } from '../harness/cluster.ts';
import { runProgram } from '../harness/program.ts';
import { at, type Manifest, namespace, textsAt } from './chart.ts';
import { startPod } from './install.ts';

export interface Kubelet extends AsyncDisposable {
  /** The operators that run, by the name of their Deployment. */
  readonly operators: ReadonlyMap<string, Binary>;
}

/**
 * Stands in for scheduler, controllers and kubelet, which the test cluster has not: runs one process for each
 * Deployment and one for each pod of `helm test`, and reports their state as those would.
 */
export function standInForKubelet(
  cluster: Cluster,
  environment: NodeJS.ProcessEnv,
  metricsPort: number,
): Kubelet {
  const operators = new Map<string, Binary>();
  const generations = new Map<string, string>();
  const tested = new Set<string>();
  const stopping = new AbortController();

  const list = async (kind: string): Promise<Manifest[]> => {
    const { stdout, code } = await cluster.kubectl(['get', kind, '-n', namespace, '-o', 'json']);
    return code === 0 ? JSON.parse(stdout).items : [];
  };
  const patchStatus = async (kind: string, name: string, status: object) => {
    const patch = JSON.stringify({ status });
    const args = ['patch', kind, name, '-n', namespace, '--subresource=status', '--type=merge', '-p', patch];
    await cluster.kubectl(args);
  };

  const runDeployment = async (deployment: Manifest): Promise<void> => {
    const { name } = deployment.metadata;
    const generation = String(at(deployment, 'metadata.generation'));
    if (generations.get(name) === generation) return;
    await operators.get(name)?.stop(30_000);
    const account = String(at(deployment, 'spec.template.spec.serviceAccountName'));
    const kubeconfig = await cluster.serviceAccountKubeconfig(namespace, account);
    const ports = [`--metrics-bind-address=127.0.0.1:${metricsPort}`, '--health-probe-bind-address=0'];
    const pod = { release: name, manifests: await list('configmaps'), deployment, kubeconfig };
    operators.set(
      name,
      await startPod(pod, `${name}-0`, environment, operators.size === 0 ? ports : undefined),
    );
    generations.set(name, generation);
    const replicas = Number(at(deployment, 'spec.replicas'));
    const counts = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    await patchStatus('deployment', name, { ...counts, observedGeneration: Number(generation) });
  };

  const runTestPod = async (pod: Manifest): Promise<void> => {
    const uid = String(at(pod, 'metadata.uid'));
    if (tested.has(uid)) return;
    tested.add(uid);
    const [, ...command] = textsAt(pod, 'spec.containers.0.command');
    const url = String(at(pod, 'spec.containers.0.env.0.value')).replace(
      /^http:\/\/[^/]*/,
      `http://127.0.0.1:${metricsPort}`,
    );
    const { code } = await runProgram(process.execPath, command, { env: { METRICS_URL: url } });
    await patchStatus('pod', pod.metadata.name, { phase: code === 0 ? 'Succeeded' : 'Failed' });
  };

  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const deployments = await list('deployments');
      for (const [name, operator] of operators) {
        if (deployments.some(({ metadata }) => metadata.name === name)) continue;
        await operator.stop(30_000);
        operators.delete(name);
        generations.delete(name);
      }
      for (const each of deployments) await runDeployment(each);
      for (const each of await list('pods')) await runTestPod(each);
      await sleep(200);
    }
  };
  const working = work();
  return {
    operators,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await working;
      for (const operator of operators.values()) await operator.stop(30_000);
    },
  };
}
