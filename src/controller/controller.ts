import { EMPTY, merge, type Observable, retry, switchMap, takeUntil, timer } from 'rxjs';
import { backoffDelay } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import { abortOf } from '../time/streams.ts';
import type { ResourceStore, WakeUpSource } from './ports.ts';
import { createQueue, type Work, type WorkQueue } from './queue.ts';
import { reconcileByKey } from './reconcileByKey.ts';
import { createReconciler, type ReconcilerPorts, type Result } from './reconciler.ts';

export type { Reconciled, Result } from './reconciler.ts';

export interface ControllerOptions {
  readonly ports: ReconcilerPorts;
  readonly random: Random;
  readonly sources: readonly WakeUpSource[];
  /** A signal while this process may write, aborted the moment it no longer may; undefined while it may not. */
  readonly leadership$: Observable<AbortSignal | undefined>;
  /** Once aborted no reconcile begins; those in process end. */
  readonly stopping: AbortSignal;
  readonly concurrency: number;
  /** A source failed and is subscribed to again. */
  readonly onSourceError?: (source: string, error: unknown) => void;
}

export interface Controller {
  /** Cold: subscribe once. Completes when leadership$ has. */
  readonly results$: Observable<Result>;
  readonly queue: Pick<WorkQueue, 'depth' | 'active' | 'added' | 'idle'>;
}

/** The operator at work: its queue and reconciler, composed with what wakes them. */
export function createController(options: ControllerOptions): Controller {
  const { ports, random } = options;
  const { clock } = ports;
  const queue = createQueue(clock, random);
  const reconciler = createReconciler(ports, queue, random);
  const sources = [resources(ports.store), ...options.sources];
  return { results$: compose({ ...options, clock, queue, reconciler, sources }), queue };
}

export interface Composition<R> extends Omit<ControllerOptions, 'ports'> {
  readonly clock: Clock;
  readonly queue: WorkQueue;
  /** A new one for each time that this process may write. */
  readonly reconciler: (mayWrite: AbortSignal) => (work: Work) => Observable<R>;
}

/** The operator as streams: what wakes a resource, who may write, and what comes of it. */
export function compose<R>(composition: Composition<R>): Observable<R> {
  const { leadership$, stopping, reconciler, queue, concurrency } = composition;
  const sources = composition.sources.map((source) => untiring(source, composition));

  const wakeUps$ = merge(...sources.map(({ wakeUps$ }) => wakeUps$));
  return leadership$.pipe(
    switchMap((mayWrite) =>
      mayWrite
        ? wakeUps$.pipe(
            takeUntil(merge(abortOf(mayWrite), abortOf(stopping))),
            reconcileByKey(reconciler(mayWrite), { queue, concurrency }),
          )
        : EMPTY,
    ),
  );
}

function resources(store: ResourceStore): WakeUpSource {
  return { name: 'resources', wakeUps$: store.changes$ };
}

const sourceBackoff = { first: 1_000, longest: 60_000 };

/** The source, subscribed to again with backoff when it fails: the others go on meanwhile. */
function untiring(
  { name, wakeUps$ }: WakeUpSource,
  { clock, random, onSourceError }: Pick<Composition<unknown>, 'clock' | 'random' | 'onSourceError'>,
): WakeUpSource {
  const delay = (error: unknown, failures: number) => {
    onSourceError?.(name, error);
    return timer(backoffDelay(sourceBackoff, failures, random), clock);
  };
  return { name, wakeUps$: wakeUps$.pipe(retry({ delay, resetOnSuccess: true })) };
}
