import type { AttributionQuestion, DriftAttribution } from '../controller/ports.ts';
import { asObject } from '../text/json.ts';
import type { Clock } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { recentSet } from '../time/recentSet.ts';
import { sleep } from '../time/sleep.ts';
import { causingCalls } from './causes.ts';
import type { ChangeLog } from './changeLog.ts';
import { parseRecord } from './envelope.ts';
import type { OwnCalls } from './ownCalls.ts';
import { type EventHistory, HistoryError } from './trailHistory.ts';

export interface AttributionOptions {
  readonly clock: Clock;
  readonly changeLog: ChangeLog;
  readonly own: OwnCalls;
  readonly history: EventHistory;
  /** Why CloudTrail gave no answer; once for each set of credentials while the permission is missing. */
  readonly onProblem: (message: string) => void;
}

/** Milliseconds: how far back CloudTrail is asked at least, and at most. */
const recent = 15 * 60_000;
const longestWindow = 24 * 3_600_000;
/** Milliseconds between two queries: LookupEvents allows two a second for an account. */
const spacing = 500;
/** Milliseconds: a reconcile waits for the answer. */
const longestWait = 5_000;
const longestLookup = 10_000;
const deniedFor = 30 * 60_000;
const mostRemembered = 5_000;

/**
 * Attributes a drift from the change log. When the change log has no answer, it asks CloudTrail once a drift: for one
 * kind of call after the other, until a call explains the drift.
 */
export function createAttribution(options: AttributionOptions): DriftAttribution {
  const { clock, changeLog, history, onProblem } = options;
  const asked = recentSet(clock, mostRemembered, recent);
  const denied = recentSet(clock, mostRemembered, deniedFor);
  let nextSlot = Number.NEGATIVE_INFINITY;
  const wait = () => Math.max(0, nextSlot - clock.now());

  const turn = async (signal: AbortSignal): Promise<void> => {
    const pause = wait();
    nextSlot = clock.now() + pause + spacing;
    if (pause > 0) await sleep(clock, pause, signal);
  };

  const ask = async (question: AttributionQuestion, signal: AbortSignal): Promise<void> => {
    for (const eventName of causingCalls[question.drift]) {
      if (wait() > longestWait) return;
      await turn(signal);
      const now = clock.now();
      const from = Math.max(now - longestWindow, Math.min(question.since, now - recent));
      const records = await history.lookup({ eventName, from, to: now, target: question.target }, signal);
      for (const record of records) noteRecord(options, record, question);
      const found = changeLog.recall(question);
      if (found !== undefined && !found.isFollowUp) return;
    }
  };

  return {
    recall: (question) => changeLog.recall(question),
    async lookUp(question, signal) {
      const known = changeLog.recall(question);
      if (signal.aborted || (known && !known.isFollowUp)) return known;
      const credentials = JSON.stringify(question.target ?? null);
      if (denied.has(credentials) || wait() > longestWait || !asked.add(keyOf(question))) return known;
      const limit = longestWait + longestLookup;
      using limited = deadline(clock, limit, signal, `no answer within ${limit} ms`);
      try {
        await ask(question, limited.signal);
      } catch (error) {
        if (error instanceof HistoryError && error.denied) {
          denied.add(credentials);
          onProblem(
            `cloudtrail:LookupEvents is not permitted, so the operator cannot attribute drift: ${error.message}`,
          );
        } else if (!signal.aborted) {
          onProblem(`could not ask CloudTrail: ${error instanceof Error ? error.message : error}`);
        }
      }
      return changeLog.recall(question);
    },
  };
}

/** Notes a record of CloudTrail's event history in the change log, like an event. */
function noteRecord(
  { clock, own, changeLog }: AttributionOptions,
  text: string,
  question: AttributionQuestion,
): void {
  const record = asObject(parsed(text));
  if (record === undefined) return;
  const received = parseRecord(record, {}, clock.now(), 'Lookup');
  if (received.kind !== 'Change' || own.isOwn(received.marks)) return;
  if (received.managementAccountId === question.managementAccountId) changeLog.note(received);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keyOf({ managementAccountId, principal, drift, since }: AttributionQuestion): string {
  return [managementAccountId, principal, drift, since].join(' ');
}
