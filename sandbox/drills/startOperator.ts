import {
  distinctUntilChanged,
  filter,
  firstValueFrom,
  interval,
  map,
  type Observable,
  race,
  Subscription,
  shareReplay,
  skip,
  skipWhile,
  tap,
} from 'rxjs';
import type { EventIntake } from '../../src/cli/eventIntake.ts';
import { eventIntakeFor } from '../../src/cli/openEventIntake.ts';
import { type Source, startOperator } from '../../src/cli/operator.ts';
import { eventsOf } from '../../src/cli/results.ts';
import { systemClock } from '../../src/cli/systemClock.ts';
import {
  type EventChannel,
  metadataOf,
  type Notice,
  type ResourceStore,
} from '../../src/controller/ports.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import type { Scenario } from './scenario.ts';
import type { Timeline } from './timeline.ts';

/** The operator at work on the scene. */
export interface StartedOperator {
  readonly channel: EventChannel;
  /** What its reconciles emit. */
  readonly events$: Observable<Notice>;
  /** Resolves when changes are received through events, or no longer are, or when `stop$` tells to leave it. */
  driven(wanted: boolean, stop$: Observable<unknown>): Promise<void>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly scenario: Scenario;
  readonly source: Source;
  readonly logger: Logger;
  readonly sharedTimeline: Timeline;
}

/** Heartbeats follow each other fast, so that what breaks is noticed while somebody watches. */
const settings = { clusterName: 'sandbox', heartbeatInterval: 1_000, eagerHeartbeatInterval: 500 };

/** The same operator that `run` starts; whatever it does goes into the chronicle. */
export async function startOnScenario({
  scenario,
  source,
  logger,
  sharedTimeline,
}: StartOptions): Promise<StartedOperator> {
  const entry = new Subscription();
  entry.add(recordDeclarations(source.store, sharedTimeline));
  const openIntake = eventIntakeFor({ ...settings, eventQueue: [scenario.queueUrl] }, logger);
  const operator = await startOperator({
    source,
    clock: systemClock,
    random: Math.random,
    logger,
    clusterName: settings.clusterName,
    concurrency: 4,
    health: 'off',
    metrics: 'off',
    openEventIntake: (surroundings) => showing(openIntake(surroundings), sharedTimeline),
    grace: 5_000,
  });
  const { channel } = operator;
  const events$ = eventsOf(operator.results$);
  entry.add(events$.subscribe(sharedTimeline.report));
  const driven$ = interval(50).pipe(
    map(() => channel.state()?.driven === true),
    distinctUntilChanged(),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
  const eventSources = recordChannel(driven$, sharedTimeline);
  return {
    channel,
    events$,
    async driven(wanted, stop$) {
      await firstValueFrom(race(driven$.pipe(filter((driven) => driven === wanted)), stop$));
    },
    async stop() {
      // That nothing is received by who no longer listens is no news.
      eventSources.unsubscribe();
      await operator.stop();
      entry.unsubscribe();
    },
  };
}

/** The timeline shows the resources that an event wakes. */
function showing(intake: EventIntake, { received }: Timeline): EventIntake {
  return {
    ...intake,
    sources: intake.sources.map((source) => ({ ...source, wakeUps$: source.wakeUps$.pipe(tap(received)) })),
  };
}

/** That events are received at the beginning is no news; that they no longer are, or are again, is. */
function recordChannel(driven$: Observable<boolean>, { note }: Timeline): Subscription {
  const news$ = driven$.pipe(
    skipWhile((driven) => !driven),
    skip(1),
  );
  return news$.subscribe((driven) =>
    note(
      driven
        ? 'events are verified to arrive again'
        : 'events are not verified to arrive; the operator polls AWS (PollingOnly)',
    ),
  );
}

/** A changed spec, and a manifest that comes or goes; not what was there to begin with. */
function recordDeclarations(store: ResourceStore, { declared }: Timeline): Subscription {
  const known = new Map<string, number>();
  return store.changes$.subscribe((name) => {
    const stored = store.get(name);
    const generation = stored && metadataOf(stored).generation;
    const before = known.get(name);
    if (generation === undefined) known.delete(name);
    else known.set(name, generation);
    if (generation !== undefined && before !== undefined && generation > before) declared(name, generation);
  });
}
