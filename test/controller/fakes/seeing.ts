import type { Administrator, IdentityCenter, Organizations } from '../../../src/controller/ports.ts';
import type { Fate } from './fate.ts';
import type { Change, OrganizationState, Wish } from './organizationState.ts';
import { type Operation, refuse } from './refusals.ts';

type At = (changes: number) => readonly OrganizationState[];

function find(organizations: readonly OrganizationState[], account: string): OrganizationState | undefined {
  return organizations.find(({ members }) => members[account] !== undefined);
}

export function memberOf(organizations: readonly OrganizationState[], account: string, operation: Operation) {
  return find(organizations, account) ?? refuse('blocked', 'OrganizationNotInUse', operation);
}

/** AWS as this account sees it, with what befalls each call. */
export function see(
  account: string,
  fate: Fate,
  at: At,
  change: (account: string, wish: Wish) => void,
  reads: string[],
): Organizations {
  const read = <T>(
    operation: Operation,
    signal: AbortSignal,
    act: (all: readonly OrganizationState[]) => T,
    accountId?: string,
  ) => {
    signal.throwIfAborted();
    reads.push(operation);
    return fate.pass({ kind: 'Read', operation, ...(accountId !== undefined && { accountId }) }, (changes) =>
      act(at(changes)),
    );
  };
  const readable = (all: readonly OrganizationState[], operation: Operation) => {
    const seen = memberOf(all, account, operation);
    const administers = Object.values(seen.administrators).some(
      (accounts) => accounts[account] !== undefined,
    );
    if (seen.managementAccountId !== account && !administers) refuse('denied', 'AccessDenied', operation);
    if (!seen.allFeatures && operation !== 'accountState') refuse('blocked', 'NotAllFeatures', operation);
    return seen;
  };
  const write = async (
    what: Change['what'],
    principal: string,
    signal: AbortSignal,
    accountId?: string,
  ): Promise<string> => {
    signal.throwIfAborted();
    const about = accountId !== undefined && { accountId };
    await fate.pass({ kind: 'Write', operation: what, ...about }, () =>
      change(account, { who: 'operator', what, principal, ...about }),
    );
    return ['request', what, accountId ?? principal].join('-');
  };
  return {
    callerAccount: async ({ signal }) => read('callerAccount', signal, () => account),
    organization: async ({ signal }) =>
      read('organization', signal, (all) => organizationView(find(all, account))),
    enabledServices: async ({ signal }) =>
      read('enabledServices', signal, (all) => {
        const { enabled } = readable(all, 'enabledServices');
        return new Map(Object.entries(enabled).map(([principal, since]) => [principal, { since }]));
      }),
    administrators: async (principal, { signal }) =>
      read('administrators', signal, (all) => administratorsOf(readable(all, 'administrators'), principal)),
    accountState: async (accountId, { signal }) =>
      read(
        'accountState',
        signal,
        (all) => readable(all, 'accountState').members[accountId]?.state,
        accountId,
      ),
    identityCenter: async (_organization, region, { signal }) =>
      read('identityCenter', signal, (all) =>
        identityCenterOf(memberOf(all, account, 'identityCenter'), region),
      ),
    hasServiceLinkedRole: async (_principal, role, { signal }) =>
      read('hasServiceLinkedRole', signal, (all) =>
        memberOf(all, account, 'hasServiceLinkedRole').roles.includes(role),
      ),
    enableAccess: (principal, signal) => write('Enable', principal, signal),
    disableAccess: (principal, signal) => write('Disable', principal, signal),
    registerAdministrator: (principal, accountId, signal) => write('Register', principal, signal, accountId),
    deregisterAdministrator: (principal, accountId, signal) =>
      write('Deregister', principal, signal, accountId),
  };
}

function organizationView(found: OrganizationState | undefined) {
  if (!found) return undefined;
  const { id, managementAccountId, allFeatures } = found;
  return { id, managementAccountId, allFeatures, partition: 'aws' };
}

function administratorsOf(
  { administrators, members }: OrganizationState,
  principal: string,
): Administrator[] {
  return Object.entries(administrators[principal] ?? {}).map(([accountId, since]) => {
    const member = members[accountId];
    return { accountId, ...(member && { name: member.name }), state: member?.state ?? 'UNKNOWN', since };
  });
}

function identityCenterOf({ identityCenter }: OrganizationState, region: string | undefined): IdentityCenter {
  if (!identityCenter || (region !== undefined && region !== identityCenter.region)) return { use: 'Idle' };
  return { ...identityCenter, use: identityCenter.permissionSets > 0 ? 'InUse' : 'Idle' };
}
