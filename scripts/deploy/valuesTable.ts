/** The table of a chart's values out of the comments in values.yaml that begin with two dashes. */
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

export interface ChartValue {
  /** As `--set` takes it. */
  readonly path: string;
  readonly default: unknown;
  readonly description: string;
}

const reported = (comment: string | null | undefined): string | undefined => {
  const line = (comment ?? '').split('\n').findLast((each) => each.trim().startsWith('-- '));
  return line?.trim().slice('-- '.length);
};

/** A map's first key has its comment before the map. */
const commentOf = (map: YAMLMap, { key }: Pair, first: boolean): string | null | undefined =>
  isScalar(key) ? (key.commentBefore ?? (first ? map.commentBefore : undefined)) : undefined;

const valuesIn = (map: YAMLMap, above: readonly string[]): readonly ChartValue[] =>
  map.items.flatMap((pair, index) => {
    const path = [...above, isScalar(pair.key) ? String(pair.key.value) : String(pair.key)];
    const description = reported(commentOf(map, pair, index === 0));
    const value = pair.value;
    if (description === undefined && isMap(value)) return valuesIn(value, path);
    if (description === undefined) throw new Error(`values.yaml: ${path.join('.')} has no comment "# -- …"`);
    const plain: unknown = isMap(value) ? value.toJSON() : toPlain(value);
    return [{ path: path.join('.'), default: plain, description }];
  });

function toPlain(node: unknown): unknown {
  if (typeof node === 'object' && node !== null && 'toJSON' in node && typeof node.toJSON === 'function')
    return node.toJSON();
  return node;
}

/** Every value a person may set, in the order of the file. @throws Error that names a value without a comment. */
export function chartValues(valuesYaml: string): readonly ChartValue[] {
  const { contents } = parseDocument(valuesYaml);
  if (!isMap(contents)) throw new Error('values.yaml: not a map');
  return valuesIn(contents, []);
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Columns as wide as their widest cell, which is how the project's formatter leaves a table. */
export function valuesTable(valuesYaml: string): string {
  const head = ['value', 'default', 'meaning'];
  const rows = chartValues(valuesYaml).map(({ path, default: value, description }) => [
    `\`${path}\``,
    `\`${cell(JSON.stringify(value))}\``,
    cell(description),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filler = ' ') =>
    `| ${cells.map((each, column) => each.padEnd(widths[column] ?? 0, filler)).join(' | ')} |`;
  return [line(head), line(['', '', ''], '-'), ...rows.map((row) => line(row))].join('\n');
}

const begin = '<!-- values: made by make generate -->';
const end = '<!-- /values -->';

/** The README with the table between its two marks. @throws Error when they are not there. */
export function withValuesTable(readme: string, valuesYaml: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${valuesTable(valuesYaml)}\n\n${readme.slice(to)}`;
}
