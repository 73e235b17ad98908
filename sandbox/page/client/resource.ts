import type { ConditionView, ResourceView, Snapshot } from '../view.ts';
import { byId, draw, el, say } from './dom.ts';

/** A resource as it is declared, and its conditions. */
export function showResource(resource: ResourceView | undefined, { accounts }: Snapshot): void {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  draw(byId('declared'), [resource, [...names]], () =>
    resource ? declaration(resource, names) : [el('p', {}, 'No resource is declared.')],
  );
  draw(byId('conditions'), resource?.conditions, () => (resource?.conditions ?? []).map(conditionItem));
}

function declaration(resource: ResourceView, names: ReadonlyMap<string, string>): readonly Element[] {
  const { name, principal, access, administrators, driftPolicy, interval, generation } = resource;
  const who = administrators?.map((id) => `${names.get(id) ?? 'unknown'} (${id})`).join(', ');
  const rows: readonly (readonly [string, string])[] = [
    ['Resource', `${name}, generation ${generation}`],
    ['Service', principal ?? 'unreadable'],
    ['Access', access ?? 'unreadable'],
    ['Administrators', who === undefined ? 'not managed' : who === '' ? 'none' : who],
    ['On drift', `${driftPolicy ?? '—'}, resync every ${interval ?? '—'}`],
  ];
  return [
    el('dl', {}, ...rows.map(([term, what]) => el('div', {}, el('dt', {}, term), el('dd', {}, what)))),
    ...resource.problems.map((problem) => el('p', { class: 'problem' }, problem)),
  ];
}

/** Of these False is how it should be. */
const betterFalse = new Set(['Reconciling', 'Stalled']);

function conditionItem({ type, status, reason, message }: ConditionView): Element {
  const good = status === (betterFalse.has(type) ? 'False' : 'True');
  const mark = status === 'Unknown' ? '?' : good ? '✓' : '!';
  return el(
    'li',
    { class: status === 'Unknown' ? 'unknown' : good ? 'good' : 'bad' },
    el('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
    el('strong', {}, type),
    el('span', { class: 'status' }, `${status}, ${reason}`),
    el('span', { class: 'message' }, message),
  );
}

export function showEvents({ eventSources, organizationId, awsUrl }: Snapshot): void {
  const pill = byId('event-channel');
  pill.hidden = false;
  pill.className = `pill ${eventSources.driven ? 'good' : 'bad'}`;
  pill.title = eventSources.message;
  say(pill, eventSources.driven ? 'Event-driven' : 'Polling only');
  say(byId('where'), `${organizationId} on a simulated AWS, ${awsUrl}`);
}
