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
import {
  type Announcement,
  type EventChannel,
  metadataOf,
  type ResourceStore,
} from '../../controller/ports.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { EventIntake } from '../eventIntake.ts';
import { eventIntakeFor } from '../openEventIntake.ts';
import { type Source, startOperator } from '../operator.ts';
import { eventsOf } from '../results.ts';
import { systemClock } from '../systemClock.ts';
import type { Chronicle } from './chronicle.ts';
import type { Scene } from './scene.ts';

/** The operator at work on the scene. */
export interface Employed {
  readonly channel: EventChannel;
  /** What its reconciles emit. */
  readonly events$: Observable<Announcement>;
  /** Resolves when changes are heard through events, or no longer are, or when `stop$` tells to leave it. */
  driven(wanted: boolean, stop$: Observable<unknown>): Promise<void>;
  stop(): Promise<void>;
}

export interface Employment {
  readonly scene: Scene;
  readonly source: Source;
  readonly logger: Logger;
  readonly chronicle: Chronicle;
}

/** Heartbeats follow each other fast, so that what breaks is noticed while somebody watches. */
const settings = { clusterName: 'sandbox', heartbeatInterval: 1_000, eagerHeartbeatInterval: 500 };

/** The same operator that `run` starts; whatever it does goes into the chronicle. */
export async function employ({ scene, source, logger, chronicle }: Employment): Promise<Employed> {
  const telling = new Subscription();
  telling.add(tellDeclarations(source.store, chronicle));
  const openIntake = eventIntakeFor({ ...settings, eventQueue: [scene.queueUrl] }, logger);
  const operator = await startOperator({
    source,
    clock: systemClock,
    random: Math.random,
    logger,
    clusterName: settings.clusterName,
    concurrency: 4,
    health: 'off',
    metrics: 'off',
    openEventIntake: (surroundings) => showing(openIntake(surroundings), chronicle),
    grace: 5_000,
  });
  const { channel } = operator;
  const events$ = eventsOf(operator.results$);
  telling.add(events$.subscribe(chronicle.tell));
  const driven$ = interval(50).pipe(
    map(() => channel.state()?.driven === true),
    distinctUntilChanged(),
    shareReplay({ bufferSize: 1, refCount: true }),
  );
  const hearing = tellHearing(driven$, chronicle);
  return {
    channel,
    events$,
    async driven(wanted, stop$) {
      await firstValueFrom(race(driven$.pipe(filter((driven) => driven === wanted)), stop$));
    },
    async stop() {
      // That nothing is heard by who no longer listens is no news.
      hearing.unsubscribe();
      await operator.stop();
      telling.unsubscribe();
    },
  };
}

/** The timeline shows the resources that an event wakes. */
function showing(intake: EventIntake, { heard }: Chronicle): EventIntake {
  return {
    ...intake,
    sources: intake.sources.map((source) => ({ ...source, wakeUps$: source.wakeUps$.pipe(tap(heard)) })),
  };
}

/** That events are heard at the beginning is no news; that they no longer are, or are again, is. */
function tellHearing(driven$: Observable<boolean>, { note }: Chronicle): Subscription {
  const news$ = driven$.pipe(
    skipWhile((driven) => !driven),
    skip(1),
  );
  return news$.subscribe((driven) =>
    note(
      driven
        ? 'heartbeats come back: events are heard again'
        : 'heartbeats stay away: PollingOnly, AWS is looked at by the clock',
    ),
  );
}

/** A changed spec, and a manifest that comes or goes; not what was there to begin with. */
function tellDeclarations(store: ResourceStore, { declared }: Chronicle): Subscription {
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
