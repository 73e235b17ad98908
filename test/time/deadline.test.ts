import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { deadline, graceSignal, TimeoutError } from '../../src/time/deadline.ts';
import { virtualClock } from '../harness/virtualClock.ts';

const stopped = new Error('the operator is stopping');

describe('A deadline', () => {
  it('ends with a TimeoutError after its limit, counted from the last extension', async () => {
    const clock = virtualClock();
    using until = deadline(clock, 100, undefined, 'no answer');
    await clock.advance(60);
    until.extend();
    await clock.advance(99);
    expect(until.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(until.signal.reason).toBeInstanceOf(TimeoutError);
    expect(until.signal.reason).toMatchObject({ message: 'no answer', code: 'ETIMEDOUT' });
  });

  it('ends with the error that the caller gives', async () => {
    const clock = virtualClock();
    using until = deadline(clock, 100, undefined, () => stopped);
    await clock.advance(100);
    expect(until.signal.reason).toBe(stopped);
  });

  it('ends with its parent, for the same reason, also when the parent has ended before', () => {
    const abort = new AbortController();
    using until = deadline(virtualClock(), 100, abort.signal, 'no answer');
    abort.abort(stopped);
    expect(until.signal.reason).toBe(stopped);
    using late = deadline(virtualClock(), 100, abort.signal, 'no answer');
    expect(late.signal.reason).toBe(stopped);
  });

  it('leaves no timer and no listener behind when it is disposed of', () => {
    const clock = virtualClock();
    const { signal } = new AbortController();
    {
      using until = deadline(clock, 100, signal, 'no answer');
      expect(until.signal.aborted).toBe(false);
    }
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('A grace signal', () => {
  it('follows its signal after the grace period', async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    using late = graceSignal(clock, abort.signal, 100);
    abort.abort(stopped);
    await clock.advance(99);
    expect(late.aborted).toBe(false);
    await clock.advance(1);
    expect(late.reason).toBe(stopped);
  });
});
