/** The documents as a reader has them: headings with their anchors, links, blocks of code, tables. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Paths from the root of the project. */
export const documentPaths: readonly string[] = globSync('docs/**/*.md', { cwd: root }).sort();

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export interface CodeBlock {
  readonly path: string;
  readonly line: number;
  readonly language: string;
  /** What stands behind the language. */
  readonly note: string;
  readonly text: string;
}

/** In a list it stands further in. */
const fence = /^ *```(\S*)[ \t]*(.*)\n([\s\S]*?)^ *```[ \t]*$/gm;

export function codeBlocks(path: string): readonly CodeBlock[] {
  const document = read(path);
  return [...document.matchAll(fence)].map((match) => {
    const [, language = '', note = '', text = ''] = match;
    return { path, line: document.slice(0, match.index).split('\n').length, language, note, text };
  });
}

/** Without blocks of code, in which a # is no heading and brackets are no link. */
export const prose = (path: string): string => read(path).replaceAll(fence, '');

export function headings(path: string): readonly string[] {
  return [...prose(path).matchAll(/^#{1,6} (.+)$/gm)].map(([, text = '']) => text.trim());
}

/** As GitHub makes anchors: lower case, punctuation away, spaces to hyphens, a number for the second of a name. */
export function anchors(path: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    headings(path).map((text) => {
      const slug = text
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-');
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    }),
  );
}

/** The part under a heading, down to the next one of the same or a higher level. @throws Error when there is none. */
export function section(path: string, heading: string): string {
  const lines = read(path).split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${path} has no heading ${heading}`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** Cells of all rows of all tables in the text, head and rule left out. */
export function tableRows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const isRow = (line: string | undefined) => line?.startsWith('|') === true;
  const isRule = (line: string | undefined) => isRow(line) && /^[|\s:-]+$/.test(line ?? '');
  return lines.flatMap((line, index) => {
    if (!isRow(line) || isRule(line) || isRule(lines[index + 1])) return [];
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    return [cells.map((each) => each.trim().replaceAll('\\|', '|'))];
  });
}

/** `text` in backquotes is text. */
export const bare = (cell: string | undefined): string => /^`(.*)`$/.exec(cell ?? '')?.[1] ?? cell ?? '';
