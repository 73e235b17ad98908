import type { Actor } from '../../../controller/ports.ts';
import type { Terminal } from '../../terminal.ts';
import type { Judgement } from './judge.ts';

/** What `doctor --cloudtrail --json` prints. Members are only ever added. */
export interface TrailReport {
  readonly formatVersion: 1;
  readonly folder: string;
  readonly files: number;
  readonly records: number;
  readonly outcomes: readonly (Pick<Judgement, 'outcome' | 'detail'> & { readonly records: number })[];
  /** By time; each event once. */
  readonly changes: readonly TrailChange[];
  readonly repeatedChanges: number;
  /** How many more there are than the list holds. */
  readonly changesLeftOut: number;
  readonly unreadableFiles: number;
  readonly unreadable: readonly { readonly file: string; readonly message: string }[];
}

interface TrailChange extends Actor {
  readonly time: string;
  readonly eventName: string;
  readonly outcome: Judgement['outcome'];
  readonly managementAccountId: string;
  readonly principal?: string;
  readonly accountId?: string;
  readonly sourceIp?: string;
  readonly eventId: string;
}

/** Why the operator ignores a record, in words. */
const ignored: Readonly<Record<string, string>> = {
  OtherSource: 'from a service that the rule does not forward',
  UnknownName: 'an event that the rule does not forward',
  NotARecord: 'no CloudTrail record',
  NotJson: 'no JSON',
  TooBig: 'larger than CloudTrail allows',
  NoAccount: 'without an account id',
  NoEventId: 'without an event id',
};

function words({ outcome, detail }: Pick<Judgement, 'outcome' | 'detail'>): string {
  switch (outcome) {
    case 'WakesService':
      return `wakes the resources of ${detail}`;
    case 'WakesOrganization':
      return `wakes every resource of the organization: ${detail}`;
    case 'WakesNone':
      return `wakes no resource: ${detail}`;
    case 'Failed':
      return `failed call, changed nothing: ${detail}`;
    case 'Ignored':
      return `ignored: ${ignored[detail] ?? detail}`;
  }
}

/** Prints the report for people: the counts, then each change with its actor, then the unreadable files. */
export function printTrailReport(report: TrailReport, { out, err, paint }: Terminal): void {
  const { files, records, outcomes, changes, repeatedChanges, changesLeftOut } = report;
  out(`${files} files, ${records} records`);
  const width = Math.max(0, ...outcomes.map(({ records }) => String(records).length));
  for (const counted of outcomes) out(`  ${String(counted.records).padStart(width)}  ${words(counted)}`);
  if (changes.length > 0) out(`\n${table(changes, paint)}`);
  if (repeatedChanges > 0) out(`${repeatedChanges} records repeat an event of this list`);
  if (changesLeftOut > 0) out(`${changesLeftOut} later changes are omitted`);
  for (const { file, message } of report.unreadable) err(`unreadable: ${file}: ${message}`);
  const unlisted = report.unreadableFiles - report.unreadable.length;
  if (unlisted > 0) err(`unreadable: ${unlisted} more files`);
}

function table(changes: readonly TrailChange[], paint: Terminal['paint']): string {
  const head = ['TIME', 'EVENT', 'ABOUT', 'ACTOR'];
  const rows = changes.map((change) => [change.time, change.eventName, about(change), actor(change)]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  return [paint('bold', line(head)), ...rows.map(line)].join('\n');
}

const about = ({ principal, accountId }: TrailChange) =>
  [principal, accountId].filter(Boolean).join(' ') || '-';

function actor({ by, via, sourceIp }: TrailChange): string {
  return `${by}${via === undefined ? '' : ` via ${via}`}${sourceIp === undefined ? '' : ` from ${sourceIp}`}`;
}
