import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearReplacementAnnotation } from '../../src/crds/trustedAccess.ts';
import { jumps, settable } from '../harness/settable.ts';
import { cloudError, type Operation, sso } from './fakes/aws.ts';
import { worldOf } from './fakes/checked.ts';
import { start } from './fakes/started.ts';
import type { Declared } from './fakes/store.ts';
import { audit, security, tools, type World } from './fakes/world.ts';

const minute = 60_000;

const declarations: Readonly<Record<string, Declared>> = {
  tools: { delegatedAdministrators: [tools] },
  security: { delegatedAdministrators: [security] },
  noAdministrator: { delegatedAdministrators: [] },
  unmanaged: {},
  disabled: { access: 'Disabled', delegatedAdministrators: [], disable: { confirmation: 'disable' } },
};

const titles = Object.keys(declarations);

type Occurrence =
  | { readonly kind: 'declare'; readonly title: string }
  | { readonly kind: 'outsider'; readonly what: 'disable' | 'enable' | 'remove' | 'register' }
  /** Every so many calls of it fail, until the next weather. */
  | { readonly kind: 'weather'; readonly operation: Operation | 'writeStatus'; readonly every: number }
  /** Somebody sets the wall clock. */
  | { readonly kind: 'clock'; readonly by: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'ask' };

const operations = ['Register', 'Deregister', 'Enable', 'Disable', 'administrators', 'organization'] as const;

const occurrence: fc.Arbitrary<Occurrence> = fc.oneof(
  fc.record({ kind: fc.constant('declare' as const), title: fc.constantFrom(...titles) }),
  fc.record({
    kind: fc.constant('outsider' as const),
    what: fc.constantFrom('disable' as const, 'enable' as const, 'remove' as const, 'register' as const),
  }),
  fc.record({
    kind: fc.constant('weather' as const),
    operation: fc.constantFrom(...operations, 'writeStatus' as const),
    every: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('clock' as const), by: fc.constantFrom(...jumps.map(([, by]) => by)) }),
  fc.constant({ kind: 'crash' as const }),
  fc.constant({ kind: 'ask' as const }),
);

function act(world: World, what: Extract<Occurrence, { kind: 'outsider' }>['what']): void {
  const { outsider } = world.aws;
  const [someone] = world.administrators();
  if (what === 'enable') outsider.enable();
  if (what === 'disable') outsider.disable();
  if (what === 'remove' && someone !== undefined) outsider.deregister(someone);
  if (what === 'register' && someone === undefined && world.isEnabled()) outsider.register(audit);
}

function networkFaults(world: World, operation: Operation | 'writeStatus', every: number): void {
  let calls = 0;
  world.fate.script = (point) => {
    if (point.operation !== operation) return undefined;
    calls += 1;
    if (calls % every !== 0) return undefined;
    const isStore = operation === 'writeStatus';
    return {
      kind: 'Refuse',
      error: isStore ? new Error('409') : cloudError('throttled', 'Throttled', operation),
    };
  };
}

/** Runs the command that the condition names. */
async function clearUntrustedRecord(world: World): Promise<void> {
  const { reason, message } = world.condition('Stalled') ?? {};
  if (reason !== 'UntrustedRecord') return;
  const startedAt = message?.split(`${clearReplacementAnnotation}=`)[1];
  const stored = world.store.get('sso');
  if (!stored || startedAt === undefined) throw new Error(`no command in: ${message}`);
  const metadata = { ...stored.metadata, annotations: { [clearReplacementAnnotation]: startedAt } };
  world.store.restore(new Map([['sso', { kind: 'Valid', resource: { ...stored, metadata } }]]));
  world.store.request('sso', `${world.clock.now()}`);
  await world.clock.advance(180 * minute);
}

/** One operator at work after the other, each gone in an instant when it crashes. */
function operate(world: World) {
  let abort = new AbortController();
  const begin = () => {
    abort = new AbortController();
    const { controller, wakeUps } = start(world, 2, abort);
    wakeUps.next('sso');
    return controller.queue;
  };
  let queue = begin();
  return {
    async crash() {
      abort.abort(new Error('killed'));
      await queue.idle();
      queue = begin();
    },
    stop: () => abort.abort(new Error('the end')),
  };
}

describe('A day of faults without any event', () => {
  it('ends in sync once the faults end', async () => {
    const day = fc.array(fc.tuple(occurrence, fc.integer({ min: 0, max: 15 * minute })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        day,
        fc.constantFrom(...titles),
        fc.boolean(),
        async (occurrences, last, slotFirst) => {
          const world = worldOf({ administrators: [tools] });
          const { set } = settable(world.clock);
          world.aws.settings.slotFirst = slotFirst;
          world.channel.now = { driven: true, message: 'so it seems' };
          world.apply(declarations['tools']);
          const operator = operate(world);
          for (const [it, pause] of occurrences) {
            if (it.kind === 'declare') world.apply(declarations[it.title]);
            if (it.kind === 'outsider') act(world, it.what);
            if (it.kind === 'weather') networkFaults(world, it.operation, it.every);
            if (it.kind === 'clock') set(it.by);
            if (it.kind === 'crash') await operator.crash();
            if (it.kind === 'ask') world.store.request('sso', `${world.clock.now()}`);
            await world.clock.advance(pause);
          }
          world.fate.script = () => undefined;
          world.apply(declarations[last]);
          await world.clock.advance(180 * minute);
          // After a clock that was set a day forth, a person decides about the rollback record.
          await clearUntrustedRecord(world);
          operator.stop();
          const { access = 'Enabled', delegatedAdministrators: wanted } = declarations[last] ?? {};
          expect(world.isEnabled()).toBe(access === 'Enabled');
          if (wanted) expect(world.administrators()).toEqual(wanted);
          expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'InSync' });
          const { metadata, status } = world.store.get('sso') ?? {};
          expect(status?.observedGeneration).toBe(metadata?.generation);
          expect(status?.replacement).toBeUndefined();
          expect(new Set(world.aws.asked.map(({ principal }) => principal)).size).toBeLessThanOrEqual(1);
          expect(Object.keys(world.aws.organization().enabled).every((name) => name === sso)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is quiet when nothing happens: no write in a day', async () => {
    const world = worldOf({ administrators: [tools] });
    world.apply(declarations['tools']);
    operate(world);
    await world.clock.advance(minute);
    const writes = world.store.statusWrites.length;
    const reads = world.aws.reads.length;
    await world.clock.advance(24 * 60 * minute);
    expect(world.store.statusWrites).toHaveLength(writes);
    expect(world.aws.asked).toEqual([]);
    expect(world.aws.reads.length - reads).toBeLessThan(24 * 8);
  });
});
