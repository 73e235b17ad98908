import { describe, expect, it } from 'vitest';
import { isChecked } from '../../scripts/prose/exceptions.ts';
import { titleFault, titles } from '../../scripts/prose/titles.ts';

const all = titles();
const titled = (own: string) => ({ path: 'test/a.test.ts', line: 1, text: own, own });

describe('the check of test titles', () => {
  it('reads the title of every test with the titles of its groups', () => {
    const here = all.filter(({ path }) => path === 'test/docs/titles.test.ts').map(({ text }) => text);
    expect(here[0]).toBe(
      'the check of test titles > reads the title of every test with the titles of its groups',
    );
    expect(all.length).toBeGreaterThan(1_500);
  });

  it('finds no title that is the tail of a sentence', () => {
    const faults = all.filter((title) => isChecked(title) && titleFault(title) !== undefined);
    expect(faults.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
  });

  it.each(['that AWS refuses', 'with Retain keeps AWS', 'and names it', 'when AWS refuses'])(
    'refuses the title "%s"',
    (own) => expect(titleFault(titled(own))).toBeDefined(),
  );

  it.each(['refuses an account', 'when AWS refuses, keeps the administrator', 'Android is no connective'])(
    'accepts the title "%s"',
    (own) => expect(titleFault(titled(own))).toBeUndefined(),
  );
});
