import { oneLine } from '../../../text/plainText.ts';
import type { Clock } from '../../../time/clock.ts';
import { textOf, trailFiles } from './files.ts';
import { jsonObjects } from './jsonObjects.ts';
import { type Judgement, judge, outcomes } from './judge.ts';
import type { TrailReport } from './report.ts';

/** Characters of one record. CloudTrail's own limit is 256 KB. */
const longestRecord = 2 ** 20;
/** What the report keeps in memory, however many files there are. */
const most = { changes: 10_000, outcomes: 1_000, unreadable: 100 };

/**
 * Reads a folder of CloudTrail files, one record at a time, and reports what the operator would do with each record.
 * @throws Error when the folder is unreadable, or the signal's reason
 */
export async function examineTrail(folder: string, clock: Clock, signal: AbortSignal): Promise<TrailReport> {
  const collected = createCollection();
  for await (const path of trailFiles(folder)) {
    signal.throwIfAborted();
    collected.files += 1;
    try {
      for await (const text of jsonObjects(textOf(path), longestRecord)) {
        signal.throwIfAborted();
        collected.add(text === undefined ? tooBig : judge(text, clock.now()));
      }
    } catch (error) {
      signal.throwIfAborted();
      collected.addUnreadable(path, error);
    }
  }
  return collected.report(folder);
}

const tooBig: Judgement = { outcome: 'Ignored', detail: 'TooBig' };

function createCollection() {
  const counts = new Map<string, { readonly judgement: Judgement; records: number }>();
  const changes = new Map<string, TrailReport['changes'][number]>();
  const unreadable: TrailReport['unreadable'][number][] = [];
  const total = { records: 0, repeated: 0, leftOut: 0, unreadable: 0 };

  const addChange = (judgement: Judgement) => {
    const { change, outcome } = judgement;
    if (change === undefined) return;
    const { eventId, eventName, managementAccountId, principal, accountId, at, evidence } = change;
    if (changes.has(eventId)) total.repeated += 1;
    else if (changes.size >= most.changes) total.leftOut += 1;
    else {
      const { by, arn, onBehalfOf, via, sourceIp } = evidence;
      changes.set(eventId, {
        time: new Date(at).toISOString().replace(/\.000Z$/, 'Z'),
        eventName,
        outcome,
        managementAccountId,
        ...(principal !== undefined && { principal }),
        ...(accountId !== undefined && { accountId }),
        ...{ by, ...(arn !== undefined && { arn }), ...(onBehalfOf !== undefined && { onBehalfOf }) },
        ...{ ...(via !== undefined && { via }), ...(sourceIp !== undefined && { sourceIp }) },
        eventId,
      });
    }
  };

  return {
    files: 0,
    add(judgement: Judgement) {
      total.records += 1;
      const { outcome } = judgement;
      const isListed = counts.has(`${outcome} ${judgement.detail}`) || counts.size < most.outcomes;
      const detail = isListed ? judgement.detail : 'other';
      const key = `${outcome} ${detail}`;
      const counted = counts.get(key) ?? { judgement: { outcome, detail }, records: 0 };
      counted.records += 1;
      counts.set(key, counted);
      addChange(judgement);
    },
    addUnreadable(path: string, error: unknown) {
      total.unreadable += 1;
      const message = oneLine(error instanceof Error ? error.message : String(error));
      if (unreadable.length < most.unreadable) unreadable.push({ file: oneLine(path), message });
    },
    report(folder: string): TrailReport {
      return {
        formatVersion: 1,
        folder: oneLine(folder),
        files: this.files,
        records: total.records,
        outcomes: [...counts.values()]
          .map(({ judgement: { outcome, detail }, records }) => ({ outcome, detail, records }))
          .sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome) || b.records - a.records),
        changes: [...changes.values()].sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time))),
        repeatedChanges: total.repeated,
        changesLeftOut: total.leftOut,
        unreadableFiles: total.unreadable,
        unreadable,
      };
    },
  };
}
