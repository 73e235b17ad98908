/** An incident as steps on a line: what has been, what is under way, what is to come. Pure. */
import { type Episode, isOpen, type Moment } from './episodes.ts';
import { inWords, refusal, seconds, sentence } from './words.ts';

export interface Step {
  readonly name: string;
  readonly kind: 'changed' | 'declared' | 'received' | 'acted' | 'verified' | 'stalled';
  readonly state: 'done' | 'under-way' | 'to-come';
  readonly when?: string;
  readonly what: string;
}

export function stepsOf(episode: Episode | undefined): readonly Step[] {
  if (!episode) return plan;
  const { cause, received } = episode;
  if (cause === 'Manifest') return [beginning(episode), acting(episode, true), ending(episode)];
  if (cause === 'Found' && !received) return [beginning(episode), ending(episode)];
  return [beginning(episode), eventSources(episode), acting(episode, received), ending(episode)];
}

function progress(episode: Episode, done: unknown, before: unknown): Step['state'] {
  if (done) return 'done';
  return before && isOpen(episode) && !episode.end ? 'under-way' : 'to-come';
}

const after = ({ at }: Episode, moment: Moment | undefined): { readonly when?: string } =>
  moment ? { when: `+${seconds(moment.at - at)}` } : {};

const names: Readonly<Record<Episode['cause'], string>> = {
  Outsider: 'Changed in AWS',
  Manifest: 'Declared',
  Beginning: 'Declared',
  Found: 'Observed',
  Note: 'Noted',
};

function beginning({ at, cause, title }: Episode): Step {
  const when = new Date(at).toLocaleTimeString();
  const what = sentence(title);
  const kind = cause === 'Manifest' ? 'declared' : 'changed';
  const name = names[cause];
  return { name, kind, state: 'done', when, what };
}

function eventSources(episode: Episode): Step {
  const { received } = episode;
  const state = progress(episode, received, true);
  return {
    name: 'Detected',
    kind: 'received',
    state,
    ...after(episode, received),
    what: detectedWords(episode),
  };
}

function acting(episode: Episode, before: unknown): Step {
  const { acted, actions, cause, end } = episode;
  const idle = end?.kind === 'Settled' ? 'Nothing to do.' : '';
  return {
    ...{ name: cause === 'Manifest' ? 'Applied' : 'Corrected', kind: 'acted' },
    ...{ state: progress(episode, acted ?? idle, before), ...after(episode, acted) },
    what: actions.length === 0 ? idle : sentence(actions.join(', then ')),
  };
}

function ending(episode: Episode): Step {
  const { end, acted } = episode;
  if (end?.kind === 'Stalled') {
    const { reason, detail } = refusal(end.message);
    return {
      name: 'Stalled',
      kind: 'stalled',
      state: 'done',
      ...after(episode, end),
      what: reason ?? detail,
    };
  }
  const what = end ? 'AWS matches the desired state.' : '';
  return {
    name: 'Verified',
    kind: 'verified',
    state: progress(episode, end, acted),
    ...after(episode, end),
    what,
  };
}

const plan: readonly Step[] = [
  { name: 'Changed in AWS', kind: 'changed', state: 'to-come', what: 'Another caller changes AWS.' },
  {
    name: 'Detected',
    kind: 'received',
    state: 'to-come',
    what: 'CloudTrail, EventBridge, and a queue deliver the event.',
  },
  { name: 'Corrected', kind: 'acted', state: 'to-come', what: 'The operator reverts the change.' },
  {
    name: 'Verified',
    kind: 'verified',
    state: 'to-come',
    what: 'The operator reads AWS until it shows the correction.',
  },
];

function detectedWords({ received, by, drift }: Episode): string {
  if (!received) return 'Not detected yet.';
  const how =
    received.how === 'Event'
      ? 'The event arrived through the queue'
      : 'No event arrived; a resync detected it';
  const what = drift === undefined ? '' : ` ${inWords(drift)}${by === undefined ? '' : `, by ${by}`}.`;
  return `${how}.${what}`;
}
