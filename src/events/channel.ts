import {
  concat,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  race,
  repeat,
  Subject,
  share,
  skip,
  skipWhile,
  startWith,
  take,
  tap,
  timer,
} from 'rxjs';
import type { QueueAddress } from '../awsApi/queueAddress.ts';
import type { EventChannel } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';
import { deadline } from '../time/deadline.ts';
import { callOf } from '../time/streams.ts';
import type { Change } from './envelope.ts';
import { type AcceptedWrite, createExpectations, type ResyncDrift } from './expectations.ts';
import type { HeartbeatChannel } from './heartbeat.ts';
import type { QueueLinks, ReadLinks } from './links.ts';
import { createTrusts, type Readings } from './trusts.ts';

export interface VerifiedChannel extends EventChannel {
  /** Verifies the channel while it is subscribed to, and emits at first and after every change of what `state` answers. */
  readonly changes$: Observable<void>;
  /** An event came through a queue, also that of an own call. */
  arrived(change: Change): void;
  /** AWS accepted an own write. */
  accepted(write: AcceptedWrite): void;
  /** A resync found a drift, and no event explained it. */
  driftFound(drift: ResyncDrift): void;
}

export interface ChannelOptions {
  readonly clock: Clock;
  readonly heartbeat: HeartbeatChannel;
  /** With the names that messages have. */
  readonly queues: ReadonlyMap<QueueAddress, string>;
  readonly readLinks: ReadLinks;
}

/** Milliseconds between readings of the links while events are verified, and while they are not. */
const readingInterval = 5 * 60_000;
const eagerReadingInterval = 60_000;
/** Milliseconds for one reading of all links. */
const longestReading = 30_000;

/**
 * Whether events can be relied on: heartbeats come back, and nothing contradicts them. What contradicts them is an event
 * that had to come and did not, or a broken link that AWS shows.
 */
export function createChannel({ clock, heartbeat, queues, readLinks }: ChannelOptions): VerifiedChannel {
  const trusts = createTrusts();
  const isBeating = () => heartbeat.state().driven;
  const state: EventChannel['state'] = (managementAccountId) => {
    const beats = heartbeat.state(trusts.explain);
    if (!beats.driven) return beats;
    const concerned = managementAccountId === undefined ? trusts.organizations() : [managementAccountId];
    const [doubt] = concerned.map(trusts.of).filter((trust) => trust.kind !== 'Trusted');
    return doubt === undefined ? beats : { driven: false, message: doubt.message };
  };

  const outages$ = new Subject<void>();
  const expectations = createExpectations({ clock, outages$, doctor: doctorFor([...queues.keys()]) });
  /** All answers of the channel; organizations without contrary evidence add nothing. */
  const everyState = () =>
    JSON.stringify([
      heartbeat.state(trusts.explain),
      trusts.organizations().flatMap((id) => (state(id)?.driven ? [] : [[id, state(id)]])),
    ]);

  const changes$ = defer(() => {
    const beats$ = heartbeat.changes$.pipe(share());
    const explained$ = outagesOf(beats$.pipe(map(isBeating))).pipe(
      tap(() => outages$.next()),
      ignoreElements(),
    );
    const found$ = expectations.findings$.pipe(
      filter(({ managementAccountId, finding }) => trusts.note(managementAccountId, finding)),
      share(),
    );
    const now = () => ({ isBeating: isBeating(), isDriven: state()?.driven ?? false });
    const read$ = readingsOf({ clock, queues, readLinks }, now, merge(beats$, found$)).pipe(
      tap(trusts.noteReadings),
    );
    return merge(found$, explained$, read$, beats$).pipe(
      map(everyState),
      startWith(everyState()),
      distinctUntilChanged(),
      map(() => undefined),
    );
  }).pipe(finalize(trusts.forget));

  return {
    changes$,
    state,
    arrived: expectations.arrived,
    accepted: expectations.accepted,
    driftFound(drift) {
      if (state(drift.managementAccountId)?.driven) expectations.driftFound(drift);
    },
  };
}

/** Emits when heartbeats stop coming back, and when they do so again, but not when they first do. */
function outagesOf(beating$: Observable<boolean>): Observable<unknown> {
  return beating$.pipe(
    distinctUntilChanged(),
    skipWhile((isBeating) => !isBeating),
    skip(1),
  );
}

type ReadingOptions = Pick<ChannelOptions, 'clock' | 'queues' | 'readLinks'>;

interface Moment {
  readonly isBeating: boolean;
  readonly isDriven: boolean;
}

/** Whether the links may have changed: events are no longer verified, or heartbeats come back through a broken link. */
const asksForReading = (before: Moment, now: Moment): boolean =>
  !now.isDriven && (before.isDriven || (now.isBeating && !before.isBeating));

/** One reading of all links after the other, with a pause that ends when the links may have changed. Never errors. */
function readingsOf(
  options: ReadingOptions,
  now: () => Moment,
  changes$: Observable<unknown>,
): Observable<Readings> {
  const { clock } = options;
  const read$ = defer(() => {
    const at = clock.now();
    return callOf((signal) => readAll(options, signal)).pipe(map((queues) => ({ at, queues })));
  });
  const rest$ = defer(() => {
    const before = now();
    const asked$ = changes$.pipe(filter(() => asksForReading(before, now())));
    const pause = before.isDriven ? readingInterval : eagerReadingInterval;
    return race(timer(pause, clock), asked$).pipe(take(1));
  });
  return concat(read$, rest$.pipe(ignoreElements())).pipe(repeat());
}

/** What could not be read has no links. Rejects with the signal's reason. */
function readAll(
  { clock, queues, readLinks }: ReadingOptions,
  signal: AbortSignal,
): Promise<readonly QueueLinks[]> {
  return Promise.all(
    [...queues].map(async ([address, queue]) => {
      using limited = deadline(clock, longestReading, signal, 'no answer in time');
      const none = { accountId: undefined, links: [] };
      const read = await readLinks(address, limited.signal).catch(() => none);
      signal.throwIfAborted();
      return { ...read, queue };
    }),
  );
}

const doctorFor = (queues: readonly QueueAddress[]) =>
  ['trusted-access doctor', ...queues.map(({ url }) => `--event-queue ${url}`)].join(' ');
