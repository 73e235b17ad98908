import { filter, firstValueFrom, map, merge, type Observable, race, take, timer } from 'rxjs';
import type { Announcement } from '../../controller/ports.ts';
import type { LastDrift } from '../../crds/status.ts';
import type { Drill, Stage } from './drills.ts';

export interface Rehearsed {
  readonly drill: string;
  readonly corrected: boolean;
  /** Milliseconds from the change to the read that verified the correction. */
  readonly milliseconds: number;
  readonly drift?: LastDrift;
}

/** How long a drill may take to be put right, in milliseconds. */
const patience = 60_000;

/** Does what the drill does, and waits until it was put right, patience ends, or `stop$` tells to leave it. */
export async function rehearse(
  drill: Drill,
  stage: Stage,
  told$: Observable<Announcement>,
  stop$: Observable<unknown>,
): Promise<Rehearsed> {
  const end$ = merge(timer(patience), stop$).pipe(map(() => undefined));
  const inTime = <T>(work: Promise<T>) => firstValueFrom(race(work, end$));
  await inTime(drill.prepare?.(stage) ?? Promise.resolve());
  const startedAt = Date.now();
  const corrected$ = told$.pipe(
    filter((announcement) => announcement.kind === 'DriftCorrected'),
    filter(({ resource, drift }) => resource.name === drill.resource && drift.kind === drill.expects),
    map(({ drift }) => drift),
  );
  const outcome = firstValueFrom(race(corrected$, end$));
  const acted = attempted(() => drill.act(stage));
  const drift = acted ? await outcome : undefined;
  const milliseconds = Date.now() - startedAt;
  const recovered = await inTime((drill.recover?.(stage) ?? Promise.resolve()).then(() => true));
  return {
    drill: drill.name,
    corrected: drift !== undefined && recovered === true,
    milliseconds,
    ...(drift && { drift }),
  };
}

/** AWS refuses what somebody else has done already. */
function attempted(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

/** Resolves when each of these resources has been Ready once; false when that takes too long or is to stop. */
export function allSettled(
  names: readonly string[],
  told$: Observable<Announcement>,
  stop$: Observable<unknown>,
): Promise<boolean> {
  const waiting = new Set(names);
  const settled$ = told$.pipe(
    filter(({ kind, resource }) => kind === 'Settled' && waiting.delete(resource.name)),
    filter(() => waiting.size === 0),
    map(() => true),
  );
  return firstValueFrom(merge(settled$, merge(timer(patience), stop$).pipe(map(() => false))).pipe(take(1)));
}
