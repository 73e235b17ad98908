import { serviceFor } from '../../../src/crds/services.ts';
import type { AwsSettings, Change, Dates, OrganizationState, Wish } from './organizationState.ts';
import { refuse } from './refusals.ts';

/** The same object when there was nothing to change; throws when AWS refuses. */
export function changed(
  organization: OrganizationState,
  caller: string,
  { who, what, principal, accountId = '' }: Wish,
  settings: AwsSettings,
  now: string,
): OrganizationState {
  const isDenied = who === 'operator' && settings.denied.has(what);
  if (isDenied || organization.managementAccountId !== caller) refuse('denied', 'AccessDenied', what);
  if (settings.unrecognized.has(principal)) refuseUnrecognized(principal, what);
  if (!organization.allFeatures) refuse('blocked', 'NotAllFeatures', what);
  const { enabled, administrators } = organization;
  const accounts = administrators[principal] ?? {};
  switch (what) {
    case 'Enable':
      return enabled[principal]
        ? organization
        : { ...organization, enabled: { ...enabled, [principal]: now } };
    case 'Disable':
      return enabled[principal] ? { ...organization, enabled: without(enabled, principal) } : organization;
    case 'Register':
      refuseRegistration(organization, principal, accountId, settings);
      if (accounts[accountId]) return organization;
      return {
        ...organization,
        administrators: { ...administrators, [principal]: { ...accounts, [accountId]: now } },
      };
    case 'Deregister':
      if (!organization.members[accountId]) refuse('blocked', 'AccountNotFound', what);
      if (!accounts[accountId]) return organization;
      return {
        ...organization,
        administrators: { ...administrators, [principal]: without(accounts, accountId) },
      };
  }
}

function refuseUnrecognized(principal: string, what: Change['what']): never {
  const kind = serviceFor(principal).catalogued ? 'transient' : 'blocked';
  return refuse(kind, 'UnrecognizedServicePrincipal', what);
}

function without(dates: Dates, key: string): Dates {
  return Object.fromEntries(Object.entries(dates).filter(([name]) => name !== key));
}

function refuseRegistration(
  organization: OrganizationState,
  principal: string,
  accountId: string,
  settings: AwsSettings,
): void {
  const maximum = settings.maximumAdministrators[principal] ?? serviceFor(principal).maximumAdministrators;
  const accounts = organization.administrators[principal] ?? {};
  const taken = () => {
    if (!accounts[accountId] && Object.keys(accounts).length >= (maximum ?? 50)) {
      refuse('slotTaken', 'TooManyAdministrators', 'Register');
    }
  };
  if (settings.slotFirst) taken();
  if (accountId === organization.managementAccountId) {
    refuse('blocked', 'ManagementAccountNotAllowed', 'Register');
  }
  const member = organization.members[accountId];
  if (!member) refuse('blocked', 'AccountNotFound', 'Register');
  if (member.state !== 'ACTIVE') refuse('blocked', 'AccountNotActive', 'Register');
  if (maximum === 0) refuseUnrecognized(principal, 'Register');
  if (!organization.enabled[principal]) refuse('notEnabled', 'Progressing', 'Register');
  taken();
}
