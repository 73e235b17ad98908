import type { Entry } from '../../drills/entry.ts';
import type { Snapshot } from '../view.ts';
import { byId, draw, el, keep, say, svg } from './dom.ts';
import { type Episode, endQuietly, episodesOf } from './episodes.ts';
import { type Step, stepsOf } from './steps.ts';
import { capital, notices, refusal, seconds, sentence } from './words.ts';

const mostRecent = 8;
const mostLines = 200;

export function showIncident(snapshot: Snapshot): void {
  const reported = episodesOf(snapshot.timeline).filter(({ cause }) => cause !== 'Beginning');
  const current = reported.findLast(({ cause }) => cause !== 'Note');
  endQuietly(current, snapshot.resources);
  say(byId('news'), notices(current));
  say(byId('detail'), current?.end?.kind === 'Stalled' ? sentence(refusal(current.end.message).detail) : '');
  draw(byId('steps'), current, () => stepsOf(current).map(stepItem));
  draw(byId('scale'), current, () => (current && current.end?.kind !== 'Stalled' ? [scale(current)] : []));
  const others = reported.filter((episode) => episode !== current);
  showRecent(others.slice(-mostRecent).reverse());
  showLines(snapshot.timeline.slice(-mostLines));
}

function stepItem({ name, kind, state, when, what }: Step): HTMLElement {
  return el(
    'li',
    { class: `step ${kind} ${state}` },
    el('strong', {}, name),
    when !== undefined && el('span', { class: 'when' }, when),
    el('span', { class: 'what' }, what),
  );
}

const width = 1000;

/** The same to scale: how much of the time was waiting for the event, and how much the operator's own. */
function scale(episode: Episode): Element {
  const { at, received, end } = episode;
  if (!end || !received) return el('p', { class: 'scale' });
  const whole = Math.max(1, end.at - at);
  const turn = ((received.at - at) / whole) * width;
  const waiting = seconds(received.at - at);
  const working = seconds(end.at - received.at);
  return el(
    'figure',
    { class: 'scale' },
    svg(
      'svg',
      { viewBox: `0 0 ${width} 12`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { class: 'waiting', x: 0, y: 0, width: turn, height: 12 }),
      svg('rect', { class: 'working', x: turn, y: 0, width: width - turn, height: 12 }),
    ),
    el(
      'figcaption',
      {},
      el('span', { class: 'key waiting' }, `${waiting} until detected`),
      el('span', { class: 'key working' }, `${working} until corrected`),
    ),
  );
}

function showRecent(episodes: readonly Episode[]): void {
  byId('recent-title').hidden = episodes.length === 0;
  const longest = Math.max(1, ...episodes.map(({ at, end }) => (end ? end.at - at : 0)));
  keep(
    byId('recent'),
    episodes,
    ({ at, title }) => `${at} ${title}`,
    () => el('li'),
    (item, episode) => draw(item, [episode, longest], () => recentParts(episode, longest)),
  );
}

function recentParts(episode: Episode, longest: number): readonly Element[] {
  const { title, cause, by, end, at, received } = episode;
  const time = el('time', {}, new Date(at).toLocaleTimeString());
  if (cause === 'Note') return [time, el('span', { class: 'title' }, capital(title))];
  const who = by === undefined ? '' : ` — ${by}`;
  return [
    time,
    el('span', { class: 'title' }, `${capital(title)}${who}`),
    el('span', { class: `verdict ${end?.kind ?? ''}` }, verdict(episode)),
    ...(end ? [bar(end.at - at, received ? received.at - at : 0, longest)] : []),
  ];
}

function verdict({ end, at, overtaken }: Episode): string {
  if (end?.kind === 'Stalled') return 'stalled';
  if (end) return seconds(end.at - at);
  return overtaken ? 'merged into the next' : 'in progress';
}

function bar(whole: number, waiting: number, longest: number): Element {
  const of = (milliseconds: number) => (milliseconds / longest) * width;
  return svg(
    'svg',
    { class: 'bar', viewBox: `0 0 ${width} 6`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { class: 'waiting', x: 0, y: 0, width: of(waiting), height: 6 }),
    svg('rect', { class: 'working', x: of(waiting), y: 0, width: of(whole - waiting), height: 6 }),
  );
}

function showLines(entries: readonly Entry[]): void {
  draw(byId('lines'), entries, () =>
    [...entries]
      .reverse()
      .map(({ at, what, resource, message, by }) =>
        el(
          'tr',
          {},
          el('td', { class: 'number' }, new Date(at).toISOString().slice(11, 23)),
          el('td', { class: what }, what),
          el('td', {}, resource ?? ''),
          el('td', {}, by && what !== 'corrected' ? `${message}, by ${by}` : message),
        ),
      ),
  );
}
