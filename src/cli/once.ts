import {
  combineLatest,
  filter,
  from,
  lastValueFrom,
  map,
  type Observable,
  scan,
  startWith,
  takeWhile,
} from 'rxjs';
import type { Reconciled, Result } from '../controller/controller.ts';
import { metadataOf } from '../controller/ports.ts';
import type { Source } from './operator.ts';

/** How often something that fails in passing is tried before it counts as failed. */
const attempts = 5;

interface Progress {
  /** By resource: whether it ended as declared. */
  readonly ended: ReadonlyMap<string, boolean>;
  readonly failures: ReadonlyMap<string, number>;
}

const start: Progress = { ended: new Map(), failures: new Map() };

/** Waits until every resource has come to an end, and tells which are not as declared. */
export async function onceOver(
  { store, synced }: Pick<Source, 'store' | 'synced'>,
  results$: Observable<Result>,
): Promise<{ failed: readonly string[] }> {
  const names = () => store.list().map((stored) => metadataOf(stored).name);
  const progress$ = results$.pipe(
    filter((result) => result.kind === 'Reconciled'),
    scan(progressAfter, start),
    startWith(start),
  );
  const untilOver$ = combineLatest([progress$, from(synced)]).pipe(
    map(([progress]) => progress),
    takeWhile(({ ended }) => !names().every((name) => ended.has(name)), true),
  );
  const { ended } = await lastValueFrom(untilOver$, { defaultValue: start });
  return { failed: names().filter((name) => ended.get(name) !== true) };
}

function progressAfter({ ended, failures }: Progress, { name, outcome }: Reconciled): Progress {
  switch (outcome.kind) {
    case 'InSync':
    case 'Suspended':
    case 'Gone':
      return { failures, ended: new Map(ended).set(name, true) };
    case 'Stalled':
      return { failures, ended: new Map(ended).set(name, false) };
    case 'Retry':
    case 'Error': {
      const count = (failures.get(name) ?? 0) + 1;
      const counted = new Map(failures).set(name, count);
      return { failures: counted, ended: count >= attempts ? new Map(ended).set(name, false) : ended };
    }
    case 'Progressing':
    case 'Wait':
      return { ended, failures };
  }
}
