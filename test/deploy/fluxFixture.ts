import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '../harness/childProcess.ts';
import type { Cluster } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/freePorts.ts';
import { runProgram, toolPath } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { yamlOfModule } from './moduleFiles.ts';

const crds = 'config/crd/bases';

export async function applyFluxCrds(cluster: Cluster): Promise<void> {
  const texts = await Promise.all([
    yamlOfModule('github.com/fluxcd/kustomize-controller@v1.9.5', crds),
    yamlOfModule('github.com/fluxcd/source-controller@v1.9.6', crds),
    yamlOfModule('github.com/fluxcd/helm-controller@v1.6.4', crds),
  ]);
  const made = await cluster.kubectl(['apply', '--server-side', '-f', '-'], texts.join('\n---\n'));
  if (made.code !== 0) throw new Error(made.stderr);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s']);
}

/** Flux's own kustomize-controller, from its release. */
export async function startKustomizeController(cluster: Cluster) {
  const [metrics, health] = [await freePort(), await freePort()];
  const args = [
    '--watch-all-namespaces',
    '--events-addr=',
    `--metrics-addr=127.0.0.1:${metrics}`,
    `--health-addr=127.0.0.1:${health}`,
    '--enable-leader-election=false',
    '--requeue-dependency=1s',
  ];
  return startProcess(await toolPath('kustomize-controller'), args, {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: cluster.kubeconfig,
      RUNTIME_NAMESPACE: 'flux-system',
      TMPDIR: tmpdir(),
    },
  });
}

/** Stands in for git and source-controller: archives over loopback HTTP, and the status that announces them. */
export async function startRepository(cluster: Cluster, name: string, namespace: string) {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-flux-'));
  const remove = removeWithUs(folder);
  const archives = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const archive = archives.get(request.url ?? '');
    response.writeHead(archive ? 200 : 404).end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await cluster.apply(`apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: ${name}, namespace: ${namespace} }
spec: { interval: 1m, url: "https://git.example.com/platform" }
`);
  let commits = 0;

  async function archive(files: Readonly<Record<string, string>>): Promise<Buffer> {
    const tree = await mkdtemp(join(folder, 'commit-'));
    for (const [path, text] of Object.entries(files)) await writeFile(join(tree, path), text);
    const target = `${tree}.tar.gz`;
    const made = await runProgram('tar', ['-czf', target, '-C', tree, '.']);
    if (made.code !== 0) throw new Error(made.stderr);
    return readFile(target);
  }

  return {
    /** Resolves to its revision once it is announced. */
    async commit(files: Readonly<Record<string, string>>): Promise<string> {
      commits += 1;
      const bytes = await archive(files);
      const path = `/${commits}.tar.gz`;
      archives.set(path, bytes);
      const revision = `main@sha1:${String(commits).padStart(40, '0')}`;
      const now = new Date().toISOString().replace(/\.\d+/, '');
      const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'stored artifact' };
      const status = {
        observedGeneration: 1,
        conditions: [{ ...ready, lastTransitionTime: now, observedGeneration: 1 }],
        artifact: {
          path: `gitrepository${path}`,
          url: `http://127.0.0.1:${port}${path}`,
          revision,
          digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
          size: bytes.length,
          lastUpdateTime: now,
        },
      };
      const target = ['gitrepository', name, '-n', namespace, '--subresource=status', '--type=merge'];
      const patched = await cluster.kubectl(['patch', ...target, '-p', JSON.stringify({ status })]);
      if (patched.code !== 0) throw new Error(patched.stderr);
      return revision;
    },
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      await remove();
    },
  };
}

export interface Synced {
  readonly ready: string | undefined;
  readonly reason: string | undefined;
  readonly message: string;
  readonly revision: string | undefined;
}

interface Kustomization {
  readonly status?: {
    readonly lastAttemptedRevision?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

export function synced({ status }: Kustomization): Synced {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const { status: word, reason, message = '' } = ready ?? {};
  return { ready: word, reason, message, revision: status?.lastAttemptedRevision };
}

export async function state(cluster: Cluster, name: string): Promise<Synced> {
  const { stdout } = await cluster.kubectl(['get', 'kustomization', name, '-n', 'flux-system', '-o', 'json']);
  return synced(JSON.parse(stdout));
}

/** Waits until the controller has made up its mind on that revision. */
export const settled = (cluster: Cluster, name: string, revision: string): Promise<Synced> =>
  eventually(
    async () => {
      const now = await state(cluster, name);
      if (now.revision !== revision || (now.ready !== 'True' && now.ready !== 'False')) {
        throw new Error(JSON.stringify(now));
      }
      return now;
    },
    { everyMs: 100, what: `${name} to settle at ${revision}` },
  );
