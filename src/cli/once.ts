import { filter, firstValueFrom, type Observable, tap } from 'rxjs';
import type { Result } from '../controller/controller.ts';
import { metadataOf } from '../controller/ports.ts';
import type { Source } from './operator.ts';

/** How often something that fails in passing is tried before it counts as failed. */
const attempts = 5;

/** Waits until every resource has come to an end, and tells which are not as declared. */
export async function onceOver(
  { store, synced }: Pick<Source, 'store' | 'synced'>,
  results$: Observable<Result>,
): Promise<{ failed: readonly string[] }> {
  const ended = new Map<string, boolean>();
  const failures = new Map<string, number>();
  const names = () => store.list().map((stored) => metadataOf(stored).name);
  const isDone = () => names().every((name) => ended.has(name));
  const watching = firstValueFrom(
    results$.pipe(
      tap((result) => note(result, ended, failures)),
      filter(isDone),
    ),
    { defaultValue: undefined },
  );
  await synced;
  if (!isDone()) await watching;
  return { failed: names().filter((name) => ended.get(name) !== true) };
}

function note({ name, outcome }: Result, ended: Map<string, boolean>, failures: Map<string, number>): void {
  switch (outcome.kind) {
    case 'Settled':
    case 'Suspended':
    case 'Gone':
      ended.set(name, true);
      return;
    case 'Stalled':
      ended.set(name, false);
      return;
    case 'Retry':
    case 'Error': {
      const count = (failures.get(name) ?? 0) + 1;
      failures.set(name, count);
      if (count >= attempts) ended.set(name, false);
      return;
    }
    case 'Progressing':
    case 'Wait':
      return;
  }
}
