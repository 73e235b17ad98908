import type { Episode } from './episodes.ts';

/** Seconds, as exact as a reader has use for. */
export function seconds(milliseconds: number): string {
  const value = milliseconds / 1000;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const sentence = (text: string): string => {
  const whole = capital(text);
  return /^$|[.!?…]$/.test(whole) ? whole : `${whole}.`;
};

/** AccessDisabled: Access disabled. */
export const inWords = (kind: string): string =>
  kind.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** `Reason: message` of a condition, apart. */
export function refusal(message: string): { readonly reason?: string; readonly detail: string } {
  const [, reason, detail = ''] = /^([A-Z]\w+)(?:: ([\s\S]*))?$/.exec(message) ?? [];
  return reason === undefined ? { detail: message } : { reason, detail };
}

/** The headline of the latest incident, for eyes and for screen readers alike. */
export function notices(episode: Episode | undefined): string {
  if (!episode) return 'In sync. Make a change to start.';
  const { at, end, received, by, cause, title, acted } = episode;
  if (end?.kind === 'Stalled') {
    const { reason } = refusal(end.message);
    return reason === undefined ? 'Not corrected.' : `Not corrected: ${inWords(reason).toLowerCase()}.`;
  }
  const took = end ? seconds(end.at - at) : '';
  if (cause === 'Manifest') {
    if (!end) return 'The manifest changed. The operator is applying it to AWS.';
    return acted
      ? `In sync ${took} after the manifest was read.`
      : 'The manifest changed. AWS already matches it.';
  }
  const caller = by === undefined ? '' : ` by ${by}`;
  if (end) return `Corrected ${took} after the change${caller}.`;
  if (!received) return `${sentence(title)} The operator has not detected it yet.`;
  const how = received.how === 'Event' ? 'event' : 'resync';
  return `Change${caller} detected by ${how} after ${seconds(received.at - at)}. The operator is correcting it.`;
}
