import { allowEverything, type Caller, type Statement } from './identity.ts';
import { isOptIn } from './regions.ts';
import type {
  Account,
  AccountState,
  Credential,
  IdentityCenterInstance,
  Membership,
  Organization,
  Role,
  Trust,
  User,
} from './state.ts';
import { latest, put, startWith } from './versions.ts';
import { newAccountId, newIamId, newId, type World } from './world.ts';

export interface NewAccount {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  /** aws when absent. */
  readonly partition?: string;
}

/** An account that belongs to nobody yet. */
export function addAccount(world: World, wanted: NewAccount = {}): Account {
  const id = wanted.id ?? newAccountId(world);
  if (world.state.accounts.has(id)) throw new Error(`account ${id} exists`);
  const account: Account = {
    id,
    name: wanted.name ?? `account-${id.slice(-4)}`,
    email: wanted.email ?? `aws+${id}@example.com`,
    partition: wanted.partition ?? 'aws',
    roles: new Map(),
    users: new Map(),
    regions: new Map(),
    membership: startWith<Membership>({ state: 'ACTIVE' }, world.clock.now()),
  };
  world.state.accounts.set(id, account);
  return account;
}

export interface NewOrganization {
  readonly id?: string;
  /** Made when it does not exist. */
  readonly managementAccountId?: string;
  /** Account ids; made when they do not exist. */
  readonly members?: readonly string[];
  readonly partition?: string;
  readonly features?: 'ALL' | 'CONSOLIDATED_BILLING';
}

export function addOrganization(world: World, wanted: NewOrganization = {}): Organization {
  const partition = wanted.partition ?? 'aws';
  const now = world.clock.now();
  const managementAccountId = wanted.managementAccountId ?? newAccountId(world);
  ensureAccount(world, { id: managementAccountId, name: 'management', partition });
  const organization: Organization = {
    id: wanted.id ?? newId(world, 'o-', 10),
    partition,
    managementAccountId,
    everMembers: new Set(),
    features: startWith<'ALL' | 'CONSOLIDATED_BILLING'>(wanted.features ?? 'ALL', now),
    enabled: startWith<ReadonlyMap<string, number>>(new Map(), now),
    delegations: startWith<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map(), now),
    policyTypes: new Set(),
  };
  world.state.organizations.set(organization.id, organization);
  join(world, organization, managementAccountId, 'INVITED');
  for (const id of wanted.members ?? []) {
    ensureAccount(world, { id, partition });
    join(world, organization, id, 'CREATED');
  }
  return organization;
}

function ensureAccount(world: World, wanted: NewAccount & { id: string }): void {
  if (!world.state.accounts.has(wanted.id)) addAccount(world, wanted);
}

export function accountOf(world: World, accountId: string): Account {
  const account = world.state.accounts.get(accountId);
  if (account === undefined) throw new Error(`no account ${accountId}`);
  return account;
}

export function join(
  world: World,
  organization: Organization,
  accountId: string,
  joinedMethod: 'INVITED' | 'CREATED',
): void {
  const now = world.clock.now();
  const { membership } = accountOf(world, accountId);
  const joined: Membership = {
    ...latest(membership),
    organizationId: organization.id,
    joinedMethod,
    joinedAt: now,
  };
  put(membership, joined, now);
  organization.everMembers.add(accountId);
}

export function setAccountState(world: World, accountId: string, state: AccountState): void {
  const { membership } = accountOf(world, accountId);
  put(membership, { ...latest(membership), state }, world.clock.now());
}

export interface NewRole {
  readonly name: string;
  readonly path?: string;
  readonly description?: string;
  /** Who may assume it; every identity of its own account when absent. */
  readonly trust?: readonly Trust[];
  /** Everything when absent. */
  readonly statements?: readonly Statement[];
}

/** Adds the role, or replaces the one of that name. */
export function putRole(world: World, accountId: string, wanted: NewRole): Role {
  const account = accountOf(world, accountId);
  const path = wanted.path ?? '/';
  const existing = account.roles.get(wanted.name);
  const role: Role = {
    name: wanted.name,
    path,
    arn: `arn:${account.partition}:iam::${accountId}:role${path}${wanted.name}`,
    id: existing?.id ?? newIamId(world, 'AROA'),
    createdAt: existing?.createdAt ?? world.clock.now(),
    ...(wanted.description === undefined ? {} : { description: wanted.description }),
    trust: wanted.trust ?? [{ principals: [accountId] }],
    statements: wanted.statements ?? allowEverything,
  };
  account.roles.set(role.name, role);
  return role;
}

/** Adds the user, or replaces the one of that name. */
export function putUser(
  world: World,
  accountId: string,
  name: string,
  statements: readonly Statement[] = allowEverything,
): User {
  const account = accountOf(world, accountId);
  const user: User = {
    name,
    arn: `arn:${account.partition}:iam::${accountId}:user/${name}`,
    id: account.users.get(name)?.id ?? newIamId(world, 'AIDA'),
    statements,
  };
  account.users.set(name, user);
  return user;
}

/** Long-lived keys of a caller, to sign requests with. */
export function issueKeys(
  world: World,
  caller: Caller,
  accessKeyId: string = newIamId(world, 'AKIA'),
): Credential {
  const credential: Credential = {
    accessKeyId,
    secretAccessKey: newId(world, '', 40),
    caller: { ...caller, accessKeyId },
  };
  world.state.credentials.set(accessKeyId, credential);
  return credential;
}

export interface NewIdentityCenter {
  readonly ownerAccountId: string;
  readonly region: string;
  readonly permissionSets?: number;
  readonly applications?: number;
  readonly status?: IdentityCenterInstance['status'];
}

/** Replaces the instance when it has the same ARN. */
export function addIdentityCenter(world: World, wanted: NewIdentityCenter): IdentityCenterInstance {
  const { partition } = accountOf(world, wanted.ownerAccountId);
  const suffix = newId(world, '', 16);
  const sets = Array.from(
    { length: wanted.permissionSets ?? 0 },
    () => `arn:${partition}:sso:::permissionSet/ssoins-${suffix}/ps-${newId(world, '', 16)}`,
  );
  const applications = Array.from(
    { length: wanted.applications ?? 0 },
    () =>
      `arn:${partition}:sso::${wanted.ownerAccountId}:application/ssoins-${suffix}/apl-${newId(world, '', 16)}`,
  );
  const instance: IdentityCenterInstance = {
    arn: `arn:${partition}:sso:::instance/ssoins-${suffix}`,
    ownerAccountId: wanted.ownerAccountId,
    region: wanted.region,
    identityStoreId: `d-${Math.floor(world.random() * 0xffff_ffff)
      .toString(16)
      .padStart(10, '0')}`,
    createdAt: world.clock.now(),
    status: wanted.status ?? 'ACTIVE',
    permissionSets: new Set(sets),
    applications: new Set(applications),
  };
  world.state.instances.set(instance.arn, instance);
  if (isOptIn(wanted.region)) accountOf(world, wanted.ownerAccountId).regions.set(wanted.region, 'ENABLED');
  return instance;
}
