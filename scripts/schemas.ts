/** The CRD and the JSON schemas, which the code holds and people read as files. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { crdYaml } from '../src/cli/crd.ts';
import { historyJsonSchema } from '../src/cli/history/report.ts';
import { reportJsonSchema } from '../src/cli/plan/report.ts';

const root = resolve(import.meta.dirname, '..');

/** JSON as the project's formatter leaves it. @throws Error with what the formatter says. */
export function formatted(path: string, json: string): string {
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const { status, stdout, stderr } = spawnSync(biome, ['format', `--stdin-file-path=${path}`], {
    cwd: root,
    input: json,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`cannot format ${path}: ${stderr}`);
  return stdout;
}

/** Contents by path from the root of the project. */
export async function schemaFiles(): Promise<ReadonlyMap<string, string>> {
  const json = (path: string, schema: string): [string, string] => [path, formatted(path, schema)];
  return new Map([
    ['deploy/crds/trustedaccess.dev_trustedaccesses.yaml', crdYaml()],
    json('docs/plan.schema.json', reportJsonSchema()),
    json('docs/history.schema.json', historyJsonSchema()),
  ]);
}
