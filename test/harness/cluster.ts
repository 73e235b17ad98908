import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiserverOptions, admin, startApiserver } from './apiserver.ts';
import { compactEtcd, type Etcd, startEtcd } from './etcd.ts';
import { type ClusterAddress, writeKubeconfig } from './kubeconfig.ts';
import { kubectl } from './kubectl.ts';
import type { ProgramResult } from './program.ts';
import { removeWithUs } from './reaper.ts';

/** What a test does with a cluster, whoever started it. */
export interface Cluster extends ClusterAddress {
  kubectl(args: readonly string[], stdin?: string): Promise<ProgramResult>;
  /** `kubectl apply -f -`. @throws Error with kubectl's words when it is refused. */
  apply(manifest: string): Promise<void>;
  /** A kubeconfig that acts as the service account, made if absent. Bind it to roles with manifests of your own. */
  serviceAccountKubeconfig(namespace: string, name: string): Promise<string>;
  /** Drops the history before now; returns the revision that is left. A watch from an older one is answered 410. */
  compact(): Promise<number>;
}

/** A cluster of the test's own: it may be stopped, restarted and broken. */
export interface OwnCluster extends Cluster, AsyncDisposable {
  /** A kubeconfig for one of the `users` it was started with. */
  userKubeconfig(name: string): Promise<string>;
  /** The processes themselves, to be frozen, thawed and killed. */
  readonly parts: Readonly<Record<'apiserver' | 'etcd', Pick<Etcd, 'signal' | 'start'>>>;
  stopApiserver(): Promise<void>;
  startApiserver(): Promise<void>;
  /** The API server alone, on the same port and the same data. */
  restart(): Promise<void>;
  /** Everything, with its folder. */
  stop(): Promise<void>;
}

const orThrow = (result: ProgramResult, what: string): ProgramResult => {
  if (result.code !== 0) throw new Error(`${what}: ${result.stderr || result.stdout}`);
  return result;
};

export const accessCluster = (address: ClusterAddress): Cluster => {
  const run = (args: readonly string[], stdin?: string) =>
    kubectl(args, { kubeconfig: address.kubeconfig, ...(stdin === undefined ? {} : { stdin }) });
  return {
    ...address,
    kubectl: run,
    apply: async (manifest) => {
      orThrow(await run(['apply', '-f', '-'], manifest), 'kubectl apply');
    },
    serviceAccountKubeconfig: async (namespace, name) => {
      const made = await run(['create', 'serviceaccount', name, '--namespace', namespace]);
      if (!/already ?exists/i.test(made.stderr)) orThrow(made, 'create serviceaccount');
      const token = orThrow(await run(['create', 'token', name, '--namespace', namespace]), 'create token');
      return writeKubeconfig(address, `system:serviceaccount:${namespace}:${name}`, token.stdout.trim());
    },
    compact: () => compactEtcd(address.etcdUrl),
  };
};

const own = (
  address: ClusterAddress,
  apiserver: Awaited<ReturnType<typeof startApiserver>>,
  etcd: Etcd,
  stop: () => Promise<void>,
): OwnCluster => ({
  ...accessCluster(address),
  userKubeconfig: (name) => {
    const token = apiserver.tokens.get(name);
    if (token === undefined) throw new Error(`the cluster was started without a user ${name}`);
    return writeKubeconfig(address, name, token);
  },
  parts: { apiserver, etcd },
  stopApiserver: apiserver.stop,
  startApiserver: apiserver.start,
  restart: async () => {
    await apiserver.stop();
    await apiserver.start();
  },
  stop,
  [Symbol.asyncDispose]: stop,
});

/** Starts etcd and a kube-apiserver that a test has to itself: about three seconds and 300 MB. */
export const startEtcdAndApiserver = async (options: ApiserverOptions = {}): Promise<OwnCluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'trusted-access-cluster-'));
  const remove = removeWithUs(folder);
  const undo: (() => unknown)[] = [remove];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const etcd = await startEtcd(folder);
    undo.push(etcd.stop);
    const apiserver = await startApiserver(folder, etcd.url, options);
    undo.push(apiserver.stop);
    const { url, certificateAuthority } = apiserver;
    const adminToken = apiserver.tokens.get(admin.name) ?? '';
    const kubeconfig = await writeKubeconfig({ url, certificateAuthority, folder }, admin.name, adminToken);
    const address = { url, adminToken, certificateAuthority, kubeconfig, folder, etcdUrl: etcd.url };
    return own(address, apiserver, etcd, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};
