import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause, sleep } from '../../src/time/sleep.ts';
import { virtualClock } from '../harness/virtualClock.ts';

const stopped = new Error('the lease is lost');

describe('A pause', () => {
  it('sleeps as long as asked, and leaves no listener behind', async () => {
    const clock = virtualClock();
    const { signal } = new AbortController();
    const began = clock.now();
    await clock.until(sleep(clock, 250, signal));
    expect(clock.now() - began).toBe(250);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends at once when everything is to stop, with the reason, and leaves no timer', async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const asleep = sleep(clock, 250, abort.signal);
    abort.abort(stopped);
    await expect(asleep).rejects.toBe(stopped);
    expect(clock.pending()).toBe(0);
  });

  it('does not begin once everything is to stop', async () => {
    const clock = virtualClock();
    await expect(sleep(clock, 250, AbortSignal.abort(stopped))).rejects.toBe(stopped);
    expect(clock.pending()).toBe(0);
  });
});

describe('pause', () => {
  it('resolves when the signal is aborted, and leaves no timer', async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const paused = pause(clock, 250, abort.signal);
    abort.abort(stopped);
    await expect(paused).resolves.toBeUndefined();
    expect(clock.pending()).toBe(0);
  });
});
