import { mkdtempSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { systemClock as clock } from '../../../src/cli/systemClock.ts';
import { createHttpApi } from '../../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../../src/kubernetes/kubeConfig.ts';
import { runTool } from '../../harness/program.ts';
import { sharedCluster } from '../../harness/shared.ts';

/** Who the API server took the client for; or the words of the refusal. */
export type Seen = { readonly user: string } | { readonly error: string };

export interface Given {
  /** Files to write, by path from the folder. Objects are written as JSON, which is YAML. */
  readonly files: Readonly<Record<string, object | string>>;
  /** Value of KUBECONFIG, as paths from the folder; default `config`. */
  readonly kubeconfig?: readonly string[];
  readonly context?: string;
}

const cluster = sharedCluster();
const authority = Buffer.from(cluster.certificateAuthority).toString('base64');

/** A kubeconfig of one context; what is given goes over what would reach the cluster as its admin. */
export const config = ({
  cluster: more = {},
  user = { token: cluster.adminToken },
  ...top
}: { cluster?: object; user?: object } & Record<string, unknown> = {}) => ({
  'current-context': 'here',
  clusters: [
    { name: 'here', cluster: { server: cluster.url, 'certificate-authority-data': authority, ...more } },
  ],
  users: [{ name: 'me', user }],
  contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
  ...top,
});

/** A credential plug-in that notes each run and what it was told; its token is the admin's. */
export const plugin = (status: object = { token: cluster.adminToken }): string => `#!/bin/sh
cd "$(dirname "$0")"
echo x >> runs
echo "$KUBERNETES_EXEC_INFO" > told
echo '${JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })}'
`;

export const execOf = (command: string, more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never', ...more },
});

/** Writes the files into a new folder, the ones that begin with #! executable. */
export async function place(files: Given['files']): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const text =
      typeof content === 'string' ? content : JSON.stringify(content).replaceAll('$FOLDER', folder);
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }
  return folder;
}

export const listOf = (folder: string, { kubeconfig = ['config'] }: Given): string =>
  kubeconfig.map((path) => join(folder, path)).join(delimiter);

/** What the machine's own kubectl makes of it. */
export async function kubectlSees(folder: string, given: Given): Promise<Seen> {
  const context = given.context === undefined ? [] : ['--context', given.context];
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    KUBECONFIG: listOf(folder, given),
    KUBECACHEDIR: join(folder, 'cache'),
  };
  const args = ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}', ...context];
  const { code, stdout, stderr } = await runTool('kubectl', args, { env, cwd: tmpdir() });
  return code === 0 ? { user: stdout } : { error: stderr };
}

/** What our connection makes of it. */
export async function weSee(folder: string, given: Given, needs = 1): Promise<Seen> {
  const before = { ...process.env };
  process.env['KUBECONFIG'] = listOf(folder, given);
  process.env['HOME'] = folder;
  const { signal } = new AbortController();
  try {
    const context = given.context === undefined ? {} : { context: given.context };
    const access = openKubeConfig({ connections: 4, ...context });
    const api = createHttpApi({ access, clock, userAgent: 'test' });
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const asks = Array.from({ length: needs }, () => api.call({ method: 'POST', path, body }, signal));
    const [answer] = await Promise.all(asks).finally(() => api.close());
    return { user: (answer as { status: { userInfo: { username: string } } }).status.userInfo.username };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    process.env = before;
  }
}

/** How often the plug-in of the folder ran. */
export const runsIn = async (folder: string): Promise<number> =>
  (await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n').length;
