import { causes, type Deed, type Source, sources, type Telling } from './telling.ts';

/** One thing that happened, with everything that tells of it; the first tells it best. */
export interface Happening {
  readonly tellings: readonly [Telling, ...Telling[]];
}

/** Milliseconds between two moments that are taken for one. */
const moment = 2_000;
/** Milliseconds in which one look at AWS has told everything it has to tell. */
const sameLook = 500;
/** Milliseconds from an own call to the read that verified it, at most. */
const longestVerification = 60_000;

/** What happened, the oldest first, each once whoever tells of it. */
export function timelineOf(tellings: readonly Telling[]): Happening[] {
  const byResource = Map.groupBy(tellings, ({ resource }) => resource);
  const happenings = [...byResource.values()].flatMap((own) =>
    withoutEchoes(joinCorrections(joinCauses(joinAlike(own)))),
  );
  return happenings.sort(
    (a, b) => placeOf(a) - placeOf(b) || order(a) - order(b) || resourceOf(a).localeCompare(resourceOf(b)),
  );
}

/** Who knows best comes first: CloudTrail names who it was, an event has the words, a status remembers. */
function happening(tellings: readonly Telling[]): Happening {
  const [first, ...rest] = tellings.toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source));
  if (first === undefined) throw new Error('a happening without a telling');
  return { tellings: [first, ...rest] };
}

const merged = (a: Happening, b: Happening): Happening => happening([...a.tellings, ...b.tellings]);
const replaced = (all: readonly Happening[], from: readonly Happening[], to: Happening) => [
  ...all.filter((each) => !from.includes(each)),
  to,
];

/** Each telling joins the nearest one that tells the same. */
function joinAlike(tellings: readonly Telling[]): Happening[] {
  let all: Happening[] = [];
  for (const telling of tellings.toSorted((a, b) => a.at - b.at)) {
    const [nearest] = all
      .map((each) => ({ each, distance: distanceTo(each, telling) }))
      .filter(({ distance }) => distance !== undefined)
      .toSorted((a, b) => (a.distance ?? 0) - (b.distance ?? 0));
    const alone = happening([telling]);
    all = nearest ? replaced(all, [nearest.each], merged(nearest.each, alone)) : [...all, alone];
  }
  return all;
}

/** Milliseconds between two tellings of the same; undefined: they tell of different things. */
function distanceTo({ tellings }: Happening, telling: Telling): number | undefined {
  const distances = tellings.map((other) => distanceBetween(other, telling));
  if (distances.some((distance) => distance === 'Different')) return undefined;
  const known = distances.filter((distance) => typeof distance === 'number');
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Different: it cannot be the same, whatever others say. */
function distanceBetween(a: Telling, b: Telling): number | 'Different' | undefined {
  if (a.eventId !== undefined && b.eventId !== undefined && a.eventId !== b.eventId) return 'Different';
  // A source tells a thing once; of a drift, when it was noticed and when its author became known.
  if (a.source === b.source && a.deed.kind !== 'Drift') return 'Different';
  const between = Math.abs(timeToCompare(a) - timeToCompare(b));
  const within = (limit: number) => (between <= limit ? between : undefined);
  if (a.deed.kind === 'Change' && b.deed.kind === 'Change') {
    const isSame = a.deed.operation === b.deed.operation && a.deed.account === b.deed.account;
    // Strangers are told of by CloudTrail alone.
    if (!isSame || !isOwn(a) || !isOwn(b)) return 'Different';
    return within(longestVerification) ?? 'Different';
  }
  if (a.deed.kind === 'Drift' && b.deed.kind === 'Drift') {
    return a.deed.drift === b.deed.drift ? within(moment) : undefined;
  }
  if (a.deed.kind === 'Corrected' && b.deed.kind === 'Corrected') {
    return a.deed.drift === b.deed.drift ? within(moment) : undefined;
  }
  if (!('word' in a.deed && 'word' in b.deed)) return undefined;
  return a.deed.kind === b.deed.kind && a.deed.word === b.deed.word ? within(moment) : undefined;
}

const idOf = ({ tellings }: Happening) => tellings.find(({ eventId }) => eventId !== undefined)?.eventId;
const timeToCompare = ({ at, deed }: Telling) => (deed.kind === 'Drift' ? deed.detectedAt : at);
const isOwn = ({ by }: Telling) => by?.isOperator === true;

/**
 * A drift and the call that caused it are one: by the event's id, or, when nobody had told the operator, because it was
 * the last call of its kind before and not the operator's.
 */
function joinCauses(all: readonly Happening[]): Happening[] {
  let joined = [...all];
  for (const drift of all.filter((each) => deedOf(each).kind === 'Drift')) {
    const cause = causeOf(drift, joined);
    if (cause) joined = replaced(joined, [drift, cause], merged(drift, cause));
  }
  return joined;
}

function causeOf(drift: Happening, all: readonly Happening[]): Happening | undefined {
  const [{ deed }] = drift.tellings;
  if (deed.kind !== 'Drift') return undefined;
  const ids = drift.tellings.flatMap(({ eventId }) => eventId ?? []);
  if (ids.length > 0)
    return all.find((each) => deedOf(each).kind === 'Change' && ids.includes(idOf(each) ?? ''));
  const isAccess = deed.drift.startsWith('Access');
  const isLater = ({ at }: Telling) => at > deed.detectedAt;
  const before = all
    .filter((each) => {
      const own = deedOf(each);
      return (
        own.kind === 'Change' &&
        own.operation.endsWith('ServiceAccess') === isAccess &&
        !each.tellings.some(isLater)
      );
    })
    .toSorted((a, b) => a.tellings[0].at - b.tellings[0].at);
  const last = before.at(-1);
  const call = last?.tellings[0];
  const isCause =
    call?.deed.kind === 'Change' && call.deed.operation === causes[deed.drift] && !call.by?.isOperator;
  return isCause ? last : undefined;
}

/** A correction and the operator's last change for it are one; so is that the resource stands well again. */
function joinCorrections(all: readonly Happening[]): Happening[] {
  let joined = [...all];
  for (const corrected of all.filter((each) => deedOf(each).kind === 'Corrected')) {
    const at = Math.max(...corrected.tellings.map((told) => told.at));
    const took = Math.max(...corrected.tellings.map(({ deed }) => ('took' in deed ? (deed.took ?? 0) : 0)));
    const change = joined
      .filter((each) => deedOf(each).kind === 'Change' && each.tellings.every(isOwn))
      // Never later than the look that verified it: the next change may be a second away.
      .filter((each) => each.tellings.every((told) => told.at >= at - took - moment && told.at <= at))
      .toSorted((a, b) => placeOf(a) - placeOf(b))
      .at(-1);
    const settled = joined.filter((each) => {
      const deed = deedOf(each);
      const isWell = deed.kind === 'Standing' && deed.word === 'InSync';
      return isWell && Math.abs(each.tellings[0].at - at) <= sameLook;
    });
    const parts = [corrected, ...(change ? [change] : []), ...settled];
    joined = replaced(joined, parts, parts.reduce(merged));
  }
  return joined;
}

/** What AWS has since then is no news beside the change that made it so. */
function withoutEchoes(all: readonly Happening[]): Happening[] {
  const changes = all.filter((each) => ['Change', 'Drift', 'Corrected'].includes(deedOf(each).kind));
  return all.filter((each) => {
    const deed = deedOf(each);
    if (deed.kind !== 'Standing' || !/^(AccessEnabled|AdministratorsDelegated) /.test(deed.word)) return true;
    const { at } = each.tellings[0];
    return !changes.some(({ tellings }) =>
      tellings.some((told) => Math.abs(told.at - at) <= longestVerification),
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
] as const satisfies Deed['kind'][];

/** What it is in the first place: a call that was a drift is the drift. */
export function deedOf({ tellings }: Happening): Deed {
  const [first] = tellings
    .map(({ deed }) => deed)
    .toSorted((a, b) => ranks.indexOf(a.kind) - ranks.indexOf(b.kind));
  return first ?? tellings[0].deed;
}

export const sourcesOf = ({ tellings }: Happening): Source[] =>
  sources.filter((source) => tellings.some((telling) => telling.source === source));

const resourceOf = ({ tellings }: Happening) => tellings[0].resource;

/** Epoch milliseconds: the earliest that is told, of the second it began in as exact as anybody knows. */
export function timeOfHappening({ tellings }: Happening): number {
  const first = Math.min(...tellings.map(({ at }) => at));
  const exact = tellings.filter(({ at, isExact }) => isExact && at - first < 1_000).map(({ at }) => at);
  return exact.length > 0 ? Math.min(...exact) : first;
}

/** Where only the second is known, the operator's own doings come last in it: they answer the others. */
function placeOf(happened: Happening): number {
  const at = timeOfHappening(happened);
  const isInexact = !happened.tellings.some((telling) => telling.isExact && telling.at === at);
  return isInexact && happened.tellings.some(isOwn) ? at + 999 : at;
}

const causal: readonly Deed['kind'][] = ['Spec', 'Drift', 'Change', 'Swap', 'Corrected', 'Standing', 'Other'];
const order = (happened: Happening) => causal.indexOf(deedOf(happened).kind);
