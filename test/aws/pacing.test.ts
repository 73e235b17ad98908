import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPacer, headStart, type PaceGroup } from '../../src/aws/pacing.ts';
import { createVirtualClock } from './clocks.ts';

const signal = new AbortController().signal;
const payer = { account: '111111111111', organization: '111111111111' };

/** The most calls in any window of this length (milliseconds), over sorted times. */
function busiest(times: readonly number[], window: number): number {
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + window).length));
}

describe('calls to AWS', () => {
  it('keep to the documented rate for 60 principals and lose no time', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    const startedAt = clock.now();
    const times: number[] = [];
    const all = Array.from({ length: 60 }, async () => {
      await pacer.take('ListAdministrators', payer, signal);
      times.push(clock.now() - startedAt);
    });
    await clock.advance(60_000);
    await Promise.all(all);
    expect(times.filter((at) => at === 0)).toHaveLength(8);
    // 8 at once, the other 52 at 5 a second. AWS is given its head start once, not each time.
    expect(times.at(-1)).toBe(52 * 200 + headStart);
    for (const seconds of [1, 2, 5])
      expect(busiest(times, seconds * 1_000)).toBeLessThanOrEqual(8 + 5 * seconds);
  });

  it('go out in the order they came', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    const order: number[] = [];
    for (let number = 0; number < 10; number += 1) {
      void pacer.take('ChangeAccess', payer, signal).then(() => order.push(number));
    }
    await clock.advance(20_000);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('share one allowance for enabling and disabling, apart from reads', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    await pacer.take('ChangeAccess', payer, signal);
    await pacer.take('ChangeAccess', payer, signal);
    await pacer.take('DescribeOrganization', payer, signal);
    let third = 0;
    void pacer.take('ChangeAccess', payer, signal).then(() => {
      third = clock.now();
    });
    const startedAt = clock.now();
    await clock.advance(1_500);
    expect(third - startedAt).toBe(1_000 + headStart);
  });

  it('do not slow another account', async () => {
    const pacer = createPacer(createVirtualClock());
    for (let account = 0; account < 100; account += 1) {
      const other = { account: `account ${account}`, organization: `account ${account}` };
      await pacer.take('DescribeOrganization', other, signal);
    }
  });

  it('share the rate of one organization between two accounts', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    const passed: number[] = [];
    for (const account of ['111111111111', '222222222222']) {
      for (let count = 0; count < 8; count += 1) {
        void pacer
          .take('ListAdministrators', { account, organization: '111111111111' }, signal)
          .then(() => passed.push(clock.now()));
      }
    }
    await clock.advance(0);
    expect(passed).toHaveLength(10);
    await clock.advance(1_000 + headStart);
    expect(passed).toHaveLength(16);
  });

  it('cost nothing when they are canceled while waiting', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    const controller = new AbortController();
    await pacer.take('ChangeAccess', payer, signal);
    await pacer.take('ChangeAccess', payer, signal);
    const givenUp = pacer.take('ChangeAccess', payer, controller.signal);
    const patient = pacer.take('ChangeAccess', payer, signal).then(() => clock.now());
    const reason = new Error('stopping');
    controller.abort(reason);
    await expect(givenUp).rejects.toBe(reason);
    const startedAt = clock.now();
    await clock.advance(5_000);
    expect((await patient) - startedAt).toBe(1_000 + headStart);
  });

  it('wait when AWS says that another caller used the allowance', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    pacer.exhaust('ListServices', payer);
    const startedAt = clock.now();
    const passed = pacer.take('ListServices', payer, signal).then(() => clock.now());
    await clock.advance(2_000);
    expect((await passed) - startedAt).toBe(1_000 + headStart);
  });

  it('count for the account although they were made before it was known', async () => {
    const clock = createVirtualClock();
    const pacer = createPacer(clock);
    const unknown = { account: 'own credentials', organization: 'own credentials' };
    for (let count = 0; count < 3; count += 1) await pacer.take('ListServices', unknown, signal);
    const waiting = pacer.take('ListServices', unknown, signal).then(() => clock.now());
    pacer.rename('own credentials', payer.account);
    const after = pacer.take('ListServices', payer, signal).then(() => clock.now());
    const startedAt = clock.now();
    await clock.advance(5_000);
    expect([(await waiting) - startedAt, (await after) - startedAt].sort()).toEqual(
      [1_000, 2_000].map((delay) => delay + headStart),
    );
  });

  it('never exceed rate and burst, however they come', async () => {
    const group = fc.constantFrom<PaceGroup>('ChangeAccess', 'ListServices', 'ListAdministrators');
    const rates = { ChangeAccess: [1, 2], ListServices: [1, 3], ListAdministrators: [5, 8] } as const;
    const arrivals = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 900 }), count: fc.integer({ min: 1, max: 4 }) }),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(group, arrivals, async (kind, waves) => {
        const clock = createVirtualClock();
        const pacer = createPacer(clock, 1);
        const times: number[] = [];
        const waiting: Promise<unknown>[] = [];
        for (const { after, count } of waves) {
          await clock.advance(after);
          for (let one = 0; one < count; one += 1) {
            waiting.push(pacer.take(kind, payer, signal).then(() => times.push(clock.now())));
          }
        }
        await clock.advance(60_000);
        await Promise.all(waiting);
        const [perSecond, burst] = rates[kind as keyof typeof rates];
        for (const window of [1, 500, 1_000, 3_000]) {
          const most = burst + (perSecond * window) / 1_000;
          if (times.length > 0) expect(busiest(times, window)).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 40 },
    );
  });
});
