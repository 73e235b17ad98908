import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Parser,
} from 'yaml';
import { group, kind } from '../crds/trustedAccess.ts';
import type { Path } from '../crds/validate.ts';

/** More in one file is a mistake, not a manifest. */
const mostDocuments = 500;
/** A few anchors are convenient; a thousandfold expansion is an attack. */
const mostAliases = 100;

export type ManifestDocument =
  | {
      readonly kind: 'TrustedAccess';
      readonly file: string;
      readonly line: number;
      readonly value: unknown;
      /** The line of a field, or of the nearest thing around it that is there. */
      lineOf(path: Path): number;
    }
  | { readonly kind: 'Other'; readonly file: string; readonly line: number; readonly what: string }
  | { readonly kind: 'Broken'; readonly file: string; readonly line: number; readonly message: string };

type Line = (offset: number | undefined) => number;
type Parsed = Document.Parsed<ParsedNode>;

function step(
  document: Parsed,
  node: unknown,
  part: string | number,
): { at: number | undefined; to: unknown } {
  const here = isAlias(node) ? node.resolve(document) : node;
  if (isMap(here)) {
    const pair = here.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    const at = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return { at, to: pair?.value };
  }
  if (isSeq(here) && typeof part === 'number') {
    const item = here.items[part];
    const at = isScalar(item) || isMap(item) || isSeq(item) || isAlias(item) ? item.range?.[0] : undefined;
    return { at, to: item };
  }
  return { at: undefined, to: undefined };
}

function lineFinder(document: Parsed, line: Line, base: Path): (path: Path) => number {
  return (path) => {
    let node: unknown = document.contents;
    let found = document.contents?.range[0] ?? document.range[0];
    for (const part of [...base, ...path]) {
      const { at, to } = step(document, node, part);
      if (at === undefined) break;
      found = at;
      node = to;
    }
    return line(found);
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

interface Place {
  readonly file: string;
  readonly document: Parsed;
  readonly line: Line;
}

function classify(place: Place, value: unknown, base: Path): ManifestDocument[] {
  const { file } = place;
  const lineOf = lineFinder(place.document, place.line, base);
  const line = lineOf([]);
  const { apiVersion, kind: its, items } = fieldsOf(value);
  if (typeof apiVersion !== 'string' || typeof its !== 'string') {
    return [
      { kind: 'Broken', file, line, message: 'not a Kubernetes object: apiVersion and kind are needed' },
    ];
  }
  if (its.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => classify(place, item, [...base, 'items', index]));
  }
  if (its !== kind && !text(apiVersion).startsWith(`${group}/`)) {
    return [{ kind: 'Other', file, line, what: `${apiVersion} ${its}` }];
  }
  return [{ kind: 'TrustedAccess', file, line, value, lineOf }];
}

function read(place: Place): ManifestDocument[] {
  const { file, document, line } = place;
  const [error] = document.errors;
  if (error) return [{ kind: 'Broken', file, line: line(error.pos[0]), message: error.message }];
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    return [];
  return classify(place, document.toJS({ maxAliasCount: mostAliases }), []);
}

/** The documents of one file, YAML or JSON. Never throws: what cannot be read is Broken, the others are there. */
export function parseDocuments(file: string, source: string): ManifestDocument[] {
  const counter = new LineCounter();
  const line: Line = (offset) => counter.linePos(offset ?? 0).line || 1;
  const found: ManifestDocument[] = [];
  let at = 0;
  try {
    let count = 0;
    for (const document of new Composer({ merge: true }).compose(
      new Parser(counter.addNewLine).parse(source),
    )) {
      count += 1;
      at = document.range[0];
      if (count > mostDocuments) throw new RangeError(`more than ${mostDocuments} documents in one file`);
      found.push(...read({ file, document, line }));
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    found.push({ kind: 'Broken', file, line: line(at), message });
  }
  return found;
}
