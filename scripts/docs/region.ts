/** A part of a document that is made from the code stands between two comments that name it. */
const comments = {
  markdown: (text: string) => `<!-- ${text} -->`,
  yaml: (text: string) => `# ${text}`,
} as const;

/** The document with its part `name` made anew. @throws Error when the document has no such part. */
export function withRegion(
  document: string,
  name: string,
  content: string,
  language: keyof typeof comments = 'markdown',
): string {
  const begin = comments[language](`${name}: made by make generate`);
  const end = comments[language](`/${name}`);
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no ${begin} … ${end}`);
  // Lines and comments may be indented, as YAML wants it.
  const indentation = document.slice(document.lastIndexOf('\n', from) + 1, from);
  const lines = content.replaceAll(/^\n+|\s+$/g, '');
  return `${document.slice(0, from + begin.length)}\n\n${lines}\n\n${indentation}${document.slice(to)}`;
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
