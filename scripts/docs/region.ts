/** A part of a document that is made from the code stands between two comments that name it. */
const begin = (name: string) => `<!-- ${name}: made by scripts/docs.ts -->`;
const end = (name: string) => `<!-- /${name} -->`;

/** The document with its part `name` made anew. @throws Error when the document has no such part. */
export function withRegion(document: string, name: string, content: string): string {
  const from = document.indexOf(begin(name));
  const to = document.indexOf(end(name));
  if (from < 0 || to < from) throw new Error(`there is no ${begin(name)} … ${end(name)}`);
  return `${document.slice(0, from + begin(name).length)}\n\n${content.trim()}\n\n${document.slice(to)}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Columns as wide as their widest cell, which is how the project's formatter leaves a table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], filler = ' ') =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, filler)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line([], '-'), ...others.map((row) => line(row))].join('\n');
}
