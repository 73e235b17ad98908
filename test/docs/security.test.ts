import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root, section, tableRows } from './documents.ts';
import { filesById } from './testIds.ts';

const ids = filesById();
const idsIn = (cell: string) => cell.match(/\b[PF]-[A-Z]?\d+[a-z]?\b/g) ?? [];
const pathsIn = (cell: string) => [...cell.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);

/** Ids and files in a cell that no test is behind. */
const missingIn = (cell: string): readonly string[] => [
  ...idsIn(cell).filter((id) => !ids.has(id)),
  ...pathsIn(cell).filter((path) => !existsSync(join(root, path))),
];
const isShown = (cell: string) => idsIn(cell).length + pathsIn(cell).length > 0;

describe('the table of the three layers in docs/permissions.md', () => {
  const tables = tableRows(section('docs/permissions.md', 'Three layers'));
  const rows = tables.filter((row) => row.length === 4);

  it('has a row for each attack of the threat model by a user with edit', () => {
    expect(rows.length).toBeGreaterThanOrEqual(8);
  });

  it.each(rows.map(([attack = '', ...layers]) => [attack, layers] as const))(
    '%s: each layer names its test or says no',
    (_, layers) => {
      expect(layers).toHaveLength(3);
      expect(layers.flatMap(missingIn)).toEqual([]);
      for (const layer of layers) expect(isShown(layer) || layer.startsWith('no')).toBe(true);
      expect(layers.some(isShown)).toBe(true);
    },
  );
});

describe('SECURITY.md', () => {
  const shown = tableRows(read('SECURITY.md')).filter((row) => row.length === 3);

  it('has more than twenty-five attacks', () => expect(shown.length).toBeGreaterThan(25));

  it.each(shown.map(([attack = '', , tests = '']) => [attack, tests] as const))(
    'names the test that shows what stops this attack: %s',
    (_, tests) => {
      expect(isShown(tests)).toBe(true);
      expect(missingIn(tests)).toEqual([]);
    },
  );

  it('names no file that is not there', () => {
    const links = [...read('SECURITY.md').matchAll(/\]\(([^)#:]+)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([]);
  });
});
