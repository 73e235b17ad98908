/**
 * The texts that a person reads from the program: condition messages, events, log lines, help, field descriptions and
 * errors. They are the strings of the source that are sentences or parts of one.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { children, lineFinder, type Node, textOf, treeOf } from './syntax.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Text {
  /** Path from the root of the project. */
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Three words in a row, so that names, patterns, CEL rules and addresses are left out. */
const isProse = (text: string): boolean =>
  /(?:^|\s)[“"(]?[A-Za-z][a-z'’]*[,:]? [a-z'’]+[,:]? (?:[a-z'’]+|VALUE)/.test(text) &&
  !/[{}<>=]{2}|\) => |&& /.test(text);

const isSkipped = ({ type }: Node): boolean =>
  /^(Import|ExportAll|TS)/.test(type) && !/As|Satisfies|NonNull/.test(type);

function* textsIn(node: Node, lineOf: (offset: number) => number, path: string): Generator<Text> {
  if (isSkipped(node)) return;
  const text = textOf(node, 'VALUE');
  if (text !== undefined && isProse(text)) yield { path, line: lineOf(node.start), text };
  // The parts of a sum are in its text already; the expressions in a template are not.
  const inner = text === undefined || node.type === 'TemplateLiteral' ? children(node) : [];
  for (const child of inner) yield* textsIn(child, lineOf, path);
}

const sourcePaths = (): readonly string[] =>
  globSync(['src/**/*.ts', 'sandbox/{drills,page}/**/*.ts'], { cwd: root }).sort();

/** Every such text of `src` and `sandbox`, or of the given files. */
export const messages = (paths: readonly string[] = sourcePaths()): readonly Text[] =>
  paths.flatMap((path) => {
    const source = readFileSync(join(root, path), 'utf8');
    return [...textsIn(treeOf(source, path), lineFinder(source), path)];
  });
