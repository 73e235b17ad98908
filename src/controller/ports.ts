/**
 * What the controller needs of the world, in its own words. Adapters implement these; the controller
 * knows nothing else of AWS, Kubernetes, folders or clocks.
 */
import type { Observable } from 'rxjs';
import type { DriftKind } from '../crds/status.ts';
import type {
  Metadata,
  TrustedAccess,
  TrustedAccessSpec,
  TrustedAccessStatus,
} from '../crds/trustedAccess.ts';

export {
  type Action,
  CloudError,
  type CloudErrorKind,
  describeAction,
  type Notice,
  type Recorder,
  type ResourceRef,
} from './terms.ts';

// ── AWS ──────────────────────────────────────────────────────────────────────────────────────────

/** Which credentials to use; equal targets share connections, credentials and snapshots. */
export type OrganizationTarget = NonNullable<TrustedAccessSpec['organization']>;

export interface ReadOptions {
  /** A shared view that was read at or after this moment (epoch milliseconds) is good enough. */
  readonly notBefore: number;
  readonly signal: AbortSignal;
}

export interface Organization {
  readonly id: string;
  readonly managementAccountId: string;
  /** aws, aws-cn, aws-us-gov, … */
  readonly partition: string;
  readonly allFeatures: boolean;
}

export interface Administrator {
  readonly accountId: string;
  readonly name?: string;
  readonly state: AccountState;
  /** ISO time of the delegation. */
  readonly since?: string;
}

/** `PENDING_ACTIVATION`, `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, `CLOSED`, or a later word of AWS. */
export type AccountState = string;

export interface IdentityCenter {
  readonly use: 'InUse' | 'Idle';
  readonly instanceArn?: string;
  readonly region?: string;
  readonly permissionSets?: number;
  /** Absent: not counted, because permission sets tell already that it is in use. */
  readonly applications?: number;
}

/** Of a write that AWS accepted, as CloudTrail records it; undefined: AWS already had it so. */
export type RequestId = string;

/**
 * One organization, seen through one set of credentials. Every call rejects with a CloudError, or with
 * the signal's reason when aborted; every call has a time-out of its own. `undefined` means that AWS
 * says there is none; what could not be read is an error, never `undefined`.
 */
export interface Organizations {
  /** Account id the credentials belong to. */
  callerAccount(read: ReadOptions): Promise<string>;
  /** Undefined when the account is in no organization. */
  organization(read: ReadOptions): Promise<Organization | undefined>;
  /** Enabled principals with the ISO time since when. Shared by all resources of the organization. */
  enabledServices(read: ReadOptions): Promise<ReadonlyMap<string, { readonly since?: string }>>;
  administrators(principal: string, read: ReadOptions): Promise<readonly Administrator[]>;
  /** Undefined when the account is not in the organization. */
  accountState(accountId: string, read: ReadOptions): Promise<AccountState | undefined>;
  /** Optional permission. `region`: where to look; absent: all regions of the partition that have the service. */
  identityCenter(
    organization: Organization,
    region: string | undefined,
    read: ReadOptions,
  ): Promise<IdentityCenter>;
  /** Optional permission: whether the management account has this service-linked role. */
  hasServiceLinkedRole(principal: string, roleName: string, read: ReadOptions): Promise<boolean>;

  // Each write resolves when AWS accepted it, or already had it so; a later read may still be stale.
  enableAccess(principal: string, signal: AbortSignal): Promise<RequestId | undefined>;
  disableAccess(principal: string, signal: AbortSignal): Promise<RequestId | undefined>;
  registerAdministrator(
    principal: string,
    accountId: string,
    signal: AbortSignal,
  ): Promise<RequestId | undefined>;
  deregisterAdministrator(
    principal: string,
    accountId: string,
    signal: AbortSignal,
  ): Promise<RequestId | undefined>;
}

export interface Cloud {
  /** Cheap: makes no call. */
  open(target: OrganizationTarget | undefined): Organizations;
}

// ── Resources ────────────────────────────────────────────────────────────────────────────────────

/** A resource in the store, or what can be said of one that this version cannot read. */
export type Stored =
  | { readonly kind: 'Valid'; readonly resource: TrustedAccess }
  | {
      readonly kind: 'Invalid';
      readonly metadata: Metadata;
      readonly status: TrustedAccessStatus;
      /** One sentence a problem, each naming the field. */
      readonly problems: readonly string[];
    };

/** Name, uid and the like, whether or not the rest can be read. */
export function metadataOf(stored: Stored): Metadata {
  return stored.kind === 'Valid' ? stored.resource.metadata : stored.metadata;
}

export function statusOf(stored: Stored): TrustedAccessStatus {
  return stored.kind === 'Valid' ? stored.resource.status : stored.status;
}

/** Where TrustedAccess resources live: a Kubernetes API, or a folder of manifests. Names are the keys. */
export interface ResourceStore {
  /** Name of each resource that was added, changed or removed, from the first complete list on. Never errors. */
  readonly changes$: Observable<string>;
  get(name: string): Stored | undefined;
  list(): readonly Stored[];
  /** Of those that can be read, the ones that declare this service. Asked in every reconcile: no walk through all. */
  declaring(principal: string): readonly TrustedAccess[];
  /**
   * Replaces the status the operator owns. Resolves to true when it is stored, and shown by `get` from then on; to
   * false when the very resource is gone, even if another one has its name. Rejects when it could not be stored.
   */
  writeStatus(metadata: Metadata, status: TrustedAccessStatus, signal: AbortSignal): Promise<boolean>;
  /**
   * Adds or removes the operator's finalizer. Rejects with a conflict when the resource changed meanwhile,
   * resolves when the resource is gone.
   */
  setFinalizer(metadata: Metadata, present: boolean, signal: AbortSignal): Promise<void>;
}

export type Resources = Pick<ResourceStore, 'list' | 'declaring'>;

/** For stores that hold few. */
export function resourcesIn(list: () => readonly Stored[]): Resources {
  return {
    list,
    declaring: (principal) => readable(list()).filter(({ spec }) => spec.servicePrincipal === principal),
  };
}

/** Without those that cannot be read, and so cannot act. */
export function readable(all: readonly Stored[]): readonly TrustedAccess[] {
  return all.flatMap((stored) => (stored.kind === 'Valid' ? [stored.resource] : []));
}

// ── Attribution ──────────────────────────────────────────────────────────────────────────────────

/** Who made a change. Strings are bounded and free of control characters; none repeats another. */
export interface Actor {
  /** The short name: what a person recognises first. */
  readonly by: string;
  /** ARN of the session, user or role. */
  readonly arn?: string;
  /** The Identity Center user, when CloudTrail names one. */
  readonly onBehalfOf?: { readonly userId: string; readonly identityStoreArn?: string };
  /** The services and tools that the call went through. */
  readonly via?: string;
}

/** What a CloudTrail record says about a change. */
export interface Evidence extends Actor {
  readonly eventId: string;
  /** Epoch milliseconds of the change itself. */
  readonly at: number;
  readonly sourceIp?: string;
  /** Event: it woke us. Lookup: it was asked for after the drift was found. */
  readonly source: 'Event' | 'Lookup';
  /** AWS's own event after a call: the event of that call may still arrive, and names the person. */
  readonly isFollowUp?: true;
}

export interface AttributionQuestion {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly principal: string;
  readonly drift: DriftKind;
  /** Administrators that AWS has lost in this difference; absent: not known, so a change of any account explains it. */
  readonly missing?: readonly string[];
  /** Administrators that AWS has gained in this difference; absent as for `missing`. */
  readonly added?: readonly string[];
  /** When AWS was last seen in sync (epoch milliseconds): earlier changes did not cause the difference. */
  readonly since: number;
  /** The CloudTrail event that already explains an earlier drift. */
  readonly except?: string | undefined;
  /** Only to ask AWS with, when events do not tell. */
  readonly target: OrganizationTarget | undefined;
}

export interface DriftAttribution {
  /** Returns at once what the change log knows: the effective change, made by another caller than this operator. */
  recall(question: AttributionQuestion): Evidence | undefined;
  /** Asks further, once per drift, if there is anywhere to ask; undefined when nobody knows. Never rejects. */
  lookUp(question: AttributionQuestion, signal: AbortSignal): Promise<Evidence | undefined>;
}

/** Whether events of an organization are verified to arrive, or the operator polls AWS. */
export interface EventChannel {
  /**
   * For the organization with that management account; undefined: for every one that is known. Undefined answer: no queue
   * is configured, which is a choice and not a fault.
   */
  state(managementAccountId?: string): { readonly driven: boolean; readonly message: string } | undefined;
}

// ── Wake-ups ─────────────────────────────────────────────────────────────────────────────────────

/** Where wake-ups come from: resources, cloud events, delivery checks, a further source. */
export interface WakeUpSource {
  readonly name: string;
  /** Names of resources to reconcile. Works while it is subscribed to; it is subscribed to again when it errors. */
  readonly wakeUps$: Observable<string>;
  /** Resolves, once it is unsubscribed from, when nothing of its work is under way any more. */
  readonly idle?: () => Promise<void>;
}
