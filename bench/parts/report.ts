/** What every measure ends with: a table for people, and the same as JSON to compare runs by. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly p99: number;
  readonly samples: number;
}

/** @throws Error when there is no sample */
export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  if (sorted.length === 0) throw new Error('nothing was measured');
  return { median: at(0.5), min: at(0), max: at(1), p99: at(0.99), samples: sorted.length };
}

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** One number, or the spread of several. */
  readonly value: number | Spread;
  /** What the same run needed for the bare thing: the bare call, the bare poll, the bare process. */
  readonly floor?: number | Spread;
  /** As product.md has it: what the number must not be over, or under. */
  readonly budget?: { readonly most: number } | { readonly least: number };
}

export interface Report {
  readonly measure: string;
  readonly version: string;
  readonly taken: string;
  readonly machine: string;
  /** Load averages of the last 1, 5 and 15 minutes when the measure ended. */
  readonly load: string;
  readonly rows: readonly Row[];
}

/** A head and a line for each row. */
export function tableOf(rows: readonly Row[]): readonly (readonly string[])[] {
  return [['what', 'unit', 'median', 'min … max', 'p99', 'floor', '× floor', 'budget'], ...rows.map(cells)];
}

/** Prints the table and keeps it in .cache/bench/<measure>.json. A budget that is missed is said, and no failure. */
export function report(measure: string, rows: readonly Row[]): void {
  const about: Omit<Report, 'rows'> = {
    measure,
    version: `${packageJson.version} (${commit()})`,
    taken: new Date().toISOString(),
    machine: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node.js ${process.versions.node}`,
    load: loadavg()
      .map((one) => one.toFixed(1))
      .join(' '),
  };
  process.stdout.write(`\n${measure}: version ${about.version}, ${about.taken}\n`);
  process.stdout.write(`${about.machine}, load average ${about.load}\n`);
  printTable(tableOf(rows));
  const folder = join(process.env['TRUSTED_ACCESS_CACHE_DIR'] ?? join(root, '.cache'), 'bench');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${measure}.json`), `${JSON.stringify({ ...about, rows }, undefined, 2)}\n`);
}

const middle = (value: number | Spread): number => (typeof value === 'number' ? value : value.median);

function cells({ what, unit, value, floor, budget }: Row): string[] {
  const range =
    typeof value === 'number' ? ['', ''] : [`${short(value.min)} … ${short(value.max)}`, short(value.p99)];
  const ratio = floor === undefined ? '' : (middle(value) / middle(floor)).toFixed(1);
  return [
    what,
    unit,
    short(middle(value)),
    ...range,
    floor === undefined ? '' : short(middle(floor)),
    ratio,
    judged(value, budget),
  ];
}

/** A budget for a spread is one for its 99th percentile. */
function judged(value: number | Spread, budget: Row['budget']): string {
  if (budget === undefined) return '';
  const worst = typeof value === 'number' ? value : value.p99;
  if ('most' in budget) return `≤ ${short(budget.most)} ${worst <= budget.most ? 'met' : 'MISSED'}`;
  return `≥ ${short(budget.least)} ${middle(value) >= budget.least ? 'met' : 'MISSED'}`;
}

function short(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  for (const line of lines) {
    const padded = line.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`  ${padded.join('  ').trimEnd()}\n`);
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'no commit';
  }
}
