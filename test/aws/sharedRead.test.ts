import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget, createSharedRead, createSharedReads } from '../../src/aws/sharedRead.ts';
import type { VirtualClock } from '../harness/virtualClock.ts';
import { createVirtualClock } from './clocks.ts';

const forever = new AbortController().signal;

interface Begun {
  readonly beganAt: number;
  readonly signal: AbortSignal;
  answer(value: number): void;
  fail(error: Error): void;
}

/** A source whose reads are answered by hand. */
function byHand(clock: VirtualClock) {
  const begun: Begun[] = [];
  const fact = createSharedRead<number>(clock, (signal, began) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    began();
    begun.push({ beganAt: clock.now(), signal, answer: resolve, fail: reject });
    return promise;
  });
  const at = (index: number): Begun => {
    const one = begun[index];
    if (!one) throw new Error(`read ${index} has not begun`);
    return one;
  };
  return { begun, fact, at };
}

describe('a fact that many ask for', () => {
  it('is read once while the view is recent enough', async () => {
    const clock = createVirtualClock();
    const { begun, fact, at } = byHand(clock);
    const first = fact.get({ notBefore: clock.now(), signal: forever });
    at(0).answer(1);
    expect(await first).toBe(1);
    await clock.advance(10_000);
    expect(await fact.get({ notBefore: clock.now() - 10_000, signal: forever })).toBe(1);
    expect(begun).toHaveLength(1);
    void fact.get({ notBefore: clock.now() - 9_999, signal: forever });
    expect(begun).toHaveLength(2);
  });

  it('is joined by those content with the running read, and followed by one read for all others', async () => {
    const clock = createVirtualClock();
    const { begun, fact, at } = byHand(clock);
    const startedAt = clock.now();
    const first = fact.get({ notBefore: startedAt, signal: forever });
    await clock.advance(5);
    const joiner = fact.get({ notBefore: startedAt, signal: forever });
    const followers = [1, 2, 3].map(() => fact.get({ notBefore: clock.now(), signal: forever }));
    expect(begun).toHaveLength(1);
    at(0).answer(1);
    expect(await Promise.all([first, joiner])).toEqual([1, 1]);
    expect(begun).toHaveLength(2);
    at(1).answer(2);
    expect(await Promise.all(followers)).toEqual([2, 2, 2]);
    expect(begun).toHaveLength(2);
  });

  it('is joined by every caller as long as its request waits its turn', async () => {
    const clock = createVirtualClock();
    const { promise: turn, resolve: go } = Promise.withResolvers<void>();
    let reads = 0;
    const fact = createSharedRead<number>(clock, async (_signal, began) => {
      reads += 1;
      await turn;
      began();
      return 7;
    });
    const first = fact.get({ notBefore: clock.now(), signal: forever });
    await clock.advance(1_000);
    const later = fact.get({ notBefore: clock.now(), signal: forever });
    go();
    expect(await Promise.all([first, later])).toEqual([7, 7]);
    expect(reads).toBe(1);
  });

  it('fails for the callers that joined and for no others', async () => {
    const clock = createVirtualClock();
    const { fact, at } = byHand(clock);
    const startedAt = clock.now();
    const joined = [1, 2].map(() => fact.get({ notBefore: startedAt, signal: forever }));
    await clock.advance(1);
    const follower = fact.get({ notBefore: clock.now(), signal: forever });
    const error = new Error('denied');
    at(0).fail(error);
    for (const one of joined) await expect(one).rejects.toBe(error);
    at(1).answer(3);
    expect(await follower).toBe(3);
    expect(await fact.get({ notBefore: startedAt, signal: forever })).toBe(3);
  });

  it('is asked again after a failure', async () => {
    const clock = createVirtualClock();
    const { fact, at } = byHand(clock);
    const failing = fact.get({ notBefore: 0, signal: forever });
    at(0).fail(new Error('reset'));
    await expect(failing).rejects.toThrow('reset');
    const again = fact.get({ notBefore: 0, signal: forever });
    at(1).answer(4);
    expect(await again).toBe(4);
  });

  it('goes on when one of several gives up, and is given up with the last', async () => {
    const clock = createVirtualClock();
    const { begun, fact, at } = byHand(clock);
    const impatient = new AbortController();
    const patient = new AbortController();
    const one = fact.get({ notBefore: 0, signal: impatient.signal });
    const other = fact.get({ notBefore: 0, signal: patient.signal });
    impatient.abort(new Error('enough'));
    await expect(one).rejects.toThrow('enough');
    expect(at(0).signal.aborted).toBe(false);
    patient.abort(new Error('me too'));
    await expect(other).rejects.toThrow('me too');
    expect(at(0).signal.aborted).toBe(true);
    void fact.get({ notBefore: 0, signal: forever });
    expect(begun).toHaveLength(2);
  });

  it('is not read at all for another user who gave up before', async () => {
    const { begun, fact } = byHand(createVirtualClock());
    await expect(fact.get({ notBefore: 0, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    );
    expect(begun).toHaveLength(0);
  });

  it('is outdated by an own change, also when it is just being read', async () => {
    const clock = createVirtualClock();
    const { begun, fact, at } = byHand(clock);
    const before = fact.get({ notBefore: 0, signal: forever });
    fact.outdate();
    const after = fact.get({ notBefore: 0, signal: forever });
    const later = fact.get({ notBefore: 0, signal: forever });
    expect(begun).toHaveLength(1);
    at(0).answer(1);
    expect(await before).toBe(1);
    expect(begun).toHaveLength(2);
    at(1).answer(2);
    expect(await Promise.all([after, later])).toEqual([2, 2]);
    expect(await fact.get({ notBefore: 0, signal: forever })).toBe(2);
  });

  it('does not stay true for ever because the clock was set back', async () => {
    const clock = createVirtualClock();
    let offset = 0;
    let reads = 0;
    const shifted = { ...clock, now: () => clock.now() + offset };
    const fact = createSharedRead(shifted, async (_signal, began) => {
      began();
      reads += 1;
      return reads;
    });
    await fact.get({ notBefore: shifted.now(), signal: forever });
    offset = -3_600_000;
    expect(await fact.get({ notBefore: shifted.now(), signal: forever })).toBe(2);
  });

  it('is never older than asked for, never read for nothing, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), age: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ kind: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('answer' as const), fails: fc.boolean() }),
      fc.record({ kind: fc.constant('abort' as const), which: fc.nat(20) }),
      fc.record({ kind: fc.constant('outdate' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = createVirtualClock();
        const { begun, fact } = byHand(clock);
        const asked: {
          notBefore: number;
          outdatedAt: number;
          controller: AbortController;
          result: Promise<unknown>;
        }[] = [];
        const failures = new Set<unknown>();
        let answered = 0;
        let outdatedReads = 0;
        for (const one of steps) {
          if (one.kind === 'pass') await clock.advance(one.time);
          if (one.kind === 'outdate') {
            outdatedReads = begun.length;
            fact.outdate();
          }
          if (one.kind === 'abort') asked[one.which]?.controller.abort(new Error('aborted'));
          if (one.kind === 'ask') {
            const controller = new AbortController();
            const notBefore = clock.now() - one.age;
            const result = fact.get({ notBefore, signal: controller.signal }).then(
              (value) => ({ value }),
              (error: unknown) => ({ error }),
            );
            asked.push({ notBefore, outdatedAt: outdatedReads, controller, result });
          }
          const open = begun[answered];
          if (one.kind === 'answer' && open) {
            const error = new Error('failed');
            failures.add(error);
            if (one.fails) open.fail(error);
            else open.answer(answered);
            answered += 1;
            await clock.advance(0);
          }
        }
        for (; answered < begun.length; answered += 1) {
          begun[answered]?.answer(answered);
          await clock.advance(0);
        }
        for (const { notBefore, outdatedAt, controller, result } of asked) {
          const settled = (await result) as { value?: number; error?: unknown };
          if (settled.value === undefined) {
            expect(failures.has(settled.error) || controller.signal.aborted).toBe(true);
            continue;
          }
          expect(begun[settled.value]?.beganAt).toBeGreaterThanOrEqual(notBefore);
          // Reads that had begun when an own change came are no answer afterwards.
          expect(settled.value).toBeGreaterThanOrEqual(outdatedAt);
        }
        expect(begun.length).toBeLessThanOrEqual(asked.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('facts by key', () => {
  it('are bounded: the longest unused are forgotten, those being read are not', async () => {
    const clock = createVirtualClock();
    const budget = createBudget(3);
    const facts = createSharedReads<string>(clock, budget);
    let reads = 0;
    const reader = (key: string) => async (_signal: AbortSignal, began: () => void) => {
      began();
      reads += 1;
      return key;
    };
    const ask = (key: string) => facts.of(key, reader(key)).get({ notBefore: 0, signal: forever });
    const { promise, resolve } = Promise.withResolvers<string>();
    const hanging = facts.of('hanging', () => promise).get({ notBefore: 0, signal: forever });
    for (const key of ['a', 'b', 'c', 'd']) await ask(key);
    expect(reads).toBe(4);
    await ask('d');
    expect(reads).toBe(4);
    await ask('a');
    expect(reads).toBe(5);
    const joined = facts
      .of('hanging', () => Promise.reject(new Error('read twice')))
      .get({ notBefore: 0, signal: forever });
    resolve('done');
    expect(await Promise.all([hanging, joined])).toEqual(['done', 'done']);
  });
});
