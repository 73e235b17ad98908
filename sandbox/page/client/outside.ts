import type { OutsideChangeRequest, ResourceView, ServiceView, Snapshot } from '../view.ts';
import { byId, el, keep, say } from './dom.ts';
import type { Selected } from './organization.ts';

interface OutsideChange {
  readonly key: string;
  readonly label: string;
  readonly who: string;
  readonly request: OutsideChangeRequest;
}

/** The buttons: what somebody outside can do to the selected service, and to AWS itself. */
export function showOutsideChanges(
  snapshot: Snapshot,
  selected: Selected,
  ask: (request: OutsideChangeRequest) => void,
): void {
  const busy = snapshot.drill !== undefined;
  showButtons('service-changes', serviceOutsideChanges(selected), busy, ask);
  showButtons('cloud-changes', cloudOutsideChanges(snapshot), busy, ask);
  if (busy)
    say(byId('answer'), `Drill “${snapshot.drill}” is running. The buttons are disabled until it ends.`);
  else if (byId('answer').textContent?.startsWith('Drill “')) say(byId('answer'), '');
}

function serviceOutsideChanges({ resource, service }: Selected): readonly OutsideChange[] {
  if (!resource || !service) return [];
  const outsideChange = (
    name: 'disable' | 'swap' | 'remove' | 'add',
    label: string,
    who: string,
  ): OutsideChange => ({
    ...{ key: name, label, who, request: { outsideChange: name, resource: resource.name } },
  });
  return [
    outsideChange('disable', 'Disable access', 'alice'),
    outsideChange('swap', 'Swap administrator', 'bob'),
    outsideChange('remove', 'Remove administrator', 'bob'),
    ...(hasRoom(service) ? [outsideChange('add', 'Add administrator', 'alice')] : []),
  ];
}

/** Where one administrator is all there can be, there is no room for a stranger beside. */
const hasRoom = ({ maximumAdministrators }: ServiceView): boolean =>
  maximumAdministrators === undefined || maximumAdministrators > 1;

function cloudOutsideChanges({ throttled, queueBroken }: Snapshot): readonly OutsideChange[] {
  return [
    throttled
      ? { key: 'throttle', label: 'Stop throttling', who: 'AWS', request: { outsideChange: 'unthrottle' } }
      : { key: 'throttle', label: 'Throttle everything', who: 'AWS', request: { outsideChange: 'throttle' } },
    queueBroken
      ? { key: 'queue', label: 'Repair the queue', who: 'bob', request: { outsideChange: 'mend' } }
      : { key: 'queue', label: 'Break the queue', who: 'bob', request: { outsideChange: 'break' } },
  ];
}

const requests = new WeakMap<Element, OutsideChangeRequest>();

function showButtons(
  place: string,
  outsideChanges: readonly OutsideChange[],
  busy: boolean,
  ask: (request: OutsideChangeRequest) => void,
): void {
  keep(
    byId(place),
    outsideChanges,
    ({ key }) => key,
    () => {
      const button = el(
        'button',
        { type: 'button' },
        el('span', { class: 'who' }),
        el('span', { class: 'label' }),
      );
      button.addEventListener('click', () => {
        const request = requests.get(button);
        if (request && button.getAttribute('aria-disabled') !== 'true') ask(request);
      });
      return button;
    },
    (button, { label, who, request }) => {
      requests.set(button, request);
      const [first, second] = button.children;
      if (first) say(first, `${who}: `);
      if (second) say(second, label);
      button.setAttribute('aria-disabled', String(busy));
      button.classList.toggle(
        'on',
        request.outsideChange === 'unthrottle' || request.outsideChange === 'mend',
      );
    },
  );
}

/** One radio button for each resource. */
export function showChoice(
  resources: readonly ResourceView[],
  services: readonly ServiceView[],
  chosen: string | undefined,
  choose: (name: string) => void,
): void {
  const titles = new Map(services.map(({ principal, title }) => [principal, title]));
  keep(
    byId('services'),
    resources,
    ({ name }) => name,
    ({ name }) => {
      const input = el('input', { type: 'radio', name: 'resource', value: name });
      input.addEventListener('change', () => choose(name));
      return el('label', {}, input, el('span', {}));
    },
    (label, { name, principal }) => {
      const input = label.querySelector('input');
      if (input && input.checked !== (name === chosen)) input.checked = name === chosen;
      const words = label.querySelector('span');
      if (words) say(words, titles.get(principal ?? '') ?? name);
    },
  );
}
