import { parseRecord } from '../../events/envelope.ts';
import { asObject } from '../../text/json.ts';
import { oneLine } from '../../text/plainText.ts';
import { userAgent } from '../version.ts';
import { changeText } from './kubernetesEvents.ts';
import { type Author, type HistoryEntry, type OutsideChange, operationNames } from './record.ts';

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
  const heard = parseRecord(record, {}, now, 'Lookup');
  if (heard.kind !== 'Change' || heard.principal !== subject.principal) return undefined;
  const { managementAccountId = heard.managementAccountId } = subject;
  const operation = operationNames.find((name) => name === heard.eventName);
  if (heard.managementAccountId !== managementAccountId || operation === undefined) return undefined;
  const { by, via, sourceIp } = heard.evidence;
  const author: Author = {
    name: oneLine(by),
    ...(via !== undefined && { via: oneLine(via) }),
    ...(sourceIp !== undefined && { sourceIp: oneLine(sourceIp) }),
    // Anybody can call themselves so: the name stays beside it.
    isOperator: heard.marks.userAgent?.includes(`${userAgent.name}/`) === true,
  };
  const outsideChange: OutsideChange = {
    kind: 'Change',
    operation,
    ...(heard.accountId !== undefined && { account: heard.accountId }),
  };
  return {
    resource: subject.resource,
    source: 'CloudTrail',
    at: heard.at,
    isExact: false,
    outsideChange,
    text: changeText(outsideChange),
    by: author,
    eventId: oneLine(heard.eventId),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
