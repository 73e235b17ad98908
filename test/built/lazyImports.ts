/** The modules that the executable loads on demand: what the source asks of each, and the chunk that answers. */
import { globSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from '../docs/documents.ts';

export interface LazyImport {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /** Exports that the importing code uses; undefined: this form of import is not known here. */
  readonly names: readonly string[] | undefined;
}

const importCall = /\bimport\(\s*(?:"([^"]+)"|'([^']+)')\s*\)/g;

/** `{ a, b: c, default: d }` names a, b and default. */
const destructured = (braces: string): readonly string[] =>
  braces
    .split(',')
    .map((part) => part.split(/[:=]/)[0]?.trim() ?? '')
    .filter((name) => name !== '');

const membersOf = (text: string, variable: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(new RegExp(`(?<![\\w.$])${variable}\\??\\.(\\w+)`, 'g'))].map(([, name = '']) => name),
  ),
];

/** Parameters of the type that a `typeof import('…')` is called. */
function namespaceParameters(text: string, specifier: string): readonly string[] {
  const types = [...text.matchAll(/type (\w+) = typeof import\('([^']+)'\)/g)];
  return types
    .filter(([, , its]) => its === specifier)
    .flatMap(([, type]) => [...text.matchAll(new RegExp(`(\\w+): ${type}\\b`, 'g'))])
    .map(([, parameter = '']) => parameter);
}

function usedNames(
  text: string,
  before: string,
  after: string,
  specifier: string,
): readonly string[] | undefined {
  const [, braces] = /\{([^{}]*)\}\s*=\s*await\s*$/.exec(before) ?? [];
  if (braces !== undefined) return destructured(braces);
  const [, member] = /^\)\.(\w+)/.exec(after) ?? [];
  if (/\(await\s*$/.test(before) && member !== undefined) return [member];
  const [, variable] = /(\w+)\s*[=:]\s*await\s*$/.exec(before) ?? [];
  if (variable !== undefined) return membersOf(text, variable);
  const members = namespaceParameters(text, specifier).flatMap((name) => membersOf(text, name));
  return members.length > 0 ? members : undefined;
}

/** Every `import()` of a text, `typeof import()` left out. */
export function lazyImports(text: string): readonly LazyImport[] {
  return [...text.matchAll(importCall)]
    .map((match) => ({ match, before: text.slice(0, match.index) }))
    .filter(({ before }) => !/typeof\s*$/.test(before))
    .map(({ match, before }) => {
      const specifier = match[1] ?? match[2] ?? '';
      const after = text.slice(match.index + match[0].length);
      return {
        specifier,
        line: before.split('\n').length,
        names: usedNames(text, before, after, specifier),
      };
    });
}

export interface Bundled {
  /** The source file and line that the import came from, as the source map has it. */
  readonly source: string;
  readonly line: number;
  /** Path of the chunk. */
  readonly chunk: string;
  /** Names that the bundle itself takes from the chunk by destructuring. */
  readonly names: readonly string[];
}

const dist = join(root, 'dist');

function bundledIn(file: string): readonly Bundled[] {
  const text = readFileSync(file, 'utf8');
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  return [...text.matchAll(importCall)].map((match) => {
    const before = text.slice(0, match.index);
    const lines = before.split('\n');
    const origin = map.findEntry(lines.length - 1, lines.at(-1)?.length ?? 0);
    if (!('originalSource' in origin)) throw new Error(`${file}: the source map has no line for ${match[0]}`);
    const [, braces = ''] = /\{([^{}]*)\}\s*=\s*await\s*$/.exec(before) ?? [];
    return {
      source: relative(root, resolve(dirname(file), origin.originalSource)),
      line: origin.originalLine + 1,
      chunk: resolve(dirname(file), match[1] ?? match[2] ?? ''),
      names: destructured(braces),
    };
  });
}

/** Every `import()` of the bundle, those within packages included. */
export const bundledImports = (): readonly Bundled[] =>
  globSync('**/*.mjs', { cwd: dist })
    .map((file) => join(dist, file))
    .flatMap(bundledIn);

/** Names in `wanted` that a module with these exports does not have. */
export const missing = (wanted: readonly string[], exports: readonly string[]): readonly string[] =>
  wanted.filter((name) => !exports.includes(name));
