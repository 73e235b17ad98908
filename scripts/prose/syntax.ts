/** Texts in TypeScript source: every string and template with its line, and a walk over the syntax tree. */
import { parseAst } from 'vitest/node';

/** A node of the ESTree syntax tree. `start` is an offset into the source. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** The root of the file's syntax tree. @throws Error of the parser for source that is not TypeScript. */
export const treeOf = (source: string, path: string): Node => {
  const tree: unknown = parseAst(source, { lang: path.endsWith('.tsx') ? 'tsx' : 'ts' }, path);
  if (!isNode(tree)) throw new Error(`${path}: the parser returned no syntax tree`);
  return tree;
};

/** The nodes directly below, in the order of the source. */
export const children = (node: Node): readonly Node[] =>
  Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);

/** A function from an offset into the source to its line, counted from 1. */
export const lineFinder = (source: string): ((offset: number) => number) => {
  const starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    return after < 0 ? starts.length : after;
  };
};

interface Quasi {
  readonly value: { readonly cooked: string };
}

/**
 * The text of a string, a template or a sum of them, with `variable` in the place of each expression. Undefined for
 * any other node.
 */
export const textOf = (node: Node, variable: string): string | undefined => {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined;
  if (node.type === 'TemplateLiteral') {
    return (node['quasis'] as readonly Quasi[]).map(({ value }) => value.cooked).join(variable);
  }
  if (node.type === 'BinaryExpression' && node['operator'] === '+') {
    const [left, right] = [textOf(node['left'] as Node, variable), textOf(node['right'] as Node, variable)];
    if (left === undefined && right === undefined) return undefined;
    return `${left ?? variable}${right ?? variable}`;
  }
  return undefined;
};
