import { describe, expect, it } from 'vitest';
import { inParallel, startProgress } from '../../src/cli/plan/progress.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { fakeTerminal } from './fixture.ts';

describe('Progress', () => {
  it('is reported on standard error every two seconds, and not at all before', async () => {
    const clock = virtualClock();
    const terminal = fakeTerminal();
    const progress = startProgress({ terminal, clock }, 'reading AWS', 40);
    progress.step();
    await clock.advance(1_999);
    expect(terminal.stderr()).toBe('');
    await clock.advance(1);
    progress.step();
    progress.step();
    await clock.advance(2_000);
    expect(terminal.stderr()).toBe('reading AWS: 1 of 40 …\nreading AWS: 3 of 40 …');
    progress.end();
    await clock.advance(60_000);
    expect(terminal.stderr().split('\n')).toHaveLength(2);
    expect(terminal.stdout()).toBe('');
  });

  it('keeps the order of parallel work within its limit', async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = item % 4; turn >= 0; turn -= 1) await Promise.resolve();
      running -= 1;
      return item * 2;
    };
    const items = Array.from({ length: 25 }, (_, index) => index);
    expect(await inParallel(items, 4, work)).toEqual(items.map((item) => item * 2));
    expect(most).toBe(4);
    expect(await inParallel([], 4, work)).toEqual([]);
  });

  it('ends parallel work with the first failure', async () => {
    const failing = inParallel([1, 2, 3], 2, async (item) => {
      if (item === 2) throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
  });
});
