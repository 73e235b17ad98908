import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, documentPaths, headings, prose, root } from './documents.ts';

interface Link {
  readonly from: string;
  readonly target: string;
}

const linksIn = (path: string): readonly Link[] =>
  [...prose(path).matchAll(/(?<!`)\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)]
    .map(([, inline, reference]) => ({ from: path, target: inline ?? reference ?? '' }))
    .filter(({ target }) => !target.startsWith('mailto:'));

const isOutside = ({ target }: Link) => /^[a-z]+:/.test(target);

/** Undefined: it leads somewhere. */
function brokenness({ from, target }: Link): string | undefined {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : relative(root, join(root, dirname(from), file));
  if (!existsSync(join(root, path))) return `${target}: there is no ${path}`;
  if (anchor === undefined || !path.endsWith('.md')) return undefined;
  return anchors(path).has(anchor) ? undefined : `${target}: ${path} has no heading for it`;
}

describe('links', () => {
  it.each(documentPaths)('within the project resolve in %s', (path) => {
    const inside = linksIn(path).filter((link) => !isOutside(link));
    expect(inside.flatMap((link) => brokenness(link) ?? [])).toEqual([]);
  });

  it.each(documentPaths)('lead outside with https only in %s', (path) => {
    const outside = linksIn(path).filter(isOutside);
    expect(outside.filter(({ target }) => !target.startsWith('https://'))).toEqual([]);
  });

  it('lead to every page from the index, to those of the commands from their list', () => {
    const index = ['docs/README.md', 'docs/commands.md'].flatMap(linksIn);
    const reached = new Set(['docs/README.md', ...index.map(({ target }) => `docs/${target.split('#')[0]}`)]);
    expect(documentPaths.filter((path) => !reached.has(path))).toEqual([]);
  });
});

/** The sentences of a page. Each list item and each cell of a table is at least one. */
const sentences = (path: string): readonly string[] =>
  prose(path)
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|\n(?=\|)| \| |(?<=[.!?:])\s+(?=[A-Z`*[])/)
    .filter((text) => !/^\s*\[[^\]]+\]: /.test(text));

const linkCount = (text: string): number => [...text.matchAll(/\](?:\([^)]+\)|\[[^\]]+\])/g)].length;

it.each(['README.md', 'CONTRIBUTING.md', ...documentPaths])(
  '%s has at most one link in a sentence',
  (path) => {
    expect(sentences(path).filter((text) => linkCount(text) > 1)).toEqual([]);
  },
);

it.each(documentPaths)('%s begins with its one title', (path) => {
  expect(headings(path).length).toBeGreaterThan(0);
  expect(prose(path).match(/^# /gm)).toHaveLength(1);
});
