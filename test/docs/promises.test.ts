import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bare, read, root, section, tableRows } from './documents.ts';

const rows = tableRows(section('docs/how-it-works.md', 'What it never does, and the test that holds it'));

const declaration = /\b(?:it|test)(?:\.each\([^\n]*?\))?\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/g;

/** Titles of the tests in a folder, as they are written. */
function titles(folder: string): ReadonlySet<string> {
  const files = globSync(`${folder}/**/*.test.ts`, { cwd: root });
  const found = files.flatMap((file) => [...read(file).matchAll(declaration)]);
  return new Set(found.map(([, single, double]) => double ?? single?.replaceAll("\\'", "'") ?? ''));
}

describe('a promise', () => {
  it('is there', () => expect(rows.length).toBeGreaterThan(30));

  it.each(rows.map(([promise = '', folder, test = '']) => [promise, bare(folder), test] as const))(
    '%s: is held by a test of that name',
    (_, folder, test) => {
      expect([...titles(folder)]).toContain(test);
    },
  );
});
