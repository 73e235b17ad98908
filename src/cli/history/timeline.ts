import { type HistoryEntry, type HistoryFact, type Source, sources } from './record.ts';

/** One thing that happened, with the entries of every source that has it; the most reliable source comes first. */
export interface Occurrence {
  readonly entries: readonly [HistoryEntry, ...HistoryEntry[]];
}

/**
 * What happened, the oldest first. Entries of a resource that share an identifier are one occurrence; all others stay
 * apart, however close in time they are.
 */
export function timelineOf(entries: readonly HistoryEntry[]): Occurrence[] {
  const byResource = Map.groupBy(entries, ({ resource }) => resource);
  return [...byResource.values()].flatMap(joined).sort(inOrder);
}

function joined(entries: readonly HistoryEntry[]): Occurrence[] {
  const groups = new Set<readonly HistoryEntry[]>();
  const groupOf = new Map<string, readonly HistoryEntry[]>();
  for (const entry of entries) {
    const known = identifiersOf(entry).map((id) => groupOf.get(id));
    const same = new Set(known.filter((group) => group !== undefined));
    const group = [...[...same].flat(), entry];
    for (const part of same) groups.delete(part);
    groups.add(group);
    for (const id of group.flatMap(identifiersOf)) groupOf.set(id, group);
  }
  return [...groups].map(occurrence);
}

/** What an entry can be joined by. Times serve only where the operator wrote the same one into several places. */
function identifiersOf({ eventId, requestId, fact }: HistoryEntry): string[] {
  const isDrift = fact.kind === 'Drift' || fact.kind === 'Corrected';
  return [
    ...(eventId === undefined ? [] : [`event ${eventId}`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ...(isDrift && fact.detectedAt !== undefined ? [`${fact.kind} ${fact.drift} ${fact.detectedAt}`] : []),
  ];
}

function occurrence(entries: readonly HistoryEntry[]): Occurrence {
  const [first, ...rest] = entries.toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source));
  if (first === undefined) throw new Error('an occurrence without entries');
  return { entries: [first, ...rest] };
}

const ranks = [
  'Corrected',
  'Drift',
  'Change',
  'Swap',
  'Condition',
  'Spec',
  'Other',
] as const satisfies HistoryFact['kind'][];

/** What an occurrence is in the first place: a call that was a drift is the drift. */
export function factOf({ entries }: Occurrence): HistoryFact {
  const [first] = entries
    .map(({ fact }) => fact)
    .toSorted((a, b) => ranks.indexOf(a.kind) - ranks.indexOf(b.kind));
  return first ?? entries[0].fact;
}

export const sourcesOf = ({ entries }: Occurrence): Source[] =>
  sources.filter((source) => entries.some((entry) => entry.source === source));

/** Epoch milliseconds: the earliest time that a source gives. CloudTrail and managedFields give whole seconds. */
export const timeOfOccurrence = ({ entries }: Occurrence): number => Math.min(...entries.map(({ at }) => at));

const latestOf = ({ entries }: Occurrence): number => Math.max(...entries.map(({ at }) => at));

/** The order of occurrences that have the same time. */
const kinds: readonly HistoryFact['kind'][] = [
  'Spec',
  'Drift',
  'Change',
  'Swap',
  'Corrected',
  'Condition',
  'Other',
];
const kindOrder = (each: Occurrence) => kinds.indexOf(factOf(each).kind);
const isOwn = ({ entries }: Occurrence) => entries.some(({ by }) => by?.isOperator === true);

/** By time; of the same time, causes before effects, and other callers before the operator, which responds to them. */
function inOrder(a: Occurrence, b: Occurrence): number {
  return (
    timeOfOccurrence(a) - timeOfOccurrence(b) ||
    kindOrder(a) - kindOrder(b) ||
    Number(isOwn(a)) - Number(isOwn(b)) ||
    latestOf(a) - latestOf(b) ||
    a.entries[0].resource.localeCompare(b.entries[0].resource)
  );
}
