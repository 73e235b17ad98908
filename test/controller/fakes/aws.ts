import type { Cloud, OrganizationTarget } from '../../../src/controller/ports.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { changed } from './changing.ts';
import type { Fate } from './fate.ts';
import type { AwsSettings, Change, OrganizationState, Wish } from './organizationState.ts';
import { memberOf, see } from './seeing.ts';

export type { Change, OrganizationState } from './organizationState.ts';
export { cloudError, type Operation } from './refusals.ts';

export interface FakeAws {
  readonly settings: AwsSettings;
  organizations: readonly OrganizationState[];
  /** Everything the operator asked to be changed, also what was so already or was refused, save by a script of fate. */
  readonly asked: Change[];
  /** What was really changed, by whom, in order. */
  readonly changes: Change[];
  /** What AWS itself refused the operator, and why: not what a script of fate does. */
  readonly refused: { readonly change: Change; readonly error: unknown }[];
  /** What the operator read. */
  readonly reads: string[];
  /** As seen by whoever has the credentials of this account; a role's ARN names another. */
  cloud(processAccount: string, fate: Fate): Cloud;
  organization(id?: string): OrganizationState;
  /** Present and past, to be put back with `restore`. */
  snapshot(): readonly (readonly OrganizationState[])[];
  restore(snapshot: readonly (readonly OrganizationState[])[]): void;
  /** Changes an organization directly, as AWS or a person with every right can. */
  edit(change: (organization: OrganizationState) => OrganizationState, id?: string): void;
  /** Somebody else acts, with the credentials of the management account. Throws a CloudError. */
  outsider: {
    enable(p?: string): void;
    disable(p?: string): void;
    register(a: string, p?: string): void;
    deregister(a: string, p?: string): void;
  };
}

export const sso = 'sso.amazonaws.com';

export function createAws(clock: Pick<Clock, 'now'>, organizations: readonly OrganizationState[]): FakeAws {
  const settings: AwsSettings = {
    maximumAdministrators: {},
    unrecognized: new Set(),
    denied: new Set(),
    slotFirst: false,
    staleFor: Number.POSITIVE_INFINITY,
  };
  const past: (readonly OrganizationState[])[] = [];
  let present = organizations;
  const put = (next: OrganizationState) => {
    const before = present.find(({ id }) => id === next.id);
    if (before === next) return false;
    past.push(present);
    if (past.length > 8) past.shift();
    const dated = { ...next, changedAt: clock.now() };
    present = present.map((organization) => (organization.id === next.id ? dated : organization));
    return true;
  };
  const at = (changes: number) => {
    const changedAt = Math.max(...present.map((organization) => organization.changedAt ?? 0));
    const isInSync = clock.now() - changedAt >= settings.staleFor;
    return changes === 0 || isInSync ? present : (past.at(-changes) ?? past[0] ?? present);
  };
  const change = (account: string, wish: Wish) => {
    const made = { ...wish, at: clock.now() };
    if (made.who === 'operator') aws.asked.push(made);
    const before = memberOf(present, account, made.what);
    try {
      if (put(changed(before, account, made, settings, new Date(clock.now()).toISOString())))
        aws.changes.push(made);
    } catch (error) {
      if (made.who === 'operator') aws.refused.push({ change: made, error });
      throw error;
    }
  };
  const outside = (what: Change['what'], principal: string, accountId?: string) =>
    change(aws.organization().managementAccountId, {
      who: 'outsider',
      what,
      principal,
      ...(accountId !== undefined && { accountId }),
    });
  const aws: FakeAws = {
    settings,
    get organizations() {
      return present;
    },
    set organizations(next) {
      past.length = 0;
      present = next;
    },
    asked: [],
    changes: [],
    refused: [],
    reads: [],
    cloud: (processAccount, fate) => ({
      open: (target) => see(accountOf(target) ?? processAccount, fate, at, change, aws.reads),
    }),
    organization(id = present[0]?.id) {
      const found = present.find((organization) => organization.id === id);
      if (!found) throw new Error(`no organization ${id}`);
      return found;
    },
    snapshot: () => [...past, present],
    restore(snapshot) {
      past.splice(0, past.length, ...snapshot.slice(0, -1));
      present = snapshot.at(-1) ?? present;
    },
    edit: (edit, id) => void put(edit(aws.organization(id))),
    outsider: {
      enable: (principal = sso) => outside('Enable', principal),
      disable: (principal = sso) => outside('Disable', principal),
      register: (accountId, principal = sso) => outside('Register', principal, accountId),
      deregister: (accountId, principal = sso) => outside('Deregister', principal, accountId),
    },
  };
  return aws;
}

function accountOf(target: OrganizationTarget | undefined): string | undefined {
  return target?.roleArn?.split(':')[4];
}
