import { firstValueFrom, type Observable, race, timer } from 'rxjs';
import type { Notice } from '../../src/controller/ports.ts';
import type { Drill, Fixture } from './drills.ts';
import { type DrillResult, runDrill } from './runDrill.ts';
import type { Screen } from './screen.ts';
import type { Timeline } from './timeline.ts';

/** Does one drill after the other, once everything is `ready`; ends early when `stop$` tells so. */
export async function runDrills(
  drills: readonly Drill[],
  fixture: Fixture,
  { notices$, stop$ }: { notices$: Observable<Notice>; stop$: Observable<unknown> },
  { screen, sharedTimeline }: { screen: Screen; sharedTimeline: Timeline },
  ready: Promise<boolean>,
): Promise<DrillResult[]> {
  const results: DrillResult[] = [];
  if (drills.length === 0 || !(await ready)) return results;
  await fixture.driven(true);
  for (const [index, drill] of drills.entries()) {
    // For eyes to follow, and for AWS's rates to have room again, as they would on another day.
    const left = await firstValueFrom(race(timer(2_500), stop$));
    if (left !== 0) break;
    const { name, title: message, resource, prepare } = drill;
    screen.begin(drill, index + 1, drills.length);
    sharedTimeline.changed({ drill: name, message, resource, eventExpected: prepare === undefined });
    const result = await runDrill(drill, fixture, notices$, stop$);
    sharedTimeline.over();
    screen.end(result);
    results.push(result);
  }
  screen.summary(results);
  return results;
}
