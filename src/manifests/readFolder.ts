import { type Clock, sinceWhen } from '../time/clock.ts';
import type { ReadFolder } from './folder.ts';
import { type Judgement, judge } from './judge.ts';
import { acceptedOf, declared, type ResourceRecord, refused, removed } from './record.ts';
import type { Records } from './records.ts';
import type { Reporter } from './reporter.ts';
import type { Wake } from './wake.ts';

/** Milliseconds until a file that is gone counts as gone: some editors remove it before they write it anew. */
const untilGone = 500;

export interface FolderReader {
  /** Makes the records as the folder declares. Rejects when the folder cannot be read, or the signal is aborted. */
  look(signal: AbortSignal): Promise<void>;
  /** A resource vanished, and it is not sure yet that it is gone. */
  isPending(): boolean;
}

export interface FolderReaderOptions {
  readonly readFolder: ReadFolder;
  readonly records: Records;
  readonly reporter: Reporter;
  readonly wake: Wake;
  readonly clock: Clock;
}

export function createFolderReader({
  readFolder,
  records,
  reporter,
  wake,
  clock,
}: FolderReaderOptions): FolderReader {
  let missing: ReadonlyMap<string, number> = new Map();

  const now = () => new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');

  const replace = (name: string, before: ResourceRecord | undefined, next: ResourceRecord | undefined) => {
    // The controller wrote to it meanwhile: look again, with what it wrote.
    if (!records.replace(name, before, next)) wake.within(0);
    else reporter.changed(before, next);
  };

  function take({ verdicts }: Judgement, before: ReadonlyMap<string, ResourceRecord>): void {
    for (const [name, verdict] of verdicts) {
      const record = before.get(name);
      const next =
        verdict.kind === 'Declared'
          ? declared(record, verdict.resource, verdict.file, now())
          : refused(record, name, verdict.problems, verdict.file, now());
      replace(name, record, next);
    }
  }

  function letGo({ verdicts, unreadable }: Judgement): void {
    const still = new Map<string, number>();
    for (const record of records.all().filter(({ name }) => !verdicts.has(name))) {
      const { name, file } = record;
      const problems = unreadable.get(file);
      if (problems) {
        replace(name, record, refused(record, name, problems, file, now()));
        continue;
      }
      const since = sinceWhen(missing.get(name), clock.now());
      still.set(name, since);
      if (clock.now() - since >= untilGone) replace(name, record, removed(record, now()));
      else wake.within(untilGone);
    }
    missing = still;
  }

  return {
    async look(signal) {
      const before = new Map(records.all().map((record) => [record.name, record]));
      const judgement = await judge(await readFolder(signal), (name) => {
        const record = before.get(name);
        return record && acceptedOf(record);
      });
      signal.throwIfAborted();
      reporter.report(judgement.reports);
      take(judgement, before);
      letGo(judgement);
    },
    isPending: () =>
      [...missing.keys()].some((name) => {
        const record = records.get(name);
        return record !== undefined && record.deletionTimestamp === undefined;
      }),
  };
}
