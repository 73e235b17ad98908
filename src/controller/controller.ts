import { type Observable, Subject, type Subscription } from 'rxjs';
import { waitingFor } from './claims.ts';
import { createMemories } from './memories.ts';
import type { Outcome } from './outcome.ts';
import type { Random } from './ports.ts';
import { createQueue } from './queue.ts';
import { againAfter } from './requeue.ts';
import type { Ports } from './run.ts';
import { visit } from './visit.ts';

/** Where one reconcile ended, for logs, metrics and tests. Times in milliseconds. */
export interface Result {
  readonly name: string;
  readonly outcome: Outcome | { readonly kind: 'Error'; readonly error: unknown };
  readonly waited: number;
  readonly took: number;
  readonly again: number | undefined;
}

export interface ControllerOptions {
  readonly ports: Ports;
  readonly random: Random;
  /** Names of resources to look at: store changes, cloud events, timers. Must not error. */
  readonly wakeUps$: Observable<string>;
  readonly concurrency: number;
  readonly observer?: Observer;
}

/** Hears of the work as it goes, for metrics. Never throws. */
export interface Observer {
  /** Keys that wait. */
  depth(keys: number): void;
  added(): void;
  /** Milliseconds the key waited. */
  started(waited: number): void;
  finished(result: Result): void;
}

export interface Controller {
  readonly results$: Observable<Result>;
  /** Works until `signal` is aborted, which stops every write at once, or `stop` is called. */
  run(signal: AbortSignal): Promise<void>;
  /** Takes no new work and resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export function createController(options: ControllerOptions): Controller {
  const { ports, random, wakeUps$, concurrency, observer } = options;
  const queue = createQueue(ports.clock, random);
  const results = new Subject<Result>();
  const memories = createMemories();
  const learnedMaxima = new Map<string, number>();
  let finished: Promise<unknown> = Promise.resolve();

  async function work(signal: AbortSignal): Promise<void> {
    for (;;) {
      const next = await queue.take();
      if (!next) return;
      const { key: name, wokenAt, waited } = next;
      const startedAt = ports.clock.now();
      observer?.started(waited);
      observer?.depth(queue.depth());
      const outcome = await visit(name, wokenAt, { ports, memories, learnedMaxima, signal });
      const again = requeue(name, outcome);
      queue.done(name);
      const result = { name, outcome, waited, took: ports.clock.now() - startedAt, again };
      observer?.finished(result);
      results.next(result);
    }
  }

  function requeue(name: string, outcome: Result['outcome']): number | undefined {
    const { resource } = memories.get(name) ?? {};
    if (outcome.kind === 'Error' || outcome.kind === 'Retry') return queue.retry(name);
    queue.forget(name);
    if (outcome.kind === 'Gone') {
      if (!ports.store.get(name)) memories.forget(name);
      for (const other of waitingFor(resource, ports.store)) queue.add(other);
      return undefined;
    }
    const driven = ports.channel.state()?.driven ?? false;
    const delay = againAfter(outcome, resource, driven, random, ports.clock.now());
    if (delay !== undefined) queue.addAfter(name, delay);
    return delay;
  }

  let wakeUps: Subscription | undefined;
  return {
    results$: results.asObservable(),
    async run(signal) {
      const close = () => queue.close();
      signal.addEventListener('abort', close);
      if (signal.aborted) close();
      wakeUps = wakeUps$.subscribe((name) => {
        queue.add(name);
        observer?.added();
        observer?.depth(queue.depth());
      });
      finished = Promise.all(Array.from({ length: concurrency }, () => work(signal)));
      await finished;
      wakeUps.unsubscribe();
      results.complete();
    },
    async stop() {
      queue.close();
      await finished;
    },
  };
}
