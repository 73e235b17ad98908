import type { Service } from '../crds/services.ts';
import type { Desired } from './desired.ts';
import type { Details, Observation } from './observation.ts';

export function describeAdministrator({ accountId, name }: { accountId: string; name?: string }): string {
  return name ? `${accountId} (${name})` : accountId;
}

/** What a Ready resource says: what AWS has, and the next step for people where AWS leaves one to them. */
export function inSyncMessage(
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
  return `Trusted access of ${principal} is enabled${by}${advice(service.title, details)}`;
}

function advice(title: string, { identityCenter }: Details): string {
  if (!identityCenter?.known || identityCenter.value.instanceArn !== undefined) return '';
  return `. Next: ${title} has no organization instance yet; open its console in the management account and choose Enable, which no API does`;
}
