import { parseRecord } from '../../events/envelope.ts';
import { asObject } from '../../text/json.ts';
import { oneLine } from '../../text/plainText.ts';
import { userAgent } from '../version.ts';
import { changeText } from './kubernetesEvents.ts';
import { authorOf, type HistoryEntry, type HistoryFact, operationNames } from './record.ts';

/** Whose calls are meant. */
export interface Subject {
  readonly resource: string;
  readonly principal: string;
  /** Absent: not known yet, whichever account the records are of. */
  readonly managementAccountId?: string;
}

/** The calls among CloudTrail's records that changed AWS for this principal. Not understood or failed: passed over. */
export function callRecords(records: readonly string[], subject: Subject, now: number): HistoryEntry[] {
  return records.flatMap((record) => callRecord(record, subject, now) ?? []);
}

function callRecord(text: string, subject: Subject, now: number): HistoryEntry | undefined {
  const record = asObject(parsed(text));
  if (record === undefined) return undefined;
  const change = parseRecord(record, {}, now, 'Lookup');
  if (change.kind !== 'Change' || change.principal !== subject.principal) return undefined;
  const { managementAccountId = change.managementAccountId } = subject;
  const operation = operationNames.find((name) => name === change.eventName);
  if (change.managementAccountId !== managementAccountId || operation === undefined) return undefined;
  const { requestId, userAgent: caller } = change.marks;
  // Any caller can send this user agent, so the line shows the name too.
  const isOperator = caller?.includes(`${userAgent.name}/`) === true;
  const fact: HistoryFact = {
    kind: 'Change',
    operation,
    ...(change.accountId !== undefined && { account: change.accountId }),
  };
  return {
    resource: subject.resource,
    source: 'CloudTrail',
    at: change.at,
    fact,
    text: changeText(fact),
    by: authorOf(change.evidence, isOperator),
    eventId: oneLine(change.eventId),
    ...(requestId !== undefined && { requestId: oneLine(requestId) }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
