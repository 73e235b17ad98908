import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { onceOver } from '../../src/cli/once.ts';
import type { Reconciled, Result } from '../../src/controller/controller.ts';
import { resourcesIn, type Stored } from '../../src/controller/ports.ts';
import { metadataSchema } from '../../src/crds/trustedAccess.ts';
import { settle } from '../harness/virtualClock.ts';

const stored = (name: string): Stored => ({
  kind: 'Invalid',
  metadata: metadataSchema.parse({ name }),
  status: { conditions: [] },
  problems: ['x'],
});

const reconciled = (name: string, outcome: Reconciled['outcome']): Result => ({
  kind: 'Reconciled',
  name,
  outcome,
  waited: 0,
  took: 1,
  again: undefined,
});

const inSync = (name: string) => reconciled(name, { kind: 'Suspended' });
const failed = (name: string) => reconciled(name, { kind: 'Error', error: new Error('no') });

function waiting(...names: string[]) {
  const results$ = new Subject<Result>();
  const synced = Promise.withResolvers<void>();
  const resources = names.map(stored);
  const store = { ...resourcesIn(() => resources), get: () => undefined } as never;
  let over: { failed: readonly string[] } | undefined;
  void onceOver({ store, synced: synced.promise }, results$).then((result) => {
    over = result;
  });
  const is = async () => {
    await settle(1);
    return over;
  };
  return { results$, synced, is };
}

describe('Reconciling once', () => {
  it('is over when every resource has come to an end, and names those that are not in sync', async () => {
    const { results$, synced, is } = waiting('a', 'b');
    synced.resolve();
    results$.next(inSync('a'));
    expect(await is()).toBeUndefined();
    results$.next(
      reconciled('b', { kind: 'Stalled', reason: 'InvalidSpec', message: 'x' } as Reconciled['outcome']),
    );
    expect(await is()).toEqual({ failed: ['b'] });
  });

  it('is over at once without any resource, but not before the store has them all', async () => {
    const { synced, is } = waiting();
    expect(await is()).toBeUndefined();
    synced.resolve();
    expect(await is()).toEqual({ failed: [] });
  });

  it('counts results that came before the store had all resources', async () => {
    const { results$, synced, is } = waiting('a');
    results$.next(inSync('a'));
    expect(await is()).toBeUndefined();
    synced.resolve();
    expect(await is()).toEqual({ failed: [] });
  });

  it('gives a failure that may pass five attempts', async () => {
    const { results$, synced, is } = waiting('a');
    synced.resolve();
    for (let attempt = 1; attempt <= 4; attempt += 1) results$.next(failed('a'));
    expect(await is()).toBeUndefined();
    results$.next(failed('a'));
    expect(await is()).toEqual({ failed: ['a'] });
  });

  it('is over as in sync when an attempt succeeds after failures', async () => {
    const { results$, synced, is } = waiting('a');
    synced.resolve();
    results$.next(failed('a'));
    results$.next(inSync('a'));
    expect(await is()).toEqual({ failed: [] });
  });

  it('names those that came to no end when the results are over first', async () => {
    const { results$, synced, is } = waiting('a', 'b');
    synced.resolve();
    await settle(1);
    results$.next(inSync('a'));
    results$.complete();
    expect(await is()).toEqual({ failed: ['b'] });
  });
});
