import { type Service, serviceFor } from '../crds/services.ts';
import {
  clearReplacementAnnotation,
  type Metadata,
  requestedAtAnnotation,
  type TrustedAccess,
  type TrustedAccessStatus,
} from '../crds/trustedAccess.ts';
import type { Clock } from '../time/clock.ts';
import type { Awaited } from './attribution.ts';
import { type Desired, desiredState, type OwnWrite } from './observe.ts';
import { type CurrentPolicy, prohibition, withExternalId } from './permitted.ts';
import {
  type Action,
  type Cloud,
  type DriftAttribution,
  type EventChannel,
  metadataOf,
  type Organizations,
  type ReadOptions,
  type Recorder,
  type ResourceStore,
  statusOf,
} from './ports.ts';
import type { NoticeContent, Obstacle } from './terms.ts';

/** What the operator works through. */
export interface Ports {
  readonly cloud: Cloud;
  readonly store: ResourceStore;
  readonly recorder: Recorder;
  readonly attribution: DriftAttribution;
  readonly channel: EventChannel;
  readonly clock: Clock;
  readonly limits?: Limits | undefined;
  /** What the platform owner permits; absent: the operator was given no policy. */
  readonly policy?: CurrentPolicy;
}

/** What the person who runs the operator may set. Milliseconds. */
export interface Limits {
  /** The longest for which a contended administrator is not restored; absent: one minute. */
  readonly contentionHold?: number;
  /** For how long a missing resource keeps its claim; absent: two minutes. */
  readonly takeOverGrace?: number;
}

/** What one process remembers of a resource while it leads; nothing that safety depends on is only here. */
export interface Memory {
  /** The last status this process meant to store, whatever the store has. */
  status?: TrustedAccessStatus;
  writes: OwnWrite[];
  /** Which evidence of the last drift counts. */
  awaited?: Awaited;
  /** Epoch milliseconds at which this process last saw AWS in sync. */
  inSyncAt?: number;
  /** Epoch milliseconds of the first of an unbroken row of passing failures. */
  failingSince?: number | undefined;
  /** Epoch milliseconds since when a swap is known that began later than now: see `swapKnownSince`. */
  swapKnownSince?: number | undefined;
}

/** What a reconcile of one resource reads, and what follows from the resource alone. A dry run has no more. */
export interface ReadContext {
  /** With the status that counts, as it was when the reconcile began. */
  readonly resource: TrustedAccess;
  readonly service: Service;
  readonly desired: Desired;
  /** The value of the annotation that asks for a reconcile. */
  readonly requestedAt: string | undefined;
  readonly organizations: Organizations;
  readonly cloud: Cloud;
  readonly store: Pick<ResourceStore, 'declaring'>;
  readonly clock: Clock;
  readonly limits?: Limits | undefined;
  readonly policy?: CurrentPolicy;
  /** Why the policy permits no change for this resource, but the rollback of its own unfinished swap. */
  readonly forbidden: Obstacle | undefined;
  /** Administrators a service turned out to allow, learned from AWS: the catalogue may have no number, or an old one. */
  readonly learnedMaxima: ReadonlyMap<string, number>;
  /** Epoch milliseconds at which this reconcile was asked for: no older read will do. */
  readonly wokenAt: number;
  readonly signal: AbortSignal;
}

/** One reconcile of one resource: all that it reads, changes and emits through. */
export interface Context extends ReadContext, Ports {
  readonly store: ResourceStore;
  readonly memory: Memory;
  readonly learnedMaxima: Map<string, number>;
  readonly saved: StatusRecord;
}

/** What a reading context is made of: the rest follows from the resource. */
type ReadParts = Omit<ReadContext, 'service' | 'desired' | 'requestedAt' | 'organizations' | 'forbidden'>;

/** Makes no call. `resource` has to have the status that counts. */
export function openReading(parts: ReadParts): ReadContext {
  const { cloud, policy } = parts;
  const resource = withExternalId(parts.resource, policy);
  return {
    ...parts,
    ...subjectOf(resource),
    organizations: cloud.open(resource.spec.organization),
    forbidden: prohibition(resource, policy),
  };
}

/** What a resource declares: the part of a context that changes with it. */
export function subjectOf(
  resource: TrustedAccess,
): Pick<ReadContext, 'resource' | 'service' | 'desired' | 'requestedAt'> {
  return {
    resource,
    service: serviceFor(resource.spec.servicePrincipal),
    desired: desiredState(resource),
    requestedAt: resource.metadata.annotations[requestedAtAnnotation],
  };
}

/** What a reconcile gets from the process that runs it. */
export interface ContextParts extends Pick<Context, 'memory' | 'learnedMaxima' | 'wokenAt' | 'signal'> {
  readonly ports: Ports;
}

/** Makes no call. @param stored as the store has it */
export function openContext(stored: TrustedAccess, { ports, ...parts }: ContextParts): Context {
  const { metadata } = stored;
  const status = startingStatus(metadata, stored.status, parts.memory);
  const saved = openStatus(metadata, status, { ...parts, store: ports.store });
  return {
    ...openReading({ ...ports, ...parts, resource: { ...stored, status } }),
    ...ports,
    ...parts,
    saved,
  };
}

/**
 * The status that counts: what this process last meant to store, because a store may show for a moment what it had
 * before, or what another process wrote over it. The rollback record is dropped where an annotation names it.
 */
export function startingStatus(
  { annotations }: Metadata,
  stored: TrustedAccessStatus,
  memory?: Memory,
): TrustedAccessStatus {
  const status = memory?.status ?? stored;
  const { replacement, ...rest } = status;
  return replacement && annotations[clearReplacementAnnotation] === replacement.startedAt ? rest : status;
}

/** The status of one resource while one reconcile changes it. */
export interface StatusRecord {
  /** As it was last meant to be stored; before that, as it was when the reconcile began. */
  latest(): TrustedAccessStatus;
  /**
   * Stores the status unless the store has it already. Resolves to false when the resource is gone; rejects when the
   * status could not be stored. Another process may have written over it: a former leader whose call arrived late, a
   * backup that was put back.
   */
  save(next: TrustedAccessStatus): Promise<boolean>;
}

/** @param begun the status that counts, as the reconcile begins */
export function openStatus(
  metadata: Metadata,
  begun: TrustedAccessStatus,
  { memory, store, signal }: Pick<Context, 'memory' | 'store' | 'signal'>,
): StatusRecord {
  let latest = begun;
  return {
    latest: () => latest,
    async save(next) {
      const stored = store.get(metadata.name);
      const shown = stored && metadataOf(stored).uid === metadata.uid ? statusOf(stored) : undefined;
      const isShown = shown !== undefined && isSame(shown, next);
      // The store's own copy where it is the same: one in memory is enough.
      latest = isShown ? shown : next;
      memory.status = latest;
      if (shown === undefined) return false;
      return isShown || (await store.writeStatus(metadata, next, signal));
    },
  };
}

/** @param tolerance how much older than the wake-up a shared view may be, in milliseconds */
export function reading({ wokenAt, signal }: ReadContext, tolerance = 0): ReadOptions {
  return { notBefore: wokenAt - tolerance, signal };
}

/** Emits with the resource, its organization and the present time. */
export function emit({ resource, clock, recorder, saved }: Context, content: NoticeContent): void {
  const { metadata, spec } = resource;
  const { organization } = saved.latest();
  recorder.emit({
    ...content,
    resource: { name: metadata.name, uid: metadata.uid, principal: spec.servicePrincipal },
    at: clock.now(),
    ...(organization && { organization }),
  });
}

/** AWS accepted this change: reads that contradict it are not believed for a while. */
export function rememberWrite({ memory, clock }: Context, action: Action): void {
  memory.writes.push({ action, at: clock.now() });
}

/** Whether storing `next` would change anything, whatever order its fields stand in. */
function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
