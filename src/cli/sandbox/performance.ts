import { firstValueFrom, type Observable, race, timer } from 'rxjs';
import type { Announcement } from '../../controller/ports.ts';
import type { Chronicle } from './chronicle.ts';
import type { Drill, Stage } from './drills.ts';
import { type Rehearsed, rehearse } from './rehearsal.ts';
import type { Screen } from './screen.ts';

/** Does one drill after the other, once everything is `ready`; ends early when `stop$` tells so. */
export async function perform(
  drills: readonly Drill[],
  stage: Stage,
  { told$, stop$ }: { told$: Observable<Announcement>; stop$: Observable<unknown> },
  { screen, chronicle }: { screen: Screen; chronicle: Chronicle },
  ready: Promise<boolean>,
): Promise<Rehearsed[]> {
  const results: Rehearsed[] = [];
  if (drills.length === 0 || !(await ready)) return results;
  await stage.driven(true);
  for (const [index, drill] of drills.entries()) {
    // For eyes to follow, and for AWS's rates to have room again, as they would on another day.
    const left = await firstValueFrom(race(timer(2_500), stop$));
    if (left !== 0) break;
    const { name, title: message, resource, prepare } = drill;
    screen.begin(drill, index + 1, drills.length);
    chronicle.changed({ drill: name, message, resource, audible: prepare === undefined });
    const result = await rehearse(drill, stage, told$, stop$);
    chronicle.over();
    screen.end(result);
    results.push(result);
  }
  screen.summary(results);
  return results;
}
