import { getEventListeners } from 'node:events';
import { concat, interval, NEVER, of, take, takeUntil, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { abortOf, callOf, windingUp } from '../../src/time/streams.ts';
import { settle, virtualClock } from '../harness/virtualClock.ts';

describe('The clock as a scheduler of rxjs', () => {
  it('lets timers and intervals emit at their virtual time', async () => {
    const clock = virtualClock();
    const began = clock.now();
    const emitted: number[] = [];
    timer(30, 100, clock)
      .pipe(take(3))
      .subscribe(() => emitted.push(clock.now() - began));
    await clock.advance(1_000);
    expect(emitted).toEqual([30, 130, 230]);
    expect(clock.pending()).toBe(0);
  });

  it('leaves no timer pending when it is unsubscribed from', async () => {
    const clock = virtualClock();
    const subscription = interval(10, clock).subscribe();
    await clock.advance(25);
    subscription.unsubscribe();
    expect(clock.pending()).toBe(0);
  });
});

describe('A signal as a stream', () => {
  it('emits once when it is aborted, or was before, and leaves no listener behind', () => {
    const abort = new AbortController();
    const seen: string[] = [];
    const observer = (name: string) => ({
      next: () => void seen.push(name),
      complete: () => void seen.push(`${name} over`),
    });
    const subscription = abortOf(abort.signal).subscribe(observer('gone'));
    abortOf(abort.signal).subscribe(observer('first'));
    subscription.unsubscribe();
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    abort.abort();
    abortOf(abort.signal).subscribe(observer('late'));
    expect(seen).toEqual(['first', 'first over', 'late', 'late over']);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });
});

describe('A call as a stream', () => {
  it('is made for each subscription, and cancelled by unsubscribing', async () => {
    const signals: AbortSignal[] = [];
    const call$ = callOf((signal) => {
      signals.push(signal);
      return new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    expect(signals).toHaveLength(0);
    const errors: unknown[] = [];
    const subscription = call$.subscribe({ error: (error) => errors.push(error) });
    subscription.unsubscribe();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(errors).toEqual([]);
  });

  it('emits what the call resolves to, or errors as it rejects', async () => {
    const seen: unknown[] = [];
    callOf(async () => 'answer').subscribe({
      next: (value) => seen.push(value),
      complete: () => seen.push('over'),
    });
    callOf(() => Promise.reject(new Error('no'))).subscribe({ error: ({ message }) => seen.push(message) });
    await settle();
    expect(seen).toEqual(['answer', 'over', 'no']);
  });
});

describe('Work that is wound up', () => {
  it('is asked to end by unsubscribing, and is idle when it has ended', async () => {
    const clock = virtualClock();
    const { values$, idle } = windingUp((stop) =>
      concat(of('begun'), NEVER.pipe(takeUntil(abortOf(stop))), timer(100, clock)),
    );
    await idle();
    const seen: unknown[] = [];
    const subscription = values$.subscribe((value) => seen.push(value));
    subscription.unsubscribe();
    let isIdle = false;
    const over = idle().then(() => {
      isIdle = true;
    });
    await clock.advance(99);
    expect(isIdle).toBe(false);
    await clock.advance(1);
    await over;
    expect(seen).toEqual(['begun']);
  });

  it('passes on that it completes or fails', async () => {
    const seen: unknown[] = [];
    windingUp(() => of(1)).values$.subscribe({
      next: (value) => seen.push(value),
      complete: () => seen.push('over'),
    });
    const failing = windingUp(() => throwError(() => 'no'));
    failing.values$.subscribe({ error: (error) => seen.push(error) });
    await failing.idle();
    expect(seen).toEqual([1, 'over', 'no']);
  });
});
