import { Observable } from 'rxjs';
import type { Random } from '../time/clock.ts';
import { waitingFor } from './claims.ts';
import { createMemories, type Memories } from './memories.ts';
import type { Outcome } from './outcome.ts';
import { pass } from './pass.ts';
import type { Notice } from './ports.ts';
import type { Work, WorkQueue } from './queue.ts';
import { againAfter } from './requeue.ts';
import type { Ports } from './run.ts';

/** What reconciles say, as it happens: the events that they emit, and how each ended. */
export type Result = { readonly kind: 'Event'; readonly event: Notice } | Reconciled;

/** How one reconcile ended. Times in milliseconds. */
export interface Reconciled {
  readonly kind: 'Reconciled';
  readonly name: string;
  readonly outcome: Outcome | { readonly kind: 'Error'; readonly error: unknown };
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
        return () => void (isOver || cancelled.abort(new Error('the results are no longer wanted')));
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
  const { managementAccountId } = resource?.status.organization ?? {};
  const driven = ports.channel.state(managementAccountId)?.driven ?? false;
  const delay = againAfter(outcome, resource, driven, random, ports.clock.now());
  if (delay !== undefined) queue.addAfter(name, delay);
  return delay;
}
