/** The titles of tests as a reporter prints them: those of the groups, then that of the test. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Text } from './messages.ts';
import { children, lineFinder, type Node, textOf, treeOf } from './syntax.ts';

const root = resolve(import.meta.dirname, '../..');

/** The name that a call ends in: `it` for `it(…)`, `it.each(…)(…)` and `it.concurrent.each(…)(…)`. */
const calledName = (node: Node): string | undefined => {
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') {
    return calledName((node['callee'] ?? node['tag']) as Node);
  }
  return node.type === 'MemberExpression' ? calledName(node['object'] as Node) : undefined;
};

/** The title and kind of a call that declares tests. Undefined for any other node. */
const declared = (node: Node): { readonly kind: 'group' | 'test'; readonly title: string } | undefined => {
  if (node.type !== 'CallExpression') return undefined;
  const name = calledName(node['callee'] as Node);
  if (name !== 'describe' && name !== 'it' && name !== 'test') return undefined;
  const [first] = node['arguments'] as readonly Node[];
  const title = first && textOf(first, '%s');
  return title === undefined ? undefined : { kind: name === 'describe' ? 'group' : 'test', title };
};

export interface Title extends Text {
  /** The test's own part of the text. */
  readonly own: string;
}

function* titlesIn(
  node: Node,
  groups: readonly string[],
  at: (node: Node) => Omit<Text, 'text'>,
): Generator<Title> {
  const found = declared(node);
  const inner = found?.kind === 'group' ? [...groups, found.title] : groups;
  if (found?.kind === 'test') {
    yield { ...at(node), text: [...groups, found.title].join(' > '), own: found.title };
  }
  for (const child of children(node)) yield* titlesIn(child, inner, at);
}

/** Every title of the tests, in the order of files and lines. */
export const titles = (): readonly Title[] =>
  globSync('test/**/*.test.ts', { cwd: root })
    .sort()
    .flatMap((path) => {
      const source = readFileSync(join(root, path), 'utf8');
      const lineOf = lineFinder(source);
      return [...titlesIn(treeOf(source, path), [], ({ start }) => ({ path, line: lineOf(start) }))];
    });

/** How the second half of a sentence begins. Such a title means nothing in a list of failures. */
const tail =
  /^(?:that|which|who|whose|with|without|and|but|or|nor|also|of|to|for|by|from|in|on|at|as|than|because|so|not|nothing)\b|^(?:when|while|if|unless|until|after|before|where|once)\b[^,]*$/;

/** What keeps a title from standing alone in a list of failures. Undefined when nothing does. */
export const titleFault = ({ own }: Title): string | undefined => {
  const [start] = tail.exec(own) ?? [];
  return start === undefined
    ? undefined
    : `the title starts as the tail of a sentence: "${start.split(' ')[0]} …"`;
};
