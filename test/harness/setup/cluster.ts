import type { TestProject } from 'vitest/node';
import { type OwnCluster, startEtcdAndApiserver } from '../cluster.ts';

let cluster: OwnCluster | undefined;

/** One cluster for the project's files, which run one after another. A test that breaks a cluster starts its own. */
export const setup = async (project: TestProject): Promise<void> => {
  cluster = await startEtcdAndApiserver();
  const { url, adminToken, certificateAuthority, kubeconfig, folder, etcdUrl } = cluster;
  project.provide('cluster', { url, adminToken, certificateAuthority, kubeconfig, folder, etcdUrl });
};

export const teardown = async (): Promise<void> => {
  await cluster?.stop();
};
