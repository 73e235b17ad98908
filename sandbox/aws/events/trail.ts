import type { Clock } from '../clock.ts';
import { type Random, randomUuid } from '../random.ts';
import type { CloudRecord } from '../records.ts';
import type { Buses } from './bus.ts';
import { type CloudEvent, toSecond } from './cloudEvent.ts';
import { type TrailRecord, trailRecord } from './trailRecord.ts';
import { everyManagementEvent, type NewTrail, selects, type Trail } from './trails.ts';

/** How CloudTrail behaves today; may be changed while it runs. */
export interface TrailSettings {
  /**
   * How often and when a record reaches the event bus, each time in milliseconds after it: `[]` never, two times
   * twice. Later records may so come first.
   */
  fate: (record: TrailRecord) => readonly number[];
  /** Milliseconds until LookupEvents tells of a record; at AWS a few minutes. */
  historyDelay: number;
}

/** Milliseconds: soon, but after the answer to the call. */
const soon = 100;

export function trailSettings(): TrailSettings {
  return { fate: () => [soon], historyDelay: 0 };
}

/** A fate by chance: late, twice, not at all, in any order. */
export function unreliable(
  random: Random,
  {
    loss = 0,
    double = 0,
    from = 0,
    to = 1000,
  }: { loss?: number; double?: number; from?: number; to?: number },
): TrailSettings['fate'] {
  const late = () => from + Math.floor(random() * (to - from));
  return () => (random() < loss ? [] : random() < double ? [late(), late()] : [late()]);
}

/** What CloudTrail is: the trails, the event history, and what it tells EventBridge. */
export interface CloudTrail {
  readonly settings: TrailSettings;
  readonly trails: Map<string, Trail>;
  /** Adds the trail, or replaces the one of that account and name. */
  put(wanted: NewTrail): Trail;
  /** Takes a record of what happened. */
  write(record: CloudRecord): TrailRecord;
  /** Told to EventBridge, whatever else is going on: as if AWS had recorded it. */
  report(record: TrailRecord): void;
  /** What LookupEvents may tell an account of a region, the newest first. */
  history(account: string, region: string): readonly TrailRecord[];
}

/** Most records kept for LookupEvents. */
const mostHistory = 5000;
/** Milliseconds that the event history goes back (CloudTrail User Guide, "Working with CloudTrail event history"). */
const historySpan = 90 * 86_400_000;

export function createCloudTrail(needs: {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: TrailSettings;
  readonly buses: Buses;
  /** The account whose organization trails log for this account too. */
  managementAccountOf(account: string): string | undefined;
  partitionOf(account: string): string;
}): CloudTrail {
  const { clock, random, settings, buses } = needs;
  const trails = new Map<string, Trail>();
  let records: TrailRecord[] = [];

  const logged = (record: TrailRecord): boolean =>
    [...trails.values()].some(
      (trail) =>
        trail.isLogging &&
        (trail.multiRegion || trail.homeRegion === record.region) &&
        (trail.account === record.account ||
          (trail.ofOrganization && trail.account === needs.managementAccountOf(record.account))) &&
        selects(trail, record),
    );
  const report = (record: TrailRecord): void => {
    const { account, region } = record;
    const bus = buses.find({ partition: needs.partitionOf(account), account, region });
    buses.publish(bus, envelope(record, randomUuid(random)), { managementRead: record.readOnly });
  };
  return {
    settings,
    trails,
    report,
    put(wanted) {
      const trail = newTrail(wanted, clock.now());
      trails.set(`${trail.account}/${trail.name}`, trail);
      return trail;
    },
    write(cloudRecord) {
      const record = trailRecord(cloudRecord, randomUuid(random));
      records.push(record);
      if (records.length > mostHistory * 2) records = records.slice(-mostHistory);
      // Which trails there are counts when it happens, not when it is told.
      if (logged(record)) for (const late of settings.fate(record)) clock.after(late, () => report(record));
      return record;
    },
    history(account, region) {
      const known = clock.now() - settings.historyDelay;
      return records
        .filter(
          (record) =>
            record.account === account &&
            record.region === region &&
            record.time <= known &&
            record.time > clock.now() - historySpan,
        )
        .reverse();
    },
  };
}

function newTrail(wanted: NewTrail, now: number): Trail {
  const isLogging = wanted.isLogging ?? true;
  return {
    account: wanted.account,
    name: wanted.name ?? 'management-events',
    partition: wanted.partition ?? 'aws',
    homeRegion: wanted.homeRegion ?? 'us-east-1',
    multiRegion: wanted.multiRegion ?? true,
    ofOrganization: wanted.ofOrganization ?? false,
    bucket: `aws-cloudtrail-logs-${wanted.account}`,
    selectors: wanted.selectors ?? everyManagementEvent,
    isLogging,
    startedAt: isLogging ? now : undefined,
    stoppedAt: undefined,
  };
}

function envelope(record: TrailRecord, id: string): CloudEvent {
  return {
    version: '0',
    id,
    'detail-type':
      record.kind === 'AwsApiCall' ? 'AWS API Call via CloudTrail' : 'AWS Service Event via CloudTrail',
    source: `aws.${record.eventSource.replace(/\.amazonaws\.com$/, '')}`,
    account: record.account,
    time: toSecond(record.time),
    region: record.region,
    resources: [],
    detail: record.json,
  };
}
