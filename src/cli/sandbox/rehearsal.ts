import { filter, firstValueFrom, map, merge, type Observable, race, take, timer } from 'rxjs';
import type { Announcement } from '../../controller/ports.ts';
import type { Drill } from './drills.ts';
import type { Scene } from './scene.ts';

export interface Rehearsed {
  readonly drill: string;
  readonly corrected: boolean;
  /** Milliseconds from the change to the read that verified the correction. */
  readonly milliseconds: number;
  readonly by: string | undefined;
}

/** How long a drill may take to be put right, in milliseconds. */
const patience = 60_000;

/** Does what the drill does, and waits until it was put right, patience ends, or `stop$` tells to leave it. */
export async function rehearse(
  drill: Drill,
  scene: Scene,
  told$: Observable<Announcement>,
  stop$: Observable<unknown>,
): Promise<Rehearsed> {
  const startedAt = Date.now();
  const corrected$ = told$.pipe(
    filter(({ kind, resource }) => kind === 'DriftCorrected' && resource.name === drill.resource),
    map((announcement) => (announcement.kind === 'DriftCorrected' ? announcement.drift : undefined)),
    filter((drift) => drift?.kind === drill.expects),
  );
  const outcome = firstValueFrom(race(corrected$, merge(timer(patience), stop$).pipe(map(() => undefined))));
  drill.act(scene);
  const drift = await outcome;
  return {
    drill: drill.name,
    corrected: drift !== undefined,
    milliseconds: Date.now() - startedAt,
    by: drift?.by,
  };
}

/** Resolves when each of these resources has been Ready once; false when that takes too long. */
export function allSettled(names: readonly string[], told$: Observable<Announcement>): Promise<boolean> {
  const waiting = new Set(names);
  const settled$ = told$.pipe(
    filter(({ kind, resource }) => kind === 'Settled' && waiting.delete(resource.name)),
    filter(() => waiting.size === 0),
    map(() => true),
  );
  return firstValueFrom(merge(settled$, timer(patience).pipe(map(() => false))).pipe(take(1)));
}
