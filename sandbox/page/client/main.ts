/** The page: draws each snapshot that comes, and asks for what people press. */
import type { OutsideChangeRequest, Snapshot } from '../view.ts';
import { connect } from './connection.ts';
import { byId, el, say } from './dom.ts';
import { createEditor } from './editor.ts';
import { showIncident } from './incident.ts';
import { type Selected, showOrganization } from './organization.ts';
import { showChoice, showOutsideChanges } from './outside.ts';
import { showEvents, showResource } from './resource.ts';

const connection = connect();
const editor = createEditor((request) => connection.ask('/manifests', request));
let chosen: string | undefined;
let latest: Snapshot | undefined;

async function ask(request: OutsideChangeRequest): Promise<void> {
  say(byId('answer'), '');
  const { done, message } = await connection.ask('/changes', request);
  byId('answer').classList.toggle('refused', !done);
  say(byId('answer'), done ? '' : message);
  if (done) bringIntoSight(byId('news'));
}

/** On a small screen the result of a button is below it. */
function bringIntoSight(element: Element): void {
  const { top, bottom } = element.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.closest('.card')?.scrollIntoView({ block: 'start', behavior: still ? 'instant' : 'smooth' });
}

function selected({ resources, services }: Snapshot): Selected {
  const resource = resources.find(({ name }) => name === chosen) ?? resources[0];
  return { resource, service: services.find(({ principal }) => principal === resource?.principal) };
}

function show(snapshot: Snapshot): void {
  latest = snapshot;
  byId('main').hidden = false;
  const which = selected(snapshot);
  const makeChange = (request: OutsideChangeRequest) => void ask(request);
  showEvents(snapshot);
  showChoice(snapshot.resources, snapshot.services, which.resource?.name, (name) => {
    chosen = name;
    if (latest) show(latest);
  });
  showOutsideChanges(snapshot, which, makeChange);
  showOrganization(snapshot, which, makeChange);
  showIncident(snapshot);
  showResource(which.resource, snapshot);
  editor.show(snapshot, which.resource);
}

function end(reason: string): void {
  document.body.classList.add('over');
  byId('over').append(el('p', {}, reason));
  byId('event-channel').hidden = true;
  for (const control of document.querySelectorAll('button, input, textarea')) {
    control.setAttribute('disabled', '');
  }
}

void connection.follow(show).then(end);
