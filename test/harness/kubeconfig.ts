import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Everything another process needs to reach the cluster; plain data, so that it can be handed to test workers. */
export interface ClusterAddress {
  readonly url: string;
  /** A token of `admin`, a member of system:masters. */
  readonly adminToken: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly certificateAuthority: string;
  /** The admin's kubeconfig file. */
  readonly kubeconfig: string;
  /** Removed when the cluster stops. */
  readonly folder: string;
  readonly etcdUrl: string;
}

/** Writes a kubeconfig by which its bearer is whoever the token says, and returns its path. */
export const writeKubeconfig = async (
  cluster: Pick<ClusterAddress, 'url' | 'certificateAuthority' | 'folder'>,
  user: string,
  token: string,
): Promise<string> => {
  const path = join(cluster.folder, `${user.replaceAll(/[^\w.-]/g, '_')}.kubeconfig`);
  const authority = Buffer.from(cluster.certificateAuthority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: cluster.url, 'certificate-authority-data': authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user, namespace: 'default' } }],
    'current-context': 'test',
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
};
