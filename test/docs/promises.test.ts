import { describe, expect, it } from 'vitest';
import { bare, section, tableRows } from './documents.ts';
import { filesById } from './testIds.ts';

const rows = tableRows(section('docs/how-it-works.md', 'Promises'));
const files = filesById();

describe('a promise of docs/how-it-works.md', () => {
  it('stands in a table of more than thirty', () => expect(rows.length).toBeGreaterThan(30));

  it.each(rows.map(([promise = '', id = '', folder]) => [promise, id, bare(folder)] as const))(
    '%s: is held by exactly one test, %s in %s',
    (_, id, folder) => {
      expect(id).toMatch(/^P-\d{2}$/);
      const holding = files.get(id) ?? [];
      expect(holding).toHaveLength(1);
      expect(holding[0]).toMatch(`${folder}/`);
    },
  );

  it('stands there for every id of a promise in the title of a test', () => {
    const ids = [...files.keys()].filter((id) => id.startsWith('P-'));
    expect(ids.sort()).toEqual(rows.map(([, id]) => id).sort());
  });
});
