import { heartbeatDetailType, operatorSource } from './heartbeatEvent.ts';
import { cloudTrailDetailTypes, subscribedSources } from './subscribedEvents.ts';

/**
 * Pattern of the one rule. Flat on purpose: heartbeats carry an `eventName` like CloudTrail records, so that the very
 * pattern which lets real events through lets them through. At most 2,048 characters are allowed.
 */
export const eventPattern = {
  source: [...subscribedSources.map(({ source }) => source), operatorSource],
  'detail-type': [...cloudTrailDetailTypes, heartbeatDetailType],
  detail: {
    eventName: [...subscribedSources.flatMap(({ events }) => Object.keys(events)), 'Heartbeat'],
  },
};

export const eventPatternJson = JSON.stringify(eventPattern);

const identityCenter = subscribedSources.filter(({ source }) => source === 'aws.sso');

/** Pattern of the rule in the Region of Identity Center: its events alone. */
export const forwardedPattern = {
  source: identityCenter.map(({ source }) => source),
  'detail-type': [...cloudTrailDetailTypes],
  detail: { eventName: identityCenter.flatMap(({ events }) => Object.keys(events)) },
};

export const forwardedPatternJson = JSON.stringify(forwardedPattern);

/** Whether a pattern says the same as this one; the order of members and of alternatives says nothing. */
export function isEventPattern(text: string | undefined, wanted: object = eventPattern): boolean {
  try {
    return text !== undefined && canonical(JSON.parse(text)) === canonical(wanted);
  } catch {
    return false;
  }
}

/** JSON with members and alternatives in order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
  return `{${members.sort().join(',')}}`;
}
