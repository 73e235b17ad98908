import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeWithUs } from '../../test/harness/reaper.ts';
import type { Declared } from './manifests.ts';

/** A folder with these manifests, gone when this process ends. JSON is YAML. */
export function folderOf(declared: readonly Declared[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'trusted-access-bench-'));
  removeWithUs(folder);
  for (const one of declared) writeFileSync(join(folder, `${one.metadata.name}.yaml`), JSON.stringify(one));
  return folder;
}
