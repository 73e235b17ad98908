import type { DeedRequest, ResourceView, ServiceView, Snapshot } from '../view.ts';
import { byId, el, keep, say } from './dom.ts';
import type { Selected } from './organization.ts';

interface Deed {
  readonly key: string;
  readonly label: string;
  readonly who: string;
  readonly request: DeedRequest;
}

/** The buttons: what somebody outside can do to the selected service, and to AWS itself. */
export function showDeeds(snapshot: Snapshot, selected: Selected, ask: (request: DeedRequest) => void): void {
  const busy = snapshot.drill !== undefined;
  showButtons('service-deeds', serviceDeeds(selected), busy, ask);
  showButtons('cloud-deeds', cloudDeeds(snapshot), busy, ask);
  if (busy)
    say(byId('answer'), `Drill “${snapshot.drill}” is running. The buttons are disabled until it ends.`);
  else if (byId('answer').textContent?.startsWith('Drill “')) say(byId('answer'), '');
}

function serviceDeeds({ resource, service }: Selected): readonly Deed[] {
  if (!resource || !service) return [];
  const deed = (name: 'disable' | 'swap' | 'remove' | 'add', label: string, who: string): Deed => ({
    ...{ key: name, label, who, request: { deed: name, resource: resource.name } },
  });
  return [
    deed('disable', 'Disable access', 'alice'),
    deed('swap', 'Swap administrator', 'bob'),
    deed('remove', 'Remove administrator', 'bob'),
    ...(hasRoom(service) ? [deed('add', 'Add administrator', 'alice')] : []),
  ];
}

/** Where one administrator is all there can be, there is no room for a stranger beside. */
const hasRoom = ({ maximumAdministrators }: ServiceView): boolean =>
  maximumAdministrators === undefined || maximumAdministrators > 1;

function cloudDeeds({ throttled, queueBroken }: Snapshot): readonly Deed[] {
  return [
    throttled
      ? { key: 'throttle', label: 'Stop throttling', who: 'AWS', request: { deed: 'unthrottle' } }
      : { key: 'throttle', label: 'Throttle everything', who: 'AWS', request: { deed: 'throttle' } },
    queueBroken
      ? { key: 'queue', label: 'Repair the queue', who: 'bob', request: { deed: 'mend' } }
      : { key: 'queue', label: 'Break the queue', who: 'bob', request: { deed: 'break' } },
  ];
}

const requests = new WeakMap<Element, DeedRequest>();

function showButtons(
  place: string,
  deeds: readonly Deed[],
  busy: boolean,
  ask: (request: DeedRequest) => void,
): void {
  keep(
    byId(place),
    deeds,
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
      button.classList.toggle('on', request.deed === 'unthrottle' || request.deed === 'mend');
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
