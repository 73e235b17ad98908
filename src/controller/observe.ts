import type { Service } from '../crds/services.ts';
import type { TrustedAccess, TrustedAccessSpec } from '../crds/trustedAccess.ts';
import type {
  AccountState,
  Action,
  Administrator,
  IdentityCenter,
  Organization,
  Organizations,
  ReadOptions,
} from './ports.ts';
import { type Fact, fact, type Obstacle, stalled } from './terms.ts';

/** What AWS should have. */
export interface Desired {
  readonly access: TrustedAccessSpec['access'];
  /** Undefined: not managed. */
  readonly administrators: readonly string[] | undefined;
}

/** A resource that is being deleted with Revoke declares nothing any more: no administrators, no access. */
export function desiredState(resource: TrustedAccess): Desired {
  const { access, delegatedAdministrators } = resource.spec;
  if (!isRevoking(resource)) return { access, administrators: delegatedAdministrators };
  return { access: 'Disabled', administrators: delegatedAdministrators && [] };
}

export function declaresNone({ administrators }: Desired): boolean {
  return administrators?.length === 0;
}

export function isRevoking({ metadata, spec }: TrustedAccess): boolean {
  return metadata.deletionTimestamp !== undefined && spec.deletionPolicy === 'Revoke';
}

export interface Access {
  readonly enabled: boolean;
  readonly since?: string;
}

/** What AWS has for one principal, each fact known or unknown. */
export interface Observation {
  readonly account: string;
  readonly organization: Organization;
  readonly access: Fact<Access>;
  readonly administrators: Fact<readonly Administrator[]>;
  /** Declared accounts that are not registered yet; undefined: not in the organization. */
  readonly candidates: ReadonlyMap<string, Fact<AccountState | undefined>>;
}

/** Facts that are optional permissions: nothing but the guard of disabling waits for them. */
export interface Details {
  /** Undefined: the service has nothing to do with it. */
  readonly identityCenter: Fact<IdentityCenter> | undefined;
  readonly serviceLinkedRole: Fact<boolean> | undefined;
}

export type Identified =
  | { readonly kind: 'Identified'; readonly account: string; readonly organization: Organization }
  | { readonly kind: 'Blocked'; readonly organization?: Organization; readonly obstacle: Obstacle };

/** Whose credentials these are, and whether they belong to the organization the resource is about. */
export async function identify(
  resource: TrustedAccess,
  organizations: Organizations,
  read: ReadOptions,
): Promise<Identified> {
  const [account, organization] = await Promise.all([
    fact(organizations.callerAccount(read)),
    fact(organizations.organization(read)),
  ]);
  if (!account.known) return { kind: 'Blocked', obstacle: account.obstacle };
  if (!organization.known) return { kind: 'Blocked', obstacle: organization.obstacle };
  const found = organization.value;
  if (!found) {
    return {
      kind: 'Blocked',
      obstacle: stalled(
        'OrganizationNotInUse',
        `Account ${account.value} is in no organization. Create an organization, or use credentials of a management account`,
      ),
    };
  }
  const obstacle = organizationObstacle(resource.spec.organization?.id, found);
  if (obstacle) return { kind: 'Blocked', organization: found, obstacle };
  return { kind: 'Identified', account: account.value, organization: found };
}

function organizationObstacle(declared: string | undefined, found: Organization): Obstacle | undefined {
  if (declared !== undefined && declared !== found.id) {
    return stalled(
      'WrongOrganization',
      `The credentials belong to organization ${found.id}, and the resource declares ${declared}. Correct spec.organization.roleArn or spec.organization.id`,
    );
  }
  if (found.allFeatures) return undefined;
  return stalled(
    'NotAllFeatures',
    `Organization ${found.id} has only consolidated billing. Enable all features in the AWS Organizations console`,
  );
}

export async function observe(
  identified: { readonly account: string; readonly organization: Organization },
  principal: string,
  desired: Desired,
  organizations: Organizations,
  read: ReadOptions,
): Promise<Observation> {
  const { account, organization } = identified;
  const [enabled, administrators] = await Promise.all([
    fact(organizations.enabledServices(read)),
    fact(organizations.administrators(principal, read)),
  ]);
  const access: Fact<Access> = enabled.known
    ? { known: true, value: { enabled: enabled.value.has(principal), ...enabled.value.get(principal) } }
    : enabled;
  const candidates = await observeCandidates(desired, administrators, organizations, read);
  return { account, organization, access, administrators, candidates };
}

async function observeCandidates(
  desired: Desired,
  administrators: Fact<readonly Administrator[]>,
  organizations: Organizations,
  read: ReadOptions,
): Promise<Observation['candidates']> {
  if (!administrators.known || !desired.administrators) return new Map();
  const registered = new Set(administrators.value.map(({ accountId }) => accountId));
  const missing = desired.administrators.filter((accountId) => !registered.has(accountId));
  const states = missing.map(
    async (accountId) => [accountId, await fact(organizations.accountState(accountId, read))] as const,
  );
  return new Map(await Promise.all(states));
}

export async function observeDetails(
  resource: TrustedAccess,
  service: Service,
  organization: Organization,
  organizations: Organizations,
  read: ReadOptions,
): Promise<Details> {
  const role = service.serviceLinkedRole;
  const [identityCenter, serviceLinkedRole] = await Promise.all([
    service.identityCenter &&
      fact(organizations.identityCenter(organization, resource.spec.identityCenter?.region, read)),
    role === undefined ? undefined : fact(organizations.hasServiceLinkedRole(service.principal, role, read)),
  ]);
  return { identityCenter, serviceLinkedRole };
}

/** Where AWS is not as declared. Empty where it is, or where it could not be read. */
export interface Difference {
  readonly access: boolean;
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/** What AWS has, reduced to what can drift; undefined: not read. */
export interface Seen {
  readonly enabled: boolean | undefined;
  readonly administrators: readonly string[] | undefined;
}

export function differenceOf(desired: Desired, observation: Observation): Difference {
  return compare(desired, {
    enabled: observation.access.known ? observation.access.value.enabled : undefined,
    administrators: observation.administrators.known
      ? observation.administrators.value.map(({ accountId }) => accountId)
      : undefined,
  });
}

/** Where what was seen is not as declared. */
export function compare(desired: Desired, seen: Seen): Difference {
  const wanted = desired.administrators;
  const have = seen.administrators;
  return {
    access: seen.enabled !== undefined && seen.enabled !== (desired.access === 'Enabled'),
    missing: wanted && have ? wanted.filter((accountId) => !have.includes(accountId)) : [],
    surplus: wanted && have ? have.filter((accountId) => !wanted.includes(accountId)) : [],
  };
}

/** Whether AWS was seen to be as declared. What is declared and could not be read was not. */
export function isInSync(desired: Desired, observation: Observation): boolean {
  const isRead = observation.access.known && (observation.administrators.known || !desired.administrators);
  const { access, missing, surplus } = differenceOf(desired, observation);
  return isRead && !access && missing.length === 0 && surplus.length === 0;
}

/** A change this process made. */
export interface OwnWrite {
  readonly action: Action;
  /** Epoch milliseconds at which AWS accepted it. */
  readonly at: number;
}

/** AWS may answer a read with the state before a write for some seconds after it. */
const readYourWritesWindow = 5_000;

/**
 * Milliseconds to wait before a difference that contradicts an own recent write is believed; 0: believe it
 * now. A stale read is neither drift nor a reason to write again.
 */
export function readYourWritesWait(writes: readonly OwnWrite[], difference: Difference, now: number): number {
  const ends = writes
    .filter(({ action }) => contradicts(action, difference))
    .map(({ at }) => at + readYourWritesWindow - now);
  return Math.max(0, ...ends);
}

/** Of a clock that was set back: what lies in the future was now. */
export function recent(writes: readonly OwnWrite[], now: number): OwnWrite[] {
  return writes
    .map((write) => (write.at > now ? { ...write, at: now } : write))
    .filter(({ at }) => now - at < readYourWritesWindow);
}

function contradicts(action: Action, { access, missing, surplus }: Difference): boolean {
  switch (action.kind) {
    case 'EnableAccess':
    case 'DisableAccess':
      return access;
    case 'RegisterAdministrator':
    case 'RestoreAdministrator':
      return missing.includes(action.accountId);
    case 'DeregisterAdministrator':
      return surplus.includes(action.accountId);
    case 'ReplaceAdministrator':
      return missing.includes(action.to) || surplus.includes(action.from);
  }
}
