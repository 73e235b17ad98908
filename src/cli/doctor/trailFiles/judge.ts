import { type Change, type ParsedMessage, parseMessage, parseRecord } from '../../../events/envelope.ts';
import { affects } from '../../../events/wakeUps.ts';
import { asObject, type Json } from '../../../text/json.ts';

export const outcomes = [
  'WakesService',
  'WakesAccount',
  'WakesBlocked',
  'WakesOrganization',
  'WakesNone',
  'Failed',
  'Ignored',
] as const;
export type Outcome = (typeof outcomes)[number];

/** What the operator would do with a record, and why: a service, a reason, a call with its error. */
export interface Judgement {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly change?: Change;
}

/** Judges the text of a CloudTrail record, of an EventBridge event, or of a record as LookupEvents wraps it. */
export function judge(text: string, now: number): Judgement {
  const json = asObject(parsed(text));
  if (json === undefined) return { outcome: 'Ignored', detail: 'NotJson' };
  const wrapped = json['CloudTrailEvent'];
  if (typeof wrapped === 'string') return judge(wrapped, now);
  if (!('eventSource' in json) && !('detail' in json)) return { outcome: 'Ignored', detail: 'NotARecord' };
  return judgementOf(parse(json, text, now));
}

function parse(json: Json, text: string, now: number): ParsedMessage {
  return 'detail' in json ? parseMessage(text, now) : parseRecord(json, {}, now);
}

function judgementOf(message: ParsedMessage): Judgement {
  switch (message.kind) {
    case 'Ignored':
      return { outcome: 'Ignored', detail: message.reason };
    case 'Heartbeat':
      return { outcome: 'WakesNone', detail: 'Heartbeat' };
    case 'Failed':
      return { outcome: 'Failed', detail: `${message.eventName} ${message.errorCode}` };
    case 'Change':
      return ofChange(message);
  }
}

function ofChange(change: Change): Judgement {
  const { eventName } = change;
  const affected = affects(change);
  switch (affected.kind) {
    case 'Principal':
      return { outcome: 'WakesService', detail: affected.principal, change };
    case 'Account':
      return { outcome: 'WakesAccount', detail: eventName, change };
    case 'Blocked':
      return { outcome: 'WakesBlocked', detail: eventName, change };
    case 'Organization':
      return { outcome: 'WakesOrganization', detail: eventName, change };
    case 'None':
      return { outcome: 'WakesNone', detail: eventName, change };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
