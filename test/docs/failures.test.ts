import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeds } from '../model/seeded/all.ts';
import { bare, read, root, section, tableRows } from './documents.ts';

const page = 'docs/reliability.md';
const rows = tableRows(section(page, 'The public failure list')).map(
  ([number = '', what = '', file = '', title = '']) => ({ number, what, file: bare(file), title }),
);

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether the file declares a test of this title, as it is written. */
function declares(file: string, title: string): boolean {
  const written = escaped(title).replaceAll("'", "\\\\?'");
  return new RegExp(`\\(\\s*(['"])${written}\\1,`).test(read(file));
}

describe('the public failure list', () => {
  it('has the ten behaviours of AWS and the ten faults of Kubernetes clients, each with what went wrong', () => {
    const wanted = ['A', 'K'].flatMap((kind) =>
      Array.from({ length: 10 }, (_, index) => `${kind}${index + 1}`),
    );
    expect([...new Set(rows.map(({ number }) => number))]).toEqual(wanted);
    const first = wanted.map((number) => rows.find((row) => row.number === number)?.what);
    expect(first.filter((what) => !what)).toEqual([]);
  });

  it.each(rows.map(({ number, file, title }) => [number, file, title] as const))(
    '%s is held by %s: %s',
    (_, file, title) => {
      expect(existsSync(join(root, file))).toBe(true);
      expect(declares(file, title)).toBe(true);
    },
  );

  it('would notice a test that is not there', () => {
    expect(declares('test/docs/failures.test.ts', 'a title nobody wrote')).toBe(false);
  });
});

it('as many deliberate mistakes are found as the page says', () => {
  expect(seeds).toHaveLength(42);
  expect(section(page, 'The proof bites')).toContain('Forty-two deliberate mistakes');
});
