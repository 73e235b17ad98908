import type { Service } from '../crds/services.ts';
import type { Desired } from './desired.ts';
import type { Details, Observation } from './observation.ts';
import type { Action } from './ports.ts';

export function describeAdministrator({ accountId, name }: { accountId: string; name?: string }): string {
  return name ? `${accountId} (${name})` : accountId;
}

/** In the infinitive, to stand behind «would» or «will». */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'EnableAccess':
      return 'enable trusted access';
    case 'DisableAccess':
      return 'disable trusted access';
    case 'RegisterAdministrator':
      return `register ${action.accountId} as delegated administrator`;
    case 'DeregisterAdministrator':
      return `deregister the delegated administrator ${action.accountId}`;
    case 'ReplaceAdministrator':
      return `replace the delegated administrator ${action.from} by ${action.to}`;
    case 'RestoreAdministrator':
      return `put the delegated administrator ${action.accountId} back instead of ${action.instead}`;
  }
}

export function describeActions(actions: readonly Action[]): string {
  return actions.map(describeAction).join(', then ');
}

/** What a Ready resource says: what AWS has, and the next step for people where AWS leaves one to them. */
export function settledMessage(
  { service, desired }: { readonly service: Service; readonly desired: Desired },
  now: Observation,
  details: Details,
): string {
  const { principal } = service;
  if (desired.access === 'Disabled') return `Trusted access of ${principal} is disabled`;
  const administrators = now.administrators.known ? now.administrators.value : [];
  const by =
    administrators.length > 0
      ? `, administered by ${administrators.map(describeAdministrator).join(', ')}`
      : '';
  return `Trusted access of ${principal} is enabled${by}.${advice(service.title, details)}`.replace(
    /\.$/,
    '',
  );
}

function advice(title: string, { identityCenter }: Details): string {
  if (!identityCenter?.known || identityCenter.value.instanceArn !== undefined) return '';
  return ` Next: ${title} has no organization instance yet; open its console in the management account and choose Enable, which no API does`;
}
