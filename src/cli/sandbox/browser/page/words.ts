import type { Episode } from './episodes.ts';

/** Seconds, as exact as a reader has use for. */
export function seconds(milliseconds: number): string {
  const value = milliseconds / 1000;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;
}

/** Who it is, without the ARN around it. */
export function person(by: string): string {
  return /^arn:[^:]+:sts::\d+:assumed-role\/[^/]+\/(.+)$/.exec(by)?.[1] ?? by;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const sentence = (text: string): string => {
  const whole = capital(text);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
};

/** AccessDisabled: Access disabled. */
export const inWords = (kind: string): string =>
  kind.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What there is to say of the latest story, for eyes and for screen readers alike. */
export function news(episode: Episode | undefined): string {
  if (!episode) return 'Everything is as declared. It is your turn.';
  const { at, end, heard, by, cause, title, acted } = episode;
  const who = by === undefined ? '' : ` ${person(by)} did it.`;
  if (end?.kind === 'Stalled') return `Not put right: ${end.message}`;
  const took = end ? seconds(end.at - at) : '';
  if (cause === 'Manifest') {
    if (!end) return 'The manifest was changed. AWS is being made so.';
    return acted
      ? `AWS is as declared ${took} after the manifest was read.`
      : 'The manifest was changed: AWS is so already.';
  }
  if (end) return `Put right ${took} after the change.${who}`;
  if (heard?.how === 'Event') return `Heard after ${seconds(heard.at - at)}.${who} It is being put right.`;
  if (heard) return `Found by looking after ${seconds(heard.at - at)}.${who} It is being put right.`;
  return `${sentence(title)} The operator has not heard of it yet.`;
}
