import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQueue, type WorkQueue } from '../../src/controller/queue.ts';
import { type VirtualClock, virtualClock } from '../harness/virtualClock.ts';

const half = () => 0.5;

describe('The queue', () => {
  it('hands out keys in the order they came, each once however often it was woken', async () => {
    const queue = createQueue(virtualClock(), half);
    for (const key of ['a', 'b', 'a', 'a', 'c']) queue.add(key);
    expect(queue.depth()).toBe(3);
    expect([queue.next(), queue.next(), queue.next()].map((work) => work?.key)).toEqual(['a', 'b', 'c']);
    expect(queue.next()).toBeUndefined();
  });

  it('a key woken while it is worked on is worked on once more, afterwards', async () => {
    const clock = virtualClock();
    const queue = createQueue(clock, half);
    queue.add('a');
    queue.next();
    clock.skip(5);
    queue.add('a');
    queue.add('a');
    expect(queue.next()).toBeUndefined();
    expect(queue.depth()).toBe(0);
    clock.skip(20);
    queue.done('a');
    expect(queue.next()).toEqual({ key: 'a', wokenAt: clock.now() - 20, waited: 20 });
    queue.done('a');
    expect(queue.depth()).toBe(0);
  });

  it('returns the time of the last wake-up, and how long the key waited since the first', async () => {
    const clock = virtualClock();
    const queue = createQueue(clock, half);
    queue.add('a');
    clock.skip(10);
    queue.add('a');
    clock.skip(7);
    expect(queue.next()).toEqual({ key: 'a', wokenAt: clock.now() - 7, waited: 17 });
  });

  it('takes the earliest of several delays, and a wake-up is earlier than all', async () => {
    const clock = virtualClock();
    const queue = createQueue(clock, half);
    queue.addAfter('a', 100);
    queue.addAfter('a', 50);
    queue.addAfter('a', 70);
    await clock.advance(49);
    expect(queue.depth()).toBe(0);
    await clock.advance(1);
    expect(queue.depth()).toBe(1);
    await clock.advance(1_000);
    expect(queue.next()?.key).toBe('a');
    queue.done('a');
    expect(queue.depth()).toBe(0);
    queue.addAfter('a', 100);
    queue.add('a');
    queue.next();
    queue.done('a');
    await clock.advance(1_000);
    expect(queue.depth()).toBe(0);
  });

  it('a delay that ends while the key is worked on is a wake-up like any other', async () => {
    const clock = virtualClock();
    const queue = createQueue(clock, half);
    queue.add('a');
    queue.next();
    queue.addAfter('a', 10);
    await clock.advance(10);
    queue.done('a');
    expect(queue.depth()).toBe(1);
  });

  it('backs off from 1 s to 5 min, half of it by chance, and begins anew after a success', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (chance) => {
        const queue = createQueue(virtualClock(), () => chance);
        for (let failure = 0; failure < 40; failure += 1) {
          const full = Math.min(300_000, 1_000 * 2 ** failure);
          const delay = queue.retry('a');
          expect(delay).toBeGreaterThanOrEqual(full / 2);
          expect(delay).toBeLessThanOrEqual(full);
        }
        queue.forget('a');
        expect(queue.retry('a')).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 30 },
    );
  });

  it('each key backs off by itself', () => {
    const queue = createQueue(virtualClock(), half);
    for (let failure = 0; failure < 5; failure += 1) queue.retry('a');
    expect(queue.retry('b')).toBe(750);
  });

  it('once closed forgets what waits and what is delayed, and takes no wake-up until it is opened', async () => {
    const clock = virtualClock();
    const queue = createQueue(clock, half);
    queue.add('a');
    queue.addAfter('b', 10);
    queue.close();
    queue.add('c');
    queue.retry('d');
    queue.addAfter('e', 1);
    expect(queue.next()).toBeUndefined();
    expect(clock.pending()).toBe(0);
    queue.open();
    queue.add('a');
    expect(queue.next()?.key).toBe('a');
  });

  it('keeps a key from being in process twice although it was closed and opened meanwhile', () => {
    const queue = createQueue(virtualClock(), half);
    queue.add('a');
    queue.next();
    queue.close();
    queue.open();
    queue.add('a');
    expect(queue.next()).toBeUndefined();
    queue.done('a');
    expect(queue.next()?.key).toBe('a');
  });

  it('counts wake-ups and keys in process, and is idle when no key is', async () => {
    const queue = createQueue(virtualClock(), half);
    await queue.idle();
    for (const key of ['a', 'a', 'b']) queue.add(key);
    queue.next();
    queue.next();
    expect([queue.added(), queue.active(), queue.depth()]).toEqual([3, 2, 0]);
    const order: string[] = [];
    const idle = queue.idle().then(() => order.push('idle'));
    queue.done('a');
    await Promise.resolve();
    order.push('last');
    queue.done('b');
    await idle;
    expect(order).toEqual(['last', 'idle']);
  });

  it('announces each key that becomes ready once', () => {
    const queue = createQueue(virtualClock(), half);
    let announced = 0;
    queue.ready$.subscribe(() => {
      announced += 1;
    });
    for (const key of ['a', 'a', 'b']) queue.add(key);
    expect(announced).toBe(2);
    queue.next();
    queue.add('a');
    expect(announced).toBe(2);
    queue.done('a');
    expect(announced).toBe(3);
  });
});

// ── Against a model ──────────────────────────────────────────────────────────────────────────────

const keys = ['a', 'b', 'c'] as const;
type Key = (typeof keys)[number];

/** What the queue promises, in the plainest terms: per key, what is due and when. */
interface Model {
  now: number;
  /** Keys that wait, in order. */
  readonly waiting: Key[];
  readonly working: Set<Key>;
  /** Woken while worked on. */
  readonly again: Set<Key>;
  readonly due: Map<Key, number>;
}

interface Real {
  readonly clock: VirtualClock;
  readonly queue: WorkQueue;
  /** Wake-ups not yet answered by a look that began at or after them. */
  readonly unanswered: Map<Key, number>;
  readonly working: Set<string>;
}

type Command = fc.AsyncCommand<Model, Real>;

function wake(model: Model, key: Key): void {
  model.due.delete(key);
  if (model.working.has(key)) model.again.add(key);
  else if (!model.waiting.includes(key)) model.waiting.push(key);
}

const add = (key: Key): Command => ({
  check: () => true,
  toString: () => `add ${key}`,
  async run(model, real) {
    wake(model, key);
    real.unanswered.set(key, real.clock.now());
    real.queue.add(key);
    expect(real.queue.depth()).toBe(model.waiting.length);
  },
});

const addAfter = (key: Key, delay: number): Command => ({
  check: () => true,
  toString: () => `addAfter ${key} ${delay}`,
  async run(model, real) {
    const pending = model.waiting.includes(key) || model.again.has(key);
    if (!pending)
      model.due.set(key, Math.min(model.due.get(key) ?? Number.POSITIVE_INFINITY, model.now + delay));
    real.queue.addAfter(key, delay);
  },
});

const pass = (milliseconds: number): Command => ({
  check: () => true,
  toString: () => `pass ${milliseconds}`,
  async run(model, real) {
    const until = model.now + milliseconds;
    const due = [...model.due].filter(([, at]) => at <= until).sort(([, a], [, b]) => a - b);
    for (const [key, at] of due) {
      real.unanswered.set(key, at);
      wake(model, key);
    }
    model.now = until;
    await real.clock.advance(milliseconds);
    expect(real.queue.depth()).toBe(model.waiting.length);
  },
});

const take = (): Command => ({
  check: (model) => model.waiting.length > 0,
  toString: () => 'take',
  async run(model, real) {
    const work = real.queue.next();
    const expected = [...model.waiting];
    const key = expected.find((candidate) => candidate === work?.key);
    if (work === undefined || key === undefined) throw new Error(`took ${work?.key} of ${expected}`);
    // Of several that fell due in one step, any order of that step will do.
    expect(real.working.has(key)).toBe(false);
    expect(work.wokenAt).toBeGreaterThanOrEqual(real.unanswered.get(key) ?? 0);
    real.unanswered.delete(key);
    real.working.add(key);
    model.waiting.splice(model.waiting.indexOf(key), 1);
    model.working.add(key);
  },
});

const done = (key: Key): Command => ({
  check: (model) => model.working.has(key),
  toString: () => `done ${key}`,
  async run(model, real) {
    model.working.delete(key);
    real.working.delete(key);
    if (model.again.delete(key)) model.waiting.push(key);
    real.queue.done(key);
    expect(real.queue.depth()).toBe(model.waiting.length);
  },
});

describe('Whatever is asked of the queue in whatever order', () => {
  it('no wake-up is lost, and no key is worked on twice at once [P-33]', async () => {
    const key = fc.constantFrom(...keys);
    const delay = fc.integer({ min: 0, max: 30 });
    const commands = fc.commands(
      [
        key.map(add),
        fc.tuple(key, delay).map(([name, after]) => addAfter(name, after)),
        delay.map(pass),
        fc.constant(take()),
        key.map(done),
      ] as fc.Arbitrary<Command>[],
      { maxCommands: 40 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const clock = virtualClock();
        const real: Real = {
          clock,
          queue: createQueue(clock, half),
          unanswered: new Map(),
          working: new Set(),
        };
        const model: Model = {
          now: clock.now(),
          waiting: [],
          working: new Set(),
          again: new Set(),
          due: new Map(),
        };
        await fc.asyncModelRun(() => ({ model, real }), sequence);
        // In the end every wake-up is answered.
        for (const name of real.working) real.queue.done(name);
        await clock.advance(100);
        for (const name of [...real.unanswered.keys()]) {
          const work = real.queue.next();
          expect(work, `a wake-up of ${name} was lost`).toBeDefined();
        }
      }),
      { numRuns: 150 },
    );
  });
});
