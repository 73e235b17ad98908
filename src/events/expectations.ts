import {
  concat,
  filter,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/clock.ts';
import { recentSet } from '../time/recentSet.ts';
import type { ChannelFinding } from './channelTrust.ts';
import type { Change } from './envelope.ts';
import { affects } from './wakeUps.ts';

/** A write of this process that AWS accepted. */
export interface AcceptedWrite {
  readonly requestId: string;
  /** API operation, for example EnableAWSServiceAccess. */
  readonly operation: string;
  readonly managementAccountId: string;
}

/** A drift that a resync found, and no event. */
export interface ResyncDrift {
  readonly kind: string;
  readonly principal: string;
  readonly managementAccountId: string;
}

/** Of the organization with that management account. */
export interface AccountFinding {
  readonly managementAccountId: string;
  readonly finding: ChannelFinding;
}

export interface Expectations {
  /** Emits what follows for the channel while it is subscribed to; what was expected before is forgotten. */
  readonly findings$: Observable<AccountFinding>;
  arrived(change: Change): void;
  accepted(write: AcceptedWrite): void;
  driftFound(drift: ResyncDrift): void;
}

export interface ExpectationOptions {
  readonly clock: Clock;
  /** Emits when heartbeats stop coming back, and when they come back again: that explains what is missing. */
  readonly outages$: Observable<unknown>;
  /** The command that finds a broken link. */
  readonly doctor: string;
  /** Milliseconds for which an event is awaited. Default: 5 minutes. */
  readonly patience?: number;
}

const organizations = 'organizations.amazonaws.com';
const defaultPatience = 5 * 60_000;
/** Milliseconds for which an event that did not come in time may still come. */
const latest = 60 * 60_000;
/** Milliseconds before a resync found a drift in which its event may have come. */
const before = 15 * 60_000;
const mostRemembered = 10_000;

/** The events that must come when events are delivered: of own writes, and of changes that a resync found. */
export function createExpectations(options: ExpectationOptions): Expectations {
  const { clock } = options;
  const remedy = `so the operator polls AWS at least every 5 minutes. To find the broken link, run ${options.doctor}`;
  const arrivals$ = new Subject<Change>();
  const writes$ = new Subject<AcceptedWrite & { readonly at: number }>();
  const drifts$ = new Subject<ResyncDrift & { readonly at: number }>();
  const requestIds = recentSet(clock, mostRemembered, latest);
  const lastAbout = lastArrivals(clock);

  const missedWrites$ = writes$.pipe(
    // An event may come before the answer to its call.
    filter(({ requestId }) => !requestIds.has(requestId)),
    mergeMap((write) =>
      expected(options, write, {
        about$: arrivals$.pipe(filter(({ marks }) => marks.requestId === write.requestId)),
        message: `The event of the operator's own call ${write.operation} (request ID ${write.requestId}) of ${isoTime(write.at)} did not arrive, ${remedy}`,
      }),
    ),
  );
  const missedDrifts$ = drifts$.pipe(
    filter((drift) => lastAbout.at(drift) < drift.at - before),
    mergeMap((drift) =>
      expected(options, drift, {
        about$: arrivals$.pipe(filter((change) => explains(change, drift))),
        message: `A resync found drift ${drift.kind} of ${drift.principal} at ${isoTime(drift.at)}, and no event reported the change, ${remedy}`,
      }),
    ),
  );
  const arrived$ = arrivals$.pipe(
    map(({ managementAccountId, at }) => ({
      managementAccountId,
      finding: { kind: 'EventArrived', madeAt: at } as const,
    })),
  );

  return {
    findings$: merge(arrived$, missedWrites$, missedDrifts$),
    arrived(change) {
      if (change.eventSource !== organizations) return;
      if (change.marks.requestId !== undefined) requestIds.add(change.marks.requestId);
      lastAbout.note(change);
      arrivals$.next(change);
    },
    accepted: (write) => writes$.next({ ...write, at: clock.now() }),
    driftFound: (drift) => drifts$.next({ ...drift, at: clock.now() }),
  };
}

interface Expected {
  readonly about$: Observable<unknown>;
  readonly message: string;
}

/** A finding when the event did not come in time, and another when it comes after all. */
function expected(
  { clock, outages$, patience = defaultPatience }: ExpectationOptions,
  { managementAccountId, at }: { readonly managementAccountId: string; readonly at: number },
  { about$, message }: Expected,
): Observable<AccountFinding> {
  const missing: ChannelFinding = { kind: 'EventMissing', madeAt: at, message };
  const late: ChannelFinding = { kind: 'EventArrived', madeAt: at };
  const late$ = about$.pipe(
    take(1),
    takeUntil(timer(latest, clock)),
    map(() => late),
  );
  return timer(patience, clock).pipe(
    takeUntil(merge(about$, outages$)),
    switchMap(() => concat(of(missing), late$)),
    map((finding) => ({ managementAccountId, finding })),
  );
}

/** Whether an event is about the drifted service, or of a change made after the drift was found, as its correction is. */
function explains(change: Change, drift: ResyncDrift & { readonly at: number }): boolean {
  if (change.managementAccountId !== drift.managementAccountId) return false;
  const affected = affects(change);
  const isAbout = affected.kind === 'Organization' || principalOf(change) === drift.principal;
  return isAbout || change.at >= drift.at;
}

const wholeOrganization = '*';

function principalOf(change: Change): string {
  const affected = affects(change);
  return affected.kind === 'Principal' ? affected.principal : wholeOrganization;
}

/** When the last event about a service, or its whole organization, arrived; epoch milliseconds. */
function lastArrivals(clock: Clock) {
  const times = new Map<string, number>();
  const keyOf = (managementAccountId: string, principal: string) => `${managementAccountId} ${principal}`;
  return {
    note(change: Change): void {
      const key = keyOf(change.managementAccountId, principalOf(change));
      times.delete(key);
      times.set(key, clock.now());
      const [oldest] = times.keys();
      if (times.size > mostRemembered && oldest !== undefined) times.delete(oldest);
    },
    at({ managementAccountId, principal }: ResyncDrift): number {
      const keys = [principal, wholeOrganization].map((about) => keyOf(managementAccountId, about));
      return Math.max(...keys.map((key) => times.get(key) ?? Number.NEGATIVE_INFINITY));
    },
  };
}
