import { Observable } from 'rxjs';
import { parseDuration } from '../crds/duration.ts';
import type { TrustedAccess } from '../crds/trustedAccess.ts';
import type { Random } from '../time/clock.ts';
import { deletedMeanwhile, waitingFor, waitingOn } from './claims.ts';
import { mergeConditions, readiness } from './conditions.ts';
import {
  type Context,
  type ContextParts,
  type Memory,
  openContext,
  openStatus,
  type Ports,
  startingStatus,
} from './context.ts';
import { metadataOf, type Notice, type Stored } from './ports.ts';
import type { Work, WorkQueue } from './queue.ts';
import { reconcile } from './reconcile.ts';
import type { Outcome, ReportedOutcome } from './status.ts';

/** What reconciles say, as it happens: the events that they emit, and how each ended. */
export type Result = { readonly kind: 'Event'; readonly event: Notice } | Reconciled;

/** How one reconcile ended. Times in milliseconds. */
export interface Reconciled {
  readonly kind: 'Reconciled';
  readonly name: string;
  readonly outcome: PassOutcome;
  /** Time in the queue. */
  readonly waited: number;
  readonly took: number;
  /** Time until the next reconcile unless a wake-up comes first; undefined: only a wake-up brings one. */
  readonly again: number | undefined;
}

/** Events go into the results, and from there to those who emit, log and count them. */
export type ReconcilerPorts = Omit<Ports, 'recorder'>;

/**
 * A reconciler for each time that this process may write: it remembers nothing of the time before.
 * `mayWrite` cancels the calls of its reconciles when it is aborted, and so does unsubscribing. Its Observables do not error.
 */
export function createReconciler(ports: ReconcilerPorts, queue: WorkQueue, random: Random) {
  return (mayWrite: AbortSignal) => {
    const memories = createMemories();
    const learnedMaxima = new Map<string, number>();
    const cancelled = new AbortController();
    mayWrite.addEventListener('abort', () => cancelled.abort(mayWrite.reason), { once: true });
    if (mayWrite.aborted) cancelled.abort(mayWrite.reason);
    const { signal } = cancelled;
    return ({ key: name, wokenAt, waited }: Work): Observable<Result> =>
      new Observable((subscriber) => {
        const startedAt = ports.clock.now();
        let isOver = false;
        const recorder = { emit: (event: Notice) => subscriber.next({ kind: 'Event', event }) };
        void pass(name, wokenAt, { ports: { ...ports, recorder }, memories, learnedMaxima, signal }).then(
          (outcome) => {
            if (subscriber.closed) return;
            const again = requeue({ ports, memories, queue, random }, name, outcome);
            const took = ports.clock.now() - startedAt;
            subscriber.next({ kind: 'Reconciled', name, outcome, waited, took, again });
            isOver = true;
            subscriber.complete();
          },
        );
        return () => void (isOver || cancelled.abort(new Error('the subscriber of the results has ended')));
      });
  };
}

interface Requeuing {
  readonly ports: ReconcilerPorts;
  readonly memories: Memories;
  readonly queue: WorkQueue;
  readonly random: Random;
}

/** Sets when the key is reconciled next, and wakes those that waited for it to go. Returns milliseconds. */
function requeue(
  { ports, memories, queue, random }: Requeuing,
  name: string,
  outcome: Reconciled['outcome'],
): number | undefined {
  const { resource } = memories.get(name) ?? {};
  if (outcome.kind === 'Error' || outcome.kind === 'Retry') return queue.retry(name);
  queue.forget(name);
  if (outcome.kind === 'Gone') {
    if (!ports.store.get(name)) memories.forget(name);
    for (const other of waitingFor(resource, ports.store)) queue.add(other);
    return undefined;
  }
  // Its claim is free for those that wait for it.
  if (outcome.kind === 'Stalled' && outcome.reason === 'NotPermitted')
    for (const other of waitingOn(name, resource, ports.store)) queue.add(other);
  const { managementAccountId } = resource?.status.organization ?? {};
  const driven = ports.channel.state(managementAccountId)?.driven ?? false;
  const delay = againAfter(outcome, resource, driven, random, ports.clock.now());
  if (delay !== undefined) queue.addAfter(name, delay);
  return delay;
}

/** Without a verified channel, a resource is reconciled this often at least (milliseconds). */
const pollingInterval = 5 * 60_000;
/** What is stalled is tried again this often at least (milliseconds). */
const stalledInterval = 5 * 60_000;

/** Reasons that end outside: a policy is attached, a person logs in. Nothing wakes the resource then. */
const endedOutside: ReadonlySet<string> = new Set(['AccessDenied', 'CredentialsUnusable']);
/** So long after such a stall began a person is likely to be at work on it, in milliseconds. */
const attended = 5 * 60_000;

/**
 * When a stalled resource is tried again: soon while a person is likely to put the cause right, slowly after that.
 *
 * @param stalledFor milliseconds since it stalled
 * @returns milliseconds
 */
export function stalledAgain(reason: string, stalledFor: number): number {
  if (!endedOutside.has(reason) || stalledFor >= attended) return stalledInterval;
  return stalledFor < 10_000 ? 15_000 : 25_000;
}

function stalledSince(resource: TrustedAccess | undefined): number {
  const stalled = resource?.status?.conditions.find(
    ({ type, status }) => type === 'Stalled' && status === 'True',
  );
  return stalled ? Date.parse(stalled.lastTransitionTime) : Number.POSITIVE_INFINITY;
}

/**
 * When the next reconcile is due although nothing wakes the resource; undefined: only a wake-up brings one.
 *
 * @param resource as it was when the reconcile began
 * @param driven whether the channel is verified
 * @returns milliseconds
 */
export function againAfter(
  outcome: Outcome,
  resource: TrustedAccess | undefined,
  driven: boolean,
  random: Random,
  now: number,
): number | undefined {
  const interval = (resource && parseDuration(resource.spec.interval)) ?? pollingInterval;
  const jitter = 0.95 + random() * 0.1;
  switch (outcome.kind) {
    case 'InSync':
      return Math.min(
        outcome.after ?? Number.POSITIVE_INFINITY,
        (driven ? interval : Math.min(interval, pollingInterval)) * jitter,
      );
    case 'Stalled':
      return (
        outcome.after ??
        Math.min(interval, stalledAgain(outcome.reason, Math.max(0, now - stalledSince(resource)))) * jitter
      );
    case 'Progressing':
    case 'Wait':
      return outcome.after;
    case 'Retry':
    case 'Suspended':
    case 'Gone':
      return undefined;
  }
}

export interface Remembered {
  readonly uid: string | undefined;
  readonly memory: Memory;
  /** As it was last worked on. */
  resource?: TrustedAccess;
}

export interface Memories {
  get(name: string): Remembered | undefined;
  /** A name that was deleted and made anew is another resource: nothing of the old one is remembered for it. */
  of(name: string, stored: Stored | undefined): Remembered;
  forget(name: string): void;
}

export function createMemories(): Memories {
  const byName = new Map<string, Remembered>();
  return {
    get: (name) => byName.get(name),
    forget: (name) => void byName.delete(name),
    of(name, stored) {
      const uid = stored && metadataOf(stored).uid;
      const known = byName.get(name);
      if (known && (uid === undefined || known.uid === uid)) return known;
      const fresh: Remembered = { uid, memory: { writes: [] } };
      byName.set(name, fresh);
      return fresh;
    },
  };
}

export type PassOutcome = Outcome | { readonly kind: 'Error'; readonly error: unknown };

interface PassOptions extends Omit<ContextParts, 'memory' | 'wokenAt'> {
  readonly memories: Memories;
}

/** One reconcile of what is stored under a name now. Never rejects. */
export async function pass(name: string, wokenAt: number, options: PassOptions): Promise<PassOutcome> {
  const { ports, memories, learnedMaxima, signal } = options;
  try {
    const stored = ports.store.get(name);
    const remembered = memories.of(name, stored);
    const { memory } = remembered;
    if (stored?.kind === 'Invalid') return await reportInvalid(stored, { ...ports, memory, signal });
    const resource = stored?.resource ?? deletedMeanwhile(remembered.resource);
    if (!resource) return { kind: 'Gone' };
    remembered.resource = resource;
    return await reconcile(openContext(resource, { ports, memory, learnedMaxima, wokenAt, signal }));
  } catch (error) {
    return { kind: 'Error', error };
  }
}

/** Reports what is wrong with a resource that this version cannot read; changes nothing in AWS for it. */
async function reportInvalid(
  { metadata, status, problems }: Extract<Stored, { kind: 'Invalid' }>,
  { memory, store, clock, signal }: Pick<Context, 'memory' | 'store' | 'clock' | 'signal'>,
): Promise<ReportedOutcome> {
  const outcome: ReportedOutcome = { kind: 'Stalled', reason: 'InvalidSpec', message: problems.join('; ') };
  const { generation } = metadata;
  const previous = startingStatus(metadata, status, memory);
  const states = readiness(outcome, false);
  const conditions = mergeConditions(previous.conditions, states, generation, clock.now());
  const saved = openStatus(metadata, previous, { memory, store, signal });
  await saved.save({ ...previous, observedGeneration: generation, conditions });
  return outcome;
}
