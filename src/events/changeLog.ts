import type { AttributionQuestion, Evidence } from '../controller/ports.ts';
import type { DriftKind } from '../crds/status.ts';
import type { SubscribedName } from '../eventFormat/subscribedEvents.ts';
import type { Clock } from '../time/clock.ts';
import type { Change } from './envelope.ts';
import { affects } from './wakeUps.ts';

/** Remembers who changed what. Changes may come in any order, before or after the drift they explain is found. */
export interface ChangeLog {
  /** Only what somebody else did: own changes are no drift. */
  note(change: Change): void;
  recall(question: AttributionQuestion): Evidence | undefined;
  readonly size: number;
}

interface Entry {
  readonly change: Change;
  readonly receivedAt: number;
}

export interface ChangeLogOptions {
  readonly clock: Clock;
  /** Whether another caller than the operator made the change, as far as is known when asked. See OwnCalls. */
  readonly isOthers: (change: Change) => boolean;
  /** Milliseconds a change is remembered for after it was heard. */
  readonly lifetime?: number;
  /** Pages, each of one organization and principal. */
  readonly maximumPages?: number;
  readonly entriesPerPage?: number;
}

/** What can have caused a drift. `direct` names the principal itself; `indirect` changes the organization around it. */
export const causes: Readonly<
  Record<
    DriftKind,
    { readonly direct: readonly SubscribedName[]; readonly indirect: readonly SubscribedName[] }
  >
> = {
  AccessDisabled: { direct: ['DisableAWSServiceAccess'], indirect: ['DeleteOrganization'] },
  AccessEnabled: { direct: ['EnableAWSServiceAccess'], indirect: [] },
  AdministratorAdded: { direct: ['RegisterDelegatedAdministrator'], indirect: [] },
  AdministratorRemoved: {
    direct: ['DeregisterDelegatedAdministrator'],
    indirect: [
      'RemoveAccountFromOrganization',
      'CloseAccount',
      'AccountDepartedOrganization',
      'CloseAccountResult',
      'DeleteOrganization',
    ],
  },
  AdministratorReplaced: {
    direct: ['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'],
    indirect: ['RemoveAccountFromOrganization', 'CloseAccount', 'AccountDepartedOrganization'],
  },
};

/** CloudTrail cuts fractions of a second off: a change may look that much older than it is. */
const secondsOnly = 999;
const wholeOrganization = '*';

export function createChangeLog(options: ChangeLogOptions): ChangeLog {
  const { clock, isOthers, lifetime = 15 * 60_000, maximumPages = 5_000, entriesPerPage = 32 } = options;
  // In the order of the last change noted, so that the page nobody wrote to for longest is in front.
  const pages = new Map<string, Entry[]>();

  const fresh = (key: string): Entry[] =>
    (pages.get(key) ?? []).filter(({ receivedAt }) => receivedAt + lifetime > clock.now());

  const forgetPages = () => {
    for (const [key, entries] of pages) {
      const last = entries.at(-1);
      if (pages.size <= maximumPages && last && last.receivedAt + lifetime > clock.now()) return;
      pages.delete(key);
    }
  };

  return {
    note(change) {
      const key = pageOf(change.managementAccountId, subject(change));
      const entries = fresh(key);
      if (entries.some((entry) => entry.change.eventId === change.eventId)) return;
      entries.push({ change, receivedAt: clock.now() });
      pages.delete(key);
      pages.set(key, entries.slice(-entriesPerPage));
      forgetPages();
    },
    recall({ managementAccountId, principal, drift, accounts, since }) {
      const { direct, indirect } = causes[drift];
      const of = (page: string) =>
        fresh(pageOf(managementAccountId, page)).filter(({ change }) => isOthers(change));
      const found =
        latest(concerning(of(principal), accounts), direct, since) ??
        // A change whose principal could not be read may have been about this one.
        latest(concerning(of(wholeOrganization), accounts), [...direct, ...indirect], since);
      return found?.evidence;
    },
    get size() {
      return [...pages.values()].reduce((sum, entries) => sum + entries.length, 0);
    },
  };
}

/** Whoever changed something about another account did not cause this. */
function concerning(entries: readonly Entry[], accounts: readonly string[]): readonly Entry[] {
  if (accounts.length === 0) return entries;
  return entries.filter(
    ({ change }) => change.accountId === undefined || accounts.includes(change.accountId),
  );
}

function subject(change: Change): string {
  const affected = affects(change);
  return affected.kind === 'Principal' ? affected.principal : wholeOrganization;
}

function pageOf(managementAccountId: string, page: string): string {
  return `${managementAccountId} ${page}`;
}

/** Entries are in the order they were heard; of two in the same second the one heard later wins. */
function latest(
  entries: readonly Entry[],
  names: readonly SubscribedName[],
  since: number,
): Change | undefined {
  return entries
    .map(({ change }) => change)
    .filter(({ eventName, at }) => names.includes(eventName) && at + secondsOnly >= since)
    .reduce<Change | undefined>((best, change) => (best && best.at > change.at ? best : change), undefined);
}
