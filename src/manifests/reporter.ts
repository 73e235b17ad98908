import type { Report } from './judge.ts';
import type { Log } from './log.ts';
import type { ResourceRecord } from './record.ts';

/** Tells each thing once: when it begins, and when it is over. */
export interface Reporter {
  report(reports: readonly Report[]): void;
  changed(before: ResourceRecord | undefined, next: ResourceRecord | undefined): void;
  /** The folder cannot be read, or what is known cannot be saved. */
  trouble(what: 'read' | 'saved', error: unknown): void;
  over(what: 'read' | 'saved'): void;
  /** The folder cannot be watched: it is still looked at from time to time. */
  unwatched(error: unknown): void;
  state(synced: boolean, resources: number): { readonly ok: boolean; readonly message: string };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function verb(before: ResourceRecord | undefined, next: ResourceRecord): string | undefined {
  if (next.problems.length > 0) return undefined;
  if (!before) return 'declared';
  if (before.problems.length > 0) return 'valid again';
  if (next.deletionTimestamp !== before.deletionTimestamp) return 'removed from the folder, being deleted';
  return next.generation === before.generation ? undefined : 'changed';
}

const phrases = { read: 'the manifests in', saved: 'the status of the resources in' } as const;

export function createReporter(log: Log, directory: string): Reporter {
  let reported = new Map<string, Report>();
  const current = new Map<'read' | 'saved', string>();
  let unwatched: string | undefined;
  return {
    report(reports) {
      const now = new Map(reports.map((report) => [report.message, report]));
      for (const [message, { level, file, line }] of now) {
        if (!reported.has(message)) log[level]({ file, line }, message);
      }
      reported = now;
    },
    changed(before, next) {
      if (before === next) return;
      const { name, file, generation } = next ?? before ?? { name: '', file: '', generation: 0 };
      const what = next ? verb(before, next) : 'removed from the folder';
      if (what !== undefined) log.info({ name, file, generation }, `${name} ${what}`);
    },
    trouble(what, error) {
      const message = `${phrases[what]} ${directory} cannot be ${what}: ${messageOf(error)}`;
      if (message !== current.get(what)) log.error({ directory }, message);
      current.set(what, message);
    },
    over(what) {
      if (current.delete(what)) log.info({ directory }, `${phrases[what]} ${directory} can be ${what} again`);
    },
    unwatched(error) {
      const message = messageOf(error);
      if (message !== unwatched) {
        log.warn({}, `cannot watch the folder; reading it every 30 seconds: ${message}`);
      }
      unwatched = message;
    },
    state(synced, resources) {
      const [trouble] = current.values();
      if (trouble !== undefined) return { ok: false, message: trouble };
      return synced
        ? { ok: true, message: `${resources} resources` }
        : { ok: false, message: 'the folder is being read' };
    },
  };
}
