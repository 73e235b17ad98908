import { causes, type HistoryEntry, type OutsideChange, type Source, sources } from './record.ts';

/** One thing that happened, with everything that tells of it; the first tells it best. */
export interface Occurrence {
  readonly entries: readonly [HistoryEntry, ...HistoryEntry[]];
}

/** Milliseconds between two moments that are taken for one. */
const moment = 2_000;
/** Milliseconds in which one look at AWS has told everything it has to tell. */
const sameLook = 500;
/** Milliseconds from an own call to the read that verified it, at most. */
const longestVerification = 60_000;

/** What happened, the oldest first, each once whoever tells of it. */
export function timelineOf(entries: readonly HistoryEntry[]): Occurrence[] {
  const byResource = Map.groupBy(entries, ({ resource }) => resource);
  const occurrences = [...byResource.values()].flatMap((own) =>
    withoutEchoes(joinCorrections(joinCauses(joinAlike(own)))),
  );
  return occurrences.sort(
    (a, b) => placeOf(a) - placeOf(b) || order(a) - order(b) || resourceOf(a).localeCompare(resourceOf(b)),
  );
}

/** Who knows best comes first: CloudTrail names who it was, an event has the words, a status remembers. */
function occurrence(entries: readonly HistoryEntry[]): Occurrence {
  const [first, ...rest] = entries.toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source));
  if (first === undefined) throw new Error('a happening without a telling');
  return { entries: [first, ...rest] };
}

const merged = (a: Occurrence, b: Occurrence): Occurrence => occurrence([...a.entries, ...b.entries]);
const replaced = (all: readonly Occurrence[], from: readonly Occurrence[], to: Occurrence) => [
  ...all.filter((each) => !from.includes(each)),
  to,
];

/** Each telling joins the nearest one that tells the same. */
function joinAlike(entries: readonly HistoryEntry[]): Occurrence[] {
  let all: Occurrence[] = [];
  for (const entry of entries.toSorted((a, b) => a.at - b.at)) {
    const [nearest] = all
      .map((each) => ({ each, distance: distanceTo(each, entry) }))
      .filter(({ distance }) => distance !== undefined)
      .toSorted((a, b) => (a.distance ?? 0) - (b.distance ?? 0));
    const alone = occurrence([entry]);
    all = nearest ? replaced(all, [nearest.each], merged(nearest.each, alone)) : [...all, alone];
  }
  return all;
}

/** Milliseconds between two tellings of the same; undefined: they tell of different things. */
function distanceTo({ entries }: Occurrence, entry: HistoryEntry): number | undefined {
  const distances = entries.map((other) => distanceBetween(other, entry));
  if (distances.some((distance) => distance === 'Different')) return undefined;
  const known = distances.filter((distance) => typeof distance === 'number');
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Different: it cannot be the same, whatever others say. */
function distanceBetween(a: HistoryEntry, b: HistoryEntry): number | 'Different' | undefined {
  if (a.eventId !== undefined && b.eventId !== undefined && a.eventId !== b.eventId) return 'Different';
  // A source tells a thing once; of a drift, when it was noticed and when its author became known.
  if (a.source === b.source && a.outsideChange.kind !== 'Drift') return 'Different';
  const between = Math.abs(timeToCompare(a) - timeToCompare(b));
  const within = (limit: number) => (between <= limit ? between : undefined);
  if (a.outsideChange.kind === 'Change' && b.outsideChange.kind === 'Change') {
    const isSame =
      a.outsideChange.operation === b.outsideChange.operation &&
      a.outsideChange.account === b.outsideChange.account;
    // Strangers are told of by CloudTrail alone.
    if (!isSame || !isOwn(a) || !isOwn(b)) return 'Different';
    return within(longestVerification) ?? 'Different';
  }
  if (a.outsideChange.kind === 'Drift' && b.outsideChange.kind === 'Drift') {
    return a.outsideChange.drift === b.outsideChange.drift ? within(moment) : undefined;
  }
  if (a.outsideChange.kind === 'Corrected' && b.outsideChange.kind === 'Corrected') {
    return a.outsideChange.drift === b.outsideChange.drift ? within(moment) : undefined;
  }
  if (!('word' in a.outsideChange && 'word' in b.outsideChange)) return undefined;
  return a.outsideChange.kind === b.outsideChange.kind && a.outsideChange.word === b.outsideChange.word
    ? within(moment)
    : undefined;
}

const idOf = ({ entries }: Occurrence) => entries.find(({ eventId }) => eventId !== undefined)?.eventId;
const timeToCompare = ({ at, outsideChange }: HistoryEntry) =>
  outsideChange.kind === 'Drift' ? outsideChange.detectedAt : at;
const isOwn = ({ by }: HistoryEntry) => by?.isOperator === true;

/**
 * A drift and the call that caused it are one: by the event's id, or, when nobody had told the operator, because it was
 * the last call of its kind before and not the operator's.
 */
function joinCauses(all: readonly Occurrence[]): Occurrence[] {
  let joined = [...all];
  for (const drift of all.filter((each) => outsideChangeOf(each).kind === 'Drift')) {
    const cause = causeOf(drift, joined);
    if (cause) joined = replaced(joined, [drift, cause], merged(drift, cause));
  }
  return joined;
}

function causeOf(drift: Occurrence, all: readonly Occurrence[]): Occurrence | undefined {
  const [{ outsideChange }] = drift.entries;
  if (outsideChange.kind !== 'Drift') return undefined;
  const ids = drift.entries.flatMap(({ eventId }) => eventId ?? []);
  if (ids.length > 0)
    return all.find((each) => outsideChangeOf(each).kind === 'Change' && ids.includes(idOf(each) ?? ''));
  const isAccess = outsideChange.drift.startsWith('Access');
  const isLater = ({ at }: HistoryEntry) => at > outsideChange.detectedAt;
  const before = all
    .filter((each) => {
      const own = outsideChangeOf(each);
      return (
        own.kind === 'Change' &&
        own.operation.endsWith('ServiceAccess') === isAccess &&
        !each.entries.some(isLater)
      );
    })
    .toSorted((a, b) => a.entries[0].at - b.entries[0].at);
  const last = before.at(-1);
  const call = last?.entries[0];
  const isCause =
    call?.outsideChange.kind === 'Change' &&
    call.outsideChange.operation === causes[outsideChange.drift] &&
    !call.by?.isOperator;
  return isCause ? last : undefined;
}

/** A correction and the operator's last change for it are one; so is that the resource stands well again. */
function joinCorrections(all: readonly Occurrence[]): Occurrence[] {
  let joined = [...all];
  for (const corrected of all.filter((each) => outsideChangeOf(each).kind === 'Corrected')) {
    const at = Math.max(...corrected.entries.map((found) => found.at));
    const took = Math.max(
      ...corrected.entries.map(({ outsideChange }) =>
        'took' in outsideChange ? (outsideChange.took ?? 0) : 0,
      ),
    );
    const change = joined
      .filter((each) => outsideChangeOf(each).kind === 'Change' && each.entries.every(isOwn))
      // Never later than the look that verified it: the next change may be a second away.
      .filter((each) => each.entries.every((found) => found.at >= at - took - moment && found.at <= at))
      .toSorted((a, b) => placeOf(a) - placeOf(b))
      .at(-1);
    const settled = joined.filter((each) => {
      const outsideChange = outsideChangeOf(each);
      const isWell = outsideChange.kind === 'Standing' && outsideChange.word === 'InSync';
      return isWell && Math.abs(each.entries[0].at - at) <= sameLook;
    });
    const parts = [corrected, ...(change ? [change] : []), ...settled];
    joined = replaced(joined, parts, parts.reduce(merged));
  }
  return joined;
}

/** What AWS has since then is no news beside the change that made it so. */
function withoutEchoes(all: readonly Occurrence[]): Occurrence[] {
  const changes = all.filter((each) => ['Change', 'Drift', 'Corrected'].includes(outsideChangeOf(each).kind));
  return all.filter((each) => {
    const outsideChange = outsideChangeOf(each);
    if (
      outsideChange.kind !== 'Standing' ||
      !/^(AccessEnabled|AdministratorsDelegated) /.test(outsideChange.word)
    )
      return true;
    const { at } = each.entries[0];
    return !changes.some(({ entries }) =>
      entries.some((found) => Math.abs(found.at - at) <= longestVerification),
    );
  });
}

const ranks = [
  'Corrected',
  'Drift',
  'Change',
  'Swap',
  'Standing',
  'Spec',
  'Other',
] as const satisfies OutsideChange['kind'][];

/** What it is in the first place: a call that was a drift is the drift. */
export function outsideChangeOf({ entries }: Occurrence): OutsideChange {
  const [first] = entries
    .map(({ outsideChange }) => outsideChange)
    .toSorted((a, b) => ranks.indexOf(a.kind) - ranks.indexOf(b.kind));
  return first ?? entries[0].outsideChange;
}

export const sourcesOf = ({ entries }: Occurrence): Source[] =>
  sources.filter((source) => entries.some((entry) => entry.source === source));

const resourceOf = ({ entries }: Occurrence) => entries[0].resource;

/** Epoch milliseconds: the earliest that is told, of the second it began in as exact as anybody knows. */
export function timeOfOccurrence({ entries }: Occurrence): number {
  const first = Math.min(...entries.map(({ at }) => at));
  const exact = entries.filter(({ at, isExact }) => isExact && at - first < 1_000).map(({ at }) => at);
  return exact.length > 0 ? Math.min(...exact) : first;
}

/** Where only the second is known, the operator's own doings come last in it: they answer the others. */
function placeOf(happened: Occurrence): number {
  const at = timeOfOccurrence(happened);
  const isInexact = !happened.entries.some((entry) => entry.isExact && entry.at === at);
  return isInexact && happened.entries.some(isOwn) ? at + 999 : at;
}

const causal: readonly OutsideChange['kind'][] = [
  'Spec',
  'Drift',
  'Change',
  'Swap',
  'Corrected',
  'Standing',
  'Other',
];
const order = (happened: Occurrence) => causal.indexOf(outsideChangeOf(happened).kind);
