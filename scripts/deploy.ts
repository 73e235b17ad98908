/**
 * Files under deploy/ that are made from others: the chart's copies, its table of values, the plain manifests.
 * `make generate` writes them.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { crdYaml } from '../src/cli/crd.ts';
import { runTool } from '../test/harness/program.ts';
import { namespace, plainManifests } from './deploy/plainManifests.ts';
import { withValuesTable } from './deploy/valuesTable.ts';

const root = resolve(import.meta.dirname, '..');
const chart = join(root, 'deploy', 'helm');
const crdFile = 'trustedaccess.dev_trustedaccesses.yaml';

/** The CRD is a file of its own: deleting it takes every resource along. */
const settings = ['crds.install=false', 'test.enabled=false'];

/** The oldest version the chart takes: what is plain has to work on all of them. */
async function render(): Promise<string> {
  const asked = ['--namespace', namespace, '--kube-version', '1.29.0', '--set', settings.join(',')];
  const result = await runTool('helm', ['template', 'trusted-access-operator', chart, ...asked]);
  if (result.code !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** Files of another folder that the chart brings along, once they are there. */
async function copies(): Promise<[string, string][]> {
  const files = ['alerts.yaml', 'dashboard.json'].filter((file) =>
    existsSync(join(root, 'deploy', 'grafana', file)),
  );
  return Promise.all(
    files.map(
      async (file): Promise<[string, string]> => [
        `deploy/helm/files/${file}`,
        await readFile(join(root, 'deploy', 'grafana', file), 'utf8'),
      ],
    ),
  );
}

/** Contents by path from the root of the project. */
export async function derivedFiles(): Promise<ReadonlyMap<string, string>> {
  const read = (path: string) => readFile(join(root, path), 'utf8');
  return new Map([
    ...(await copies()),
    [`deploy/helm/files/${crdFile}`, crdYaml()],
    ['deploy/manifests/base/crd.yaml', crdYaml()],
    ['deploy/manifests/base/operator.yaml', plainManifests(await render())],
    [
      'deploy/helm/README.md',
      withValuesTable(await read('deploy/helm/README.md'), await read('deploy/helm/values.yaml')),
    ],
  ]);
}
