import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import type { Check, Result } from './check.ts';
import type { Finding } from './finding.ts';

export interface Report {
  readonly report: (result: Result) => void;
  end(results: readonly Result[]): void;
}

type Status = Finding['status'];

const marks: Readonly<Record<Status, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };
const colours = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const;

export function textReport({ out, paint }: Terminal, checks: readonly Check[]): Report {
  const width = Math.max(...checks.map(({ title }) => title.length).filter((length) => length <= 24));
  let shown: string | undefined;
  return {
    report({ check, status, found, remedy }) {
      if (check.group !== shown) out(`${shown === undefined ? '' : '\n'}${paint('bold', check.group)}`);
      shown = check.group;
      const text = status === 'skipped' ? paint('dim', found) : found;
      out(`  ${paint(colours[status], marks[status])} ${check.title.padEnd(width)}  ${text}`);
      for (const line of remedy) out(`      ${paint('cyan', '→')} ${line}`);
    },
    end(results) {
      const counts = countsOf(results);
      const summary = `${counts.ok} ok, ${counts.warning} with warnings, ${counts.failed} failed, ${counts.skipped} not checked`;
      out(`\n${paint(counts.failed > 0 ? 'red' : 'green', summary)}`);
    },
  };
}

/** One object at the end: the shape that --help documents. */
export function jsonReport({ out }: Terminal): Report {
  return {
    report: () => undefined,
    end(results) {
      const summary = countsOf(results);
      const checks = results.map(({ check, status, found, remedy, milliseconds }) => ({
        name: check.name,
        group: check.group,
        title: check.title,
        status,
        found,
        remedy,
        milliseconds,
      }));
      out(JSON.stringify({ version, healthy: summary.failed === 0, summary, checks }, null, 2));
    },
  };
}

function countsOf(results: readonly Result[]): Readonly<Record<Status, number>> {
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}
