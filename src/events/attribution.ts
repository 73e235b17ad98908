import type { AttributionQuestion, DriftAttribution } from '../controller/ports.ts';
import type { DriftKind } from '../crds/status.ts';
import { asObject } from '../text/json.ts';
import type { Clock } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { recentSet } from '../time/recentSet.ts';
import { sleep } from '../time/sleep.ts';
import type { ChangeLog } from './changeLog.ts';
import { parseRecord } from './envelope.ts';
import type { OwnCalls } from './ownCalls.ts';
import { type EventHistory, HistoryError } from './trailHistory.ts';

export interface AttributionOptions {
  readonly clock: Clock;
  readonly changeLog: ChangeLog;
  readonly own: OwnCalls;
  /** Whether events tell already: then CloudTrail is not asked. */
  readonly isDriven: () => boolean;
  readonly history: EventHistory;
  /** Why CloudTrail could not be asked, once for each set of credentials while it is so. */
  readonly onProblem: (message: string) => void;
}

/** The call asked for by drift: LookupEvents takes one attribute a query. Of a replacement, its second half. */
const subscription: Readonly<Record<DriftKind, string>> = {
  AccessDisabled: 'DisableAWSServiceAccess',
  AccessEnabled: 'EnableAWSServiceAccess',
  AdministratorRemoved: 'DeregisterDelegatedAdministrator',
  AdministratorAdded: 'RegisterDelegatedAdministrator',
  AdministratorReplaced: 'RegisterDelegatedAdministrator',
};

const recent = 15 * 60_000;
/** Milliseconds between two queries: an account is allowed two a second. */
const spacing = 500;
/** Milliseconds: a reconcile waits for the answer. */
const longestWait = 5_000;
const longestLookup = 10_000;
const deniedFor = 30 * 60_000;
const mostRemembered = 5_000;

/** Answers who caused a drift: from the events heard, or by asking CloudTrail once when events are not proven to arrive. */
export function createAttribution(options: AttributionOptions): DriftAttribution {
  const { clock, changeLog, history, onProblem } = options;
  const asked = recentSet(clock, mostRemembered, recent);
  const denied = recentSet(clock, mostRemembered, deniedFor);
  let nextSlot = Number.NEGATIVE_INFINITY;

  const lookup = async (question: AttributionQuestion, signal: AbortSignal): Promise<void> => {
    const records = await history.lookup(
      {
        eventName: subscription[question.drift],
        from: Math.max(question.since, clock.now() - recent),
        to: clock.now(),
        target: question.target,
      },
      signal,
    );
    for (const record of records) noteRecord(options, record, question);
  };

  return {
    recall: (question) => changeLog.recall(question),
    async lookUp(question, signal) {
      if (options.isDriven() || signal.aborted) return changeLog.recall(question);
      const credentials = JSON.stringify(question.target ?? null);
      const wait = Math.max(0, nextSlot - clock.now());
      if (denied.has(credentials) || wait > longestWait || !asked.add(keyOf(question))) {
        return changeLog.recall(question);
      }
      nextSlot = clock.now() + wait + spacing;
      const limit = longestWait + longestLookup;
      using limited = deadline(clock, limit, signal, `no answer within ${limit} ms`);
      try {
        if (wait > 0) await sleep(clock, wait, limited.signal);
        await lookup(question, limited.signal);
      } catch (error) {
        if (error instanceof HistoryError && error.denied) {
          denied.add(credentials);
          onProblem(`cloudtrail:LookupEvents is not permitted, so nobody can be named: ${error.message}`);
        } else if (!signal.aborted) {
          onProblem(`CloudTrail could not be asked: ${error instanceof Error ? error.message : error}`);
        }
      }
      return changeLog.recall(question);
    },
  };
}

/** What CloudTrail remembers is noted in the ledger like an event, with its own source. */
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
