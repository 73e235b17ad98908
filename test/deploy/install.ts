import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binary, runBinary } from '../harness/binary.ts';
import type { Cluster } from '../harness/cluster.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { at, chart, helm, type Manifest, manifestsIn, namespace, only, textsAt } from './chart.ts';

export interface Installed {
  readonly release: string;
  /** As the API server has them. */
  readonly manifests: readonly Manifest[];
  readonly deployment: Manifest;
  /** A kubeconfig with a token of the ServiceAccount that the chart made, and nothing more. */
  readonly kubeconfig: string;
}

/** `helm upgrade --install` of the chart; the release is read back from the cluster. @throws Error with Helm's words. */
export async function install(
  cluster: Cluster,
  release = 'trusted-access-operator',
  values: object = {},
  inNamespace = namespace,
): Promise<Installed> {
  const where = ['--namespace', inNamespace, '--create-namespace', '--values', '-'];
  const made = await helm(
    ['upgrade', '--install', release, chart, ...where],
    cluster.kubeconfig,
    JSON.stringify(values),
  );
  if (made.code !== 0) throw new Error(made.stderr);
  const kept = await helm(['get', 'manifest', release, '--namespace', inNamespace], cluster.kubeconfig);
  const manifests = manifestsIn(kept.stdout);
  const deployment = only(manifests, 'Deployment');
  const account = String(at(deployment, 'spec.template.spec.serviceAccountName'));
  const kubeconfig = await cluster.serviceAccountKubeconfig(inNamespace, account);
  return { release, manifests, deployment, kubeconfig };
}

/** What the kubelet would set in the container; `podName` stands for the field it asks for. */
export function variables(deployment: Manifest, podName: string, inNamespace = namespace): NodeJS.ProcessEnv {
  const env = at(deployment, 'spec.template.spec.containers.0.env');
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': podName,
    'metadata.namespace': inNamespace,
  };
  return Object.fromEntries(
    (Array.isArray(env) ? env : []).map((each: unknown) => {
      const field = at(each, 'valueFrom.fieldRef.fieldPath');
      return [
        String(at(each, 'name')),
        String(field === undefined ? at(each, 'value') : fields[String(field)]),
      ];
    }),
  );
}

/** Writes the file of the policy as the kubelet mounts it; returns the variable with its path, or none without a policy. */
async function mountedPolicy(
  manifests: readonly Manifest[],
  deployment: Manifest,
): Promise<NodeJS.ProcessEnv> {
  const name = at(deployment, 'spec.template.spec.volumes.0.configMap.name');
  const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  if (map === undefined) return {};
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-policy-'));
  removeWithUs(folder);
  const path = join(folder, 'policy.yaml');
  await writeFile(path, String(Object(map['data'])['policy.yaml']));
  return { TRUSTED_ACCESS_POLICY: path };
}

/**
 * The built operator with the arguments and variables that the chart gives its container. Three differ, for pods have
 * addresses and files of their own: where it listens, the kubeconfig with its token, and where the policy is.
 */
export async function startPod(
  { deployment, kubeconfig, manifests }: Installed,
  podName: string,
  environment: NodeJS.ProcessEnv,
  args: readonly string[] = ['--metrics-bind-address=0', '--health-probe-bind-address=0'],
  inNamespace = namespace,
): Promise<Binary> {
  const given = textsAt(deployment, 'spec.template.spec.containers.0.args');
  return runBinary([...given, ...args], {
    ...variables(deployment, podName, inNamespace),
    ...(await mountedPolicy(manifests, deployment)),
    ...environment,
    KUBECONFIG: kubeconfig,
  });
}
