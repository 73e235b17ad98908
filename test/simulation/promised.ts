/** What the promises are judged by, taken from the simulated AWS and from the versions of resources that a process saw. */
import { valueAt } from '../../sandbox/aws/versions.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import {
  brokenAtRest,
  brokenBy,
  brokenByStatus,
  type Change,
  type Past,
  pastAfter,
  type Service,
} from '../model/promises.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import { delegatesOf, isEnabled, isInUse, lastingDelegatesOf, memberState } from './state.ts';

/** Milliseconds for which AWS may show what was, and a call may be under way. */
const unseen = 30_000;
/** Milliseconds from an answer of AWS to the change that goes by it, at most: a process may stand still for minutes. */
const longestPass = 5 * 60_000;

export interface Promised {
  /** The promises that a change breaks which a process sends now, going by these versions. */
  sending(change: Change, principal: string, seen: readonly TrustedAccess[]): readonly string[];
  /** AWS made a change. */
  changed(change: Change, principal: string): void;
  refused(accountId: string, principal: string): void;
  /** A person put a status with a rollback record back; the accounts that it gives leave to register. */
  restored(principal: string, accounts: readonly string[]): void;
  /** The promises that a status breaks. */
  stored(resource: TrustedAccess): readonly string[];
  /** The promises that are broken when nothing has happened for a while. */
  atRest(holder: TrustedAccess): readonly string[];
}

export function createPromised(organization: SimulatedOrganization): Promised {
  const pasts = new Map<string, Past>();
  const services = new Map<string, { readonly service: Service; until: number }[]>();
  const now = () => organization.aws.world.clock.now();
  const pastOf = (principal: string) => pasts.get(principal) ?? {};
  const serviceOf = (principal: string): Service => ({
    principal,
    enabled: isEnabled(organization, principal),
    administrators: delegatesOf(organization, principal),
  });
  const last = new Map<string, Service>();
  return {
    sending: (change, principal, seen) =>
      brokenBy(change, serviceOf(principal), pastOf(principal), seen, {
        accepts: (accountId) => wasAcceptable(organization, accountId, now() - longestPass),
        isInUse: isInUse(organization),
        isUnreadable: organization.closedRegions.size > 0,
        isEstablished: ({ metadata }) => Date.parse(metadata.creationTimestamp) < now() - longestPass,
        isLasting: (accountId) =>
          lastingDelegatesOf(organization, principal, now() - unseen).includes(accountId),
      }),
    changed(change, principal) {
      pasts.set(principal, pastAfter(pastOf(principal), change));
      const before = last.get(principal) ?? { principal, enabled: false, administrators: [] };
      const former = (services.get(principal) ?? []).filter(({ until }) => until > now() - longestPass);
      services.set(principal, [...former, { service: before, until: now() }]);
      last.set(principal, serviceOf(principal));
    },
    refused: (accountId, principal) =>
      void pasts.set(principal, { ...pastOf(principal), refused: { accountId, at: now() } }),
    restored: (principal, accounts) =>
      void pasts.set(principal, { ...pastOf(principal), restored: accounts }),
    stored(resource) {
      const { servicePrincipal: principal } = resource.spec;
      const former = (services.get(principal) ?? []).filter(({ until }) => until > now() - longestPass);
      return brokenByStatus(resource, [...former.map(({ service }) => service), serviceOf(principal)]);
    },
    atRest(holder) {
      const { servicePrincipal: principal } = holder.spec;
      const accepts = (accountId: string) => memberState(organization, accountId) === 'ACTIVE';
      return brokenAtRest(holder, serviceOf(principal), pastOf(principal), { accepts }, now());
    },
  };
}

/** Whether AWS would have let the operator register the account at some time since. @param from epoch milliseconds */
function wasAcceptable(organization: SimulatedOrganization, accountId: string, from: number): boolean {
  const { deniedSince } = organization.registering();
  if (deniedSince !== undefined && deniedSince < from) return false;
  const found = organization.aws.world.state.accounts.get(accountId);
  const then = found && valueAt(found.membership, from);
  return memberState(organization, accountId) === 'ACTIVE' || then?.state === 'ACTIVE';
}
