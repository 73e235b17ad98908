/** From the lines of the timeline to incidents: what was changed, how it was received, what was done. Pure. */
import type { Entry } from '../../drills/entry.ts';

export interface Moment {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: string;
}

export interface Episode {
  readonly at: number;
  /**
   * Outsider: somebody acted here. Manifest: another declaration. Beginning: what was declared to begin with.
   * Found: nobody here did it. Note: no incident, a fact.
   */
  readonly cause: 'Outsider' | 'Manifest' | 'Beginning' | 'Found' | 'Note';
  readonly title: string;
  readonly resource?: string;
  received?: Moment & { readonly how: 'Event' | 'Looking' };
  drift?: string;
  by?: string;
  acted?: Moment;
  readonly actions: string[];
  end?: Moment & { readonly kind: 'Corrected' | 'Settled' | 'Stalled' };
  /** Somebody changed more before it was put right. */
  overtaken?: true;
}

export function episodesOf(entries: readonly Entry[]): readonly Episode[] {
  const episodes: Episode[] = [];
  const latest = new Map<string, Episode>();
  for (const entry of entries) {
    const { resource } = entry;
    const current = resource === undefined ? undefined : latest.get(resource);
    const begun = begin(entry, current);
    if (begun) {
      if (current && isOpen(current)) current.overtaken = true;
      episodes.push(begun);
      if (resource !== undefined) latest.set(resource, begun);
    }
    const about = begun ?? current;
    if (about) go(about, entry);
  }
  return episodes;
}

/** Stalled is no end: the operator tries again. */
export const isOpen = ({ end, cause, overtaken }: Episode): boolean =>
  cause !== 'Note' && !overtaken && (end === undefined || end.kind === 'Stalled');

function begin(entry: Entry, current: Episode | undefined): Episode | undefined {
  const { what, message: title, resource } = entry;
  const incident = (cause: Episode['cause'], its = title): Episode => ({
    ...{ at: Date.parse(entry.at), cause, title: its, actions: [] },
    ...(resource !== undefined && { resource }),
  });
  const open = current && isOpen(current);
  if (what === 'changed' && resource !== undefined) return incident('Outsider');
  if (what === 'changed' || what === 'note') return incident('Note');
  if (what === 'declared') return incident('Manifest', 'the manifest changed');
  if (open) return undefined;
  if (what === 'detected') return incident('Found', 'AWS no longer matches the desired state');
  // Nothing was asked of it, and it cannot go on: an account was closed, a permission was taken.
  if (what === 'stalled') return incident('Found', 'the operator cannot reconcile');
  return what === 'acting' ? incident('Beginning', 'the manifest was read') : undefined;
}

function go(episode: Episode, { what, at: time, message, by, drift, detectedBy }: Entry): void {
  const at = Date.parse(time);
  if (by) episode.by = by;
  switch (what) {
    case 'received':
      if (by === undefined) episode.received ??= { at, message, how: 'Event' };
      return;
    case 'detected':
      if (drift !== undefined) episode.drift = drift;
      episode.received ??= { at, message, how: detectedBy === 'Event' ? 'Event' : 'Looking' };
      return;
    case 'acting':
      episode.acted ??= { at, message };
      episode.actions.push(message);
      return;
    case 'corrected':
    case 'settled':
    case 'stalled':
      if (!isOpen(episode)) return;
      episode.end = { at, message, kind: ends[what] };
      return;
    default:
  }
}

const ends = { corrected: 'Corrected', settled: 'Settled', stalled: 'Stalled' } as const;

/** A new declaration that AWS matches already makes no news of its own: the status tells. */
export function endQuietly(
  episode: Episode | undefined,
  resources: readonly {
    readonly name: string;
    readonly generation: number;
    readonly inSyncGeneration?: number;
  }[],
): void {
  if (episode?.cause !== 'Manifest' || episode.end || episode.acted) return;
  const resource = resources.find(({ name }) => name === episode.resource);
  if (resource === undefined || resource.inSyncGeneration !== resource.generation) return;
  episode.end = { at: episode.at, message: 'AWS is in the desired state', kind: 'Settled' };
}
