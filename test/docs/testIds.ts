import { globSync } from 'node:fs';
import { read, root } from './documents.ts';

/** Ids that documents refer to tests by: they stand in brackets at the end of a test's title, `… [P-12, F-A3a]`. */
const mark = /\[((?:P-\d{2}|F-[AK]\d+[a-z])(?:, (?:P-\d{2}|F-[AK]\d+[a-z]))*)\]['"],/g;

/** Files that have a test of this id in its title, once for each such test. */
export function filesById(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).sort()) {
    for (const [, ids = ''] of read(file).matchAll(mark)) {
      for (const id of ids.split(', ')) found.set(id, [...(found.get(id) ?? []), file]);
    }
  }
  return found;
}
