import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImportError } from './find.ts';
import type { Manifest } from './manifest.ts';

/**
 * One file a manifest. Nothing is written when one of them is there with another text, unless it may be overwritten.
 *
 * @returns paths of the files that were written, those that had this very text already left out
 */
export async function writeManifests(
  directory: string,
  manifests: readonly Manifest[],
  overwrite: boolean,
): Promise<readonly string[]> {
  const files = manifests.map(({ name, yaml }) => ({ path: join(directory, `${name}.yaml`), yaml }));
  await mkdir(directory, { recursive: true });
  const existing = await Promise.all(files.map(({ path }) => readFile(path, 'utf8').catch(absent)));
  const changed = files.filter(({ yaml }, index) => existing[index] !== yaml);
  const others = changed.filter(
    ({ path }) => existing[files.findIndex((file) => file.path === path)] !== undefined,
  );
  if (others.length > 0 && !overwrite) {
    const paths = others.map(({ path }) => path).join(', ');
    throw new ImportError(`wrote nothing: ${paths} exists already. To replace it, set --overwrite`);
  }
  for (const { path, yaml } of changed) await writeFile(path, yaml);
  return changed.map(({ path }) => path);
}

function absent(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
