import { describe, expect, it } from 'vitest';
import { seeds } from '../model/seeded/all.ts';
import { oldDecisions } from '../model/seeded/oldDecisions.ts';
import { defects } from '../simulation/seeded/defects.ts';
import { bare, section, tableRows } from './documents.ts';
import { filesById } from './testIds.ts';

const page = 'docs/reliability.md';
const rows = tableRows(section(page, 'Public failure list')).map(
  ([number = '', what = '', id = '', file = '']) => ({ number, what, id, file: bare(file) }),
);
const files = filesById();

describe('the public failure list', () => {
  it('has the ten behaviours of AWS and the ten faults of Kubernetes clients, each with what went wrong', () => {
    const wanted = ['A', 'K'].flatMap((kind) =>
      Array.from({ length: 10 }, (_, index) => `${kind}${index + 1}`),
    );
    expect([...new Set(rows.map(({ number }) => number))]).toEqual(wanted);
    const first = wanted.map((number) => rows.find((row) => row.number === number)?.what);
    expect(first.filter((what) => !what)).toEqual([]);
  });

  it.each(rows.map(({ number, id, file }) => [number, id, file] as const))(
    '%s is held by exactly one test, %s in %s',
    (number, id, file) => {
      expect(id).toMatch(new RegExp(`^F-${number}[a-z]$`));
      expect(files.get(id)).toEqual([file]);
    },
  );

  it('has a row for every id of a failure in the title of a test', () => {
    const ids = [...files.keys()].filter((id) => id.startsWith('F-'));
    expect(ids.sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  it('would notice an id that no test has', () => {
    expect(files.get('F-A0a')).toBeUndefined();
  });
});

describe('docs/reliability.md has the number of', () => {
  it('the deliberate mistakes that the model finds', () => {
    expect(seeds).toHaveLength(46);
    expect(section(page, 'Deliberate mistakes')).toContain('forty-six deliberate mistakes');
    expect(section(page, 'Reliability')).toContain('46 in the model');
  });

  it('the deliberate mistakes that the simulations find', () => {
    expect(defects).toHaveLength(5);
    expect(section(page, 'Random simulations')).toContain('five deliberate mistakes');
    expect(section(page, 'Reliability')).toContain('5 in the simulations');
  });

  it('the wrong decisions of an earlier version', () => {
    const decisions = tableRows(section(page, 'Decisions of an earlier version'));
    expect(decisions).toHaveLength(oldDecisions.length);
    expect(oldDecisions).toHaveLength(8);
    expect(section(page, 'Decisions of an earlier version')).toContain('eight wrong decisions');
  });
});
