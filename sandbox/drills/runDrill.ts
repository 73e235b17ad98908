import { filter, firstValueFrom, map, merge, type Observable, race, take, timer } from 'rxjs';
import type { Notice } from '../../src/controller/ports.ts';
import type { LastDrift } from '../../src/crds/status.ts';
import type { Drill, Fixture } from './drills.ts';

export interface DrillResult {
  readonly drill: string;
  readonly corrected: boolean;
  /** Milliseconds from the change to the read that verified the correction. */
  readonly milliseconds: number;
  readonly drift?: LastDrift;
}

/** How long a drill may take to be put right, in milliseconds. */
const patience = 60_000;

/** Does what the drill does, and waits until it was put right, patience ends, or `stop$` tells to leave it. */
export async function runDrill(
  drill: Drill,
  fixture: Fixture,
  notices$: Observable<Notice>,
  stop$: Observable<unknown>,
): Promise<DrillResult> {
  const end$ = merge(timer(patience), stop$).pipe(map(() => undefined));
  const inTime = <T>(work: Promise<T>) => firstValueFrom(race(work, end$));
  await inTime(drill.prepare?.(fixture) ?? Promise.resolve());
  const startedAt = Date.now();
  const corrected$ = notices$.pipe(
    filter((notice) => notice.kind === 'DriftCorrected'),
    filter(({ resource, drift }) => resource.name === drill.resource && drift.kind === drill.expects),
    map(({ drift }) => drift),
  );
  const outcome = firstValueFrom(race(corrected$, end$));
  const acted = attempted(() => drill.act(fixture));
  const drift = acted ? await outcome : undefined;
  const milliseconds = Date.now() - startedAt;
  const recovered = await inTime((drill.recover?.(fixture) ?? Promise.resolve()).then(() => true));
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
export function allInSync(
  names: readonly string[],
  notices$: Observable<Notice>,
  stop$: Observable<unknown>,
): Promise<boolean> {
  const waiting = new Set(names);
  const settled$ = notices$.pipe(
    filter(({ kind, resource }) => kind === 'InSync' && waiting.delete(resource.name)),
    filter(() => waiting.size === 0),
    map(() => true),
  );
  return firstValueFrom(merge(settled$, merge(timer(patience), stop$).pipe(map(() => false))).pipe(take(1)));
}
