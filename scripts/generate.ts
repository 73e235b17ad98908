/**
 * Every file that is made from others: the CRD and its copies, the JSON schemas, the parts of docs/, the chart's copies,
 * the plain manifests and the event patterns under deploy/iam. `generate.ts` writes them; `generate.ts --check` names those that are stale and fails.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { derivedFiles } from './deploy.ts';
import { documentsMade } from './docs.ts';
import { eventPatternFiles } from './eventPatterns.ts';
import { schemaFiles } from './schemas.ts';

const root = resolve(import.meta.dirname, '..');

/** The text of each file, by its path. The later parts read what the earlier ones make. */
const parts = [schemaFiles, documentsMade, derivedFiles, eventPatternFiles];

const current = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined);

/** Paths of the files that differ from what the code makes; with `repair` they are written. */
async function stale(repair: boolean): Promise<readonly string[]> {
  const found: string[] = [];
  for (const made of parts) {
    for (const [path, content] of await made()) {
      if ((await current(path)) === content) continue;
      found.push(path);
      if (!repair) continue;
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  }
  return found;
}

const checks = process.argv.includes('--check');
const paths = await stale(!checks);
for (const path of paths) process.stdout.write(`${checks ? 'stale' : 'written'}: ${path}\n`);
if (checks && paths.length > 0) {
  process.stderr.write('Generated files are stale. Run `make generate` and commit the result.\n');
  process.exitCode = 1;
}
