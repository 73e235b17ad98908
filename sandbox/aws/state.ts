import type { Caller, Statement } from './identity.ts';
import type { Versions } from './versions.ts';

export type AccountState = 'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';

/** An account's place in the world. */
export interface Membership {
  readonly state: AccountState;
  readonly organizationId?: string;
  readonly joinedMethod?: 'INVITED' | 'CREATED';
  readonly joinedAt?: number;
}

export interface Trust {
  /** Account ids, ARNs of users, roles and sessions, or service principals. */
  readonly principals: readonly string[];
  readonly externalId?: string;
}

export interface Role {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  readonly description?: string;
  readonly trust: readonly Trust[];
  readonly statements: readonly Statement[];
  /** As they were put; absent for a role that was seeded. */
  readonly trustPolicy?: string;
  readonly policies?: ReadonlyMap<string, string>;
  readonly tags?: ReadonlyMap<string, string>;
}

export interface User {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly statements: readonly Statement[];
}

export type RegionOptStatus = 'ENABLED' | 'ENABLING' | 'DISABLING' | 'DISABLED' | 'ENABLED_BY_DEFAULT';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly partition: string;
  readonly roles: Map<string, Role>;
  readonly users: Map<string, User>;
  /** Regions whose status is not the one that a new account has. */
  readonly regions: Map<string, RegionOptStatus>;
  readonly membership: Versions<Membership>;
}

/** Principal to when access was enabled. */
export type EnabledServices = ReadonlyMap<string, number>;
/** Principal to administrators, and since when. */
export type Delegations = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Organization {
  readonly id: string;
  readonly partition: string;
  readonly managementAccountId: string;
  /** Everybody who ever was a member; membership itself is kept with the account. */
  readonly everMembers: Set<string>;
  readonly features: Versions<'ALL' | 'CONSOLIDATED_BILLING'>;
  readonly enabled: Versions<EnabledServices>;
  readonly delegations: Versions<Delegations>;
  readonly policyTypes: Set<string>;
}

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only of a session. */
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; only of a session. */
  readonly expiresAt?: number;
  readonly caller: Caller;
}

export interface IdentityCenterInstance {
  readonly arn: string;
  readonly ownerAccountId: string;
  readonly region: string;
  readonly identityStoreId: string;
  readonly name?: string;
  readonly createdAt: number;
  readonly status: 'CREATE_IN_PROGRESS' | 'CREATE_FAILED' | 'DELETE_IN_PROGRESS' | 'ACTIVE';
  readonly permissionSets: ReadonlySet<string>;
  readonly applications: ReadonlySet<string>;
}

export interface Bucket {
  tokens: number;
  at: number;
}

/** All that the simulated AWS remembers. Plain data: it can be cloned and put back. */
export interface WorldState {
  readonly accounts: Map<string, Account>;
  readonly organizations: Map<string, Organization>;
  readonly credentials: Map<string, Credential>;
  readonly instances: Map<string, IdentityCenterInstance>;
  readonly buckets: Map<string, Bucket>;
}

export function emptyState(): WorldState {
  return {
    accounts: new Map(),
    organizations: new Map(),
    credentials: new Map(),
    instances: new Map(),
    buckets: new Map(),
  };
}
