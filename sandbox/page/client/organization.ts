import type { AccountView, OutsideChangeRequest, ResourceView, ServiceView, Snapshot } from '../view.ts';
import { byId, draw, el, keep } from './dom.ts';

export interface Selected {
  readonly resource: ResourceView | undefined;
  readonly service: ServiceView | undefined;
}

/** The organization as AWS has it, with an eye on the selected service. */
export function showOrganization(
  { accounts, organizationId, drill }: Snapshot,
  { resource, service }: Selected,
  ask: (request: OutsideChangeRequest) => void,
): void {
  draw(byId('trust'), [service, organizationId], () => (service ? trust(service, organizationId) : []));
  keep(
    byId('accounts'),
    accounts,
    ({ id }) => id,
    (account) => accountItem(account, ask),
    (item, account) => updateAccount(item, account, { resource, service }, drill !== undefined),
  );
}

function trust({ title, principal, enabled }: ServiceView, organizationId: string): readonly Element[] {
  return [
    el(
      'div',
      { class: `trust ${enabled ? 'enabled' : 'disabled'}` },
      el('p', { class: 'plaque' }, el('strong', {}, title), el('span', {}, principal)),
      el(
        'p',
        { class: 'bond' },
        el('span', {}, 'Trusted access '),
        el('span', {}, enabled ? 'enabled' : 'disabled'),
      ),
      el('p', { class: 'plaque' }, el('strong', {}, 'Organization'), el('span', {}, organizationId)),
    ),
  ];
}

function accountItem(
  { management, name, id }: AccountView,
  ask: (request: OutsideChangeRequest) => void,
): Element {
  const item = el('li', {}, el('div', { class: 'facts' }));
  if (management) return item;
  const button = el('button', { type: 'button', class: 'small' });
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    ask({ outsideChange: item.dataset['state'] === 'ACTIVE' ? 'close' : 'reopen', account: id });
  });
  button.setAttribute('data-name', name);
  item.append(button);
  return item;
}

function updateAccount(
  item: Element,
  account: AccountView,
  { resource, service }: Selected,
  busy: boolean,
): void {
  const { id, name, management, state } = account;
  const administers = service?.administrators.includes(id) ?? false;
  const declared = resource?.administrators?.includes(id) ?? false;
  item.setAttribute('data-state', state);
  item.className = `account${administers ? ' administers' : ''}${state === 'ACTIVE' ? '' : ' gone'}`;
  const facts = item.querySelector('.facts');
  if (facts) {
    draw(facts, [account, administers, declared, service?.title], () => [
      el('strong', {}, name),
      el('span', { class: 'id' }, id),
      management && el('span', { class: 'badge quiet' }, 'management account'),
      state !== 'ACTIVE' && el('span', { class: 'badge bad' }, state.toLowerCase().replaceAll('_', ' ')),
      administers && el('span', { class: 'badge good' }, `administers ${service?.title}`),
      !administers && declared && el('span', { class: 'badge bad' }, 'declared, not registered'),
      administers &&
        !declared &&
        resource?.administrators !== undefined &&
        el('span', { class: 'badge bad' }, 'not declared'),
    ]);
  }
  const button = item.querySelector('button');
  if (!button) return;
  const word = state === 'ACTIVE' ? 'Close' : 'Reopen';
  draw(button, word, () => [word, el('span', { class: 'unseen' }, ` the account ${name}`)]);
  button.setAttribute('aria-disabled', String(busy));
}
