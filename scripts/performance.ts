/** Writes the tables of docs/performance.md out of what `make bench` left in .cache/bench. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Report } from '../bench/parts/report.ts';
import { tableOf } from '../bench/parts/report.ts';
import { table } from './docs/region.ts';

const root = resolve(import.meta.dirname, '..');
const page = join(root, 'docs', 'performance.md');
const folder = join(process.env['TRUSTED_ACCESS_CACHE_DIR'] ?? join(root, '.cache'), 'bench');

let document = readFileSync(page, 'utf8');
for (const file of readdirSync(folder).sort()) {
  const report: Report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  document = withTable(document, report);
}
writeFileSync(page, document);

/** Between `<!-- measure -->` and `<!-- /measure -->`; a measure that the page does not show is left out. */
function withTable(text: string, report: Report): string {
  const [begin, end] = [`<!-- ${report.measure} -->`, `<!-- /${report.measure} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) return text;
  const [heads = [], ...rows] = tableOf(report.rows);
  const used = heads.map((_, column) => column === 0 || rows.some((row) => row[column] !== ''));
  const kept = (row: readonly string[]): readonly string[] => row.filter((_, column) => used[column]);
  const taken = `Version ${report.version}, ${report.taken.slice(0, 16).replace('T', ' ')} UTC, load average ${report.load}.`;
  const made = `${table(kept(heads), rows.map(kept))}\n\n${taken}`;
  return `${text.slice(0, from + begin.length)}\n\n${made}\n\n${text.slice(to)}`;
}
