import {
  type Administrator,
  type Clock,
  type Cloud,
  CloudError,
  type CloudErrorKind,
  type IdentityCenter,
  type Organizations,
  type OrganizationTarget,
} from '../../../src/controller/ports.ts';
import type { Reason } from '../../../src/crds/reasons.ts';
import { serviceFor } from '../../../src/crds/services.ts';
import type { Fate } from './fate.ts';

export interface Member {
  readonly name: string;
  readonly state: string;
}

type Dates = Readonly<Record<string, string>>;

/** Plain immutable data: a change makes a new one, so that the past can be read and the present compared. */
export interface OrganizationState {
  readonly id: string;
  readonly managementAccountId: string;
  readonly allFeatures: boolean;
  readonly members: Readonly<Record<string, Member>>;
  /** Principal to when. */
  readonly enabled: Dates;
  /** Principal to account to when. */
  readonly administrators: Readonly<Record<string, Dates>>;
  readonly identityCenter?: {
    readonly instanceArn: string;
    readonly region: string;
    readonly permissionSets: number;
  };
  readonly roles: readonly string[];
}

export interface AwsSettings {
  /** Absent: as the catalogue says. */
  readonly maximumAdministrators: Record<string, number>;
  readonly unrecognized: Set<string>;
  /** A taken slot is told before the account is looked at. */
  slotFirst: boolean;
}

/** One change that somebody made: the journal of everybody. */
export interface Change {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly who: 'operator' | 'outsider';
  readonly what: 'Enable' | 'Disable' | 'Register' | 'Deregister';
  readonly principal: string;
  readonly accountId?: string;
}

type Wish = Omit<Change, 'at'>;

export interface FakeAws {
  readonly settings: AwsSettings;
  organizations: readonly OrganizationState[];
  /** Everything the operator asked to be changed, also what was so already or was refused. */
  readonly asked: Change[];
  /** What was really changed, by whom, in order. */
  readonly changes: Change[];
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
  const settings: AwsSettings = { maximumAdministrators: {}, unrecognized: new Set(), slotFirst: false };
  const past: (readonly OrganizationState[])[] = [];
  let present = organizations;
  const put = (next: OrganizationState) => {
    const before = present.find(({ id }) => id === next.id);
    if (before === next) return false;
    past.push(present);
    if (past.length > 8) past.shift();
    present = present.map((organization) => (organization.id === next.id ? next : organization));
    return true;
  };
  const at = (changes: number) => (changes === 0 ? present : (past.at(-changes) ?? past[0] ?? present));
  const change = (account: string, wish: Wish) => {
    const made = { ...wish, at: clock.now() };
    if (made.who === 'operator') aws.asked.push(made);
    const before = memberOf(present, account, made.what);
    if (put(changed(before, account, made, settings, new Date(clock.now()).toISOString())))
      aws.changes.push(made);
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

// ── What AWS answers ─────────────────────────────────────────────────────────────────────────────

const actions = {
  callerAccount: 'sts:GetCallerIdentity',
  organization: 'organizations:DescribeOrganization',
  enabledServices: 'organizations:ListAWSServiceAccessForOrganization',
  administrators: 'organizations:ListDelegatedAdministrators',
  accountState: 'organizations:DescribeAccount',
  identityCenter: 'sso:ListInstances',
  hasServiceLinkedRole: 'iam:GetRole',
  Enable: 'organizations:EnableAWSServiceAccess',
  Disable: 'organizations:DisableAWSServiceAccess',
  Register: 'organizations:RegisterDelegatedAdministrator',
  Deregister: 'organizations:DeregisterDelegatedAdministrator',
} as const;

export type Operation = keyof typeof actions;

/** As the adapter would classify it. */
export function cloudError(kind: CloudErrorKind, reason: Reason, operation: Operation): CloudError {
  return new CloudError(kind, reason, actions[operation], `${kind} by script`);
}

function refuse(kind: CloudErrorKind, reason: Reason, operation: Operation): never {
  throw new CloudError(kind, reason, actions[operation], 'AWS says no');
}

type At = (changes: number) => readonly OrganizationState[];

function find(organizations: readonly OrganizationState[], account: string): OrganizationState | undefined {
  return organizations.find(({ members }) => members[account] !== undefined);
}

function memberOf(organizations: readonly OrganizationState[], account: string, operation: Operation) {
  return find(organizations, account) ?? refuse('blocked', 'OrganizationNotInUse', operation);
}

function see(
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
  const write = async (what: Change['what'], principal: string, signal: AbortSignal, accountId?: string) => {
    signal.throwIfAborted();
    const about = accountId !== undefined && { accountId };
    await fate.pass({ kind: 'Write', operation: what, ...about }, () =>
      change(account, { who: 'operator', what, principal, ...about }),
    );
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

// ── What changes ─────────────────────────────────────────────────────────────────────────────────

/** The same object when there was nothing to change; throws when AWS refuses. */
function changed(
  organization: OrganizationState,
  caller: string,
  { what, principal, accountId = '' }: Wish,
  settings: AwsSettings,
  now: string,
): OrganizationState {
  if (organization.managementAccountId !== caller) refuse('denied', 'AccessDenied', what);
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
