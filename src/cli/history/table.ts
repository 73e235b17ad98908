import type { Paint, Terminal } from '../terminal.ts';
import type { HistoryEvent, HistoryReport } from './report.ts';

const colours: Partial<Record<HistoryEvent['kind'], Paint>> = {
  Drift: 'red',
  Corrected: 'green',
  Change: 'yellow',
  Spec: 'cyan',
  Standing: 'dim',
};

const said: Readonly<Record<HistoryEvent['sources'][number], string>> = {
  CloudTrail: 'cloudtrail',
  Event: 'event',
  Status: 'status',
  Spec: 'spec',
};

/** The history as `kubectl get` shows things: one line each, columns by width. Messages may be as long as they like. */
export function historyTable({ events, resources, since }: HistoryReport, paint: Terminal['paint']): string {
  if (events.length === 0) return `No known change since ${toSecond(since)}.`;
  const hasSeveral = resources.length > 1;
  const head = ['TIME', ...(hasSeveral ? ['RESOURCE'] : []), 'SOURCE', 'WHAT', 'WHO'];
  const rows = events.map((event) => [
    toSecond(event.time),
    ...(hasSeveral ? [event.resource] : []),
    event.sources.map((source) => said[source]).join(','),
    event.text,
    who(event),
  ]);
  const what = head.indexOf('WHAT');
  const widths = head.map((title, column) =>
    Math.min(
      column === what ? widest : Number.POSITIVE_INFINITY,
      Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
    ),
  );
  const line = (cells: readonly string[], colour: Paint | undefined) =>
    cells
      .map((cell, column) => {
        const padded = column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0);
        return column === what && colour ? paint(colour, padded) : padded;
      })
      .join('   ')
      .trimEnd();
  return [
    paint('bold', line(head, undefined)),
    ...rows.map((row, index) => line(row, colours[events[index]?.kind ?? 'Other'])),
  ].join('\n');
}

/** Longer texts push their own line aside, not everybody's. */
const widest = 72;

const toSecond = (time: string) => time.replace(/\.\d+Z$/, 'Z');

function who({ by, kind }: HistoryEvent): string {
  if (!by) return '-';
  const name = by.operator && by.name !== 'the operator' ? `the operator, ${by.name}` : by.name;
  const via = by.via === undefined ? '' : kind === 'Spec' ? ` (${by.via})` : ` via ${by.via}`;
  return `${name}${via}${by.sourceIp === undefined ? '' : ` from ${by.sourceIp}`}`;
}
