import { describe, expect, it } from 'vitest';
import { consumeQueue, type SourceOptions } from '../../src/events/sqsSource.ts';
import { sleep } from '../../src/time/sleep.ts';
import { settle, virtualClock } from '../harness/virtualClock.ts';
import { fakeQueue } from './fakeQueue.ts';

function consuming(more: Partial<SourceOptions<unknown>> = {}) {
  const clock = virtualClock();
  const queue = fakeQueue(clock);
  const handled: string[] = [];
  const faults: string[] = [];
  let fault: string | undefined;
  const stop = new AbortController();
  const options: SourceOptions<unknown> = {
    queue,
    clock,
    random: () => 0.5,
    handle: (bodies) => void handled.push(...bodies),
    onReceive: (error) => {
      fault = error?.fault;
    },
    onRemovalFault: (error) => void faults.push(error.fault),
    ...more,
  };
  /** Resolves once it is unsubscribed from, by `stop`, and nothing is under way. */
  const start = () =>
    new Promise<void>((resolve) => {
      const { values$, idle } = consumeQueue(options);
      const subscription = values$.subscribe();
      stop.signal.addEventListener('abort', () => {
        subscription.unsubscribe();
        resolve(idle());
      });
    });
  return { clock, queue, handled, faults, fault: () => fault, stop, start };
}

const bodies = (count: number) => Array.from({ length: count }, (_, index) => `body ${index}`);

describe('taking messages from the queue', () => {
  it('handles and deletes each message once', async () => {
    const { clock, queue, handled, stop, start } = consuming();
    queue.send(...bodies(137));
    const done = start();
    await clock.advance(5_000);
    expect(handled.toSorted()).toEqual(bodies(137).toSorted());
    expect(queue.left).toBe(0);
    stop.abort();
    await done;
    expect(clock.pending()).toBe(0);
  });

  it('receives a message at once during a long poll, and waits with only one receiver', async () => {
    const { clock, queue, handled, stop, start } = consuming();
    const done = start();
    await clock.advance(60_000);
    expect(queue.calls.receive).toBeLessThanOrEqual(4);
    queue.send('late');
    await settle();
    await settle();
    expect(handled).toEqual(['late']);
    stop.abort();
    await done;
  });

  it('calls more receivers for a burst, never more than allowed, and sends them home afterwards', async () => {
    const { clock, queue, handled, stop, start } = consuming({ maximumReceivers: 8 });
    queue.send(...bodies(5_000));
    const done = start();
    await clock.advance(10_000);
    expect(handled).toHaveLength(5_000);
    expect(queue.mostAtOnce).toBe(8);
    const before = queue.calls.receive;
    await clock.advance(60_000);
    expect(queue.calls.receive - before).toBeLessThanOrEqual(4);
    stop.abort();
    await done;
  });

  it('deletes again what could not be deleted', async () => {
    const { clock, queue, handled, stop, start } = consuming();
    queue.send(...bodies(10));
    queue.refuseDeletions = 7;
    const done = start();
    await clock.advance(3_000);
    expect(queue.left).toBe(0);
    expect(handled).toHaveLength(10);
    stop.abort();
    await done;
  });

  it('goes on when deletions keep failing: the messages come again when they are visible', async () => {
    const { clock, queue, handled, stop, start } = consuming();
    queue.send(...bodies(2));
    queue.refuseDeletions = 8;
    const done = start();
    await clock.advance(10_000);
    expect(queue.left).toBe(2);
    await clock.advance(40_000);
    expect(handled).toHaveLength(4);
    expect(queue.left).toBe(0);
    stop.abort();
    await done;
  });

  it('keeps messages invisible to others while their handling takes long', async () => {
    const { clock, queue, handled, stop, start } = consuming({
      handle: async (batch, signal) => {
        await sleep(clock, 300_000, signal);
        handled.push(...batch);
      },
    });
    queue.send('slow');
    const done = start();
    await clock.advance(299_000);
    expect(queue.visible).toBe(0);
    await clock.advance(2_000);
    expect(handled).toEqual(['slow']);
    expect(queue.left).toBe(0);
    const renewals = queue.calls.setVisibility;
    await clock.advance(60_000);
    expect(queue.calls.setVisibility).toBe(renewals);
    stop.abort();
    await done;
  });

  it('gives back at the end what it had received and not handled, visible at once', async () => {
    const { clock, queue, stop, start } = consuming({
      handle: (_, signal) => sleep(clock, 300_000, signal),
    });
    queue.send(...bodies(4));
    const done = start();
    await clock.advance(1_000);
    expect(queue.visible).toBe(0);
    stop.abort();
    await done;
    expect(queue.visible).toBe(4);
    expect(clock.pending()).toBe(0);
  });

  it('ends within its farewell when the queue does not answer any more', async () => {
    const { clock, queue, stop, start } = consuming({
      handle: async () => {
        queue.fault = 'Unreachable';
        stop.abort();
      },
    });
    queue.send('last');
    let ended = false;
    const done = start().then(() => {
      ended = true;
    });
    await clock.advance(5_100);
    expect(ended).toBe(true);
    await done;
    expect(clock.pending()).toBe(0);
  });

  it('tries a failed handling again, and not in a busy loop', async () => {
    let attempts = 0;
    const { clock, queue, stop, start } = consuming({
      handle: () => {
        attempts += 1;
        if (attempts < 4) throw new Error('no');
      },
    });
    queue.send('x');
    const done = start();
    await clock.advance(4_000);
    expect(attempts).toBe(1);
    await clock.advance(30_000);
    expect(attempts).toBe(4);
    expect(queue.left).toBe(0);
    stop.abort();
    await done;
  });
});

describe('a queue that does not deliver', () => {
  it.each(['Missing', 'Denied', 'KeyDenied', 'Throttled', 'Unreachable'] as const)(
    '%s: says so, asks again ever more slowly, and recovers by itself [F-A8b]',
    async (fault) => {
      const context = consuming();
      const { clock, queue, handled, stop, start } = context;
      queue.fault = fault;
      const done = start();
      await clock.advance(600_000);
      expect(context.fault()).toBe(fault);
      // 1, 2, 4 … 60 seconds, three quarters of each.
      expect(queue.calls.receive).toBeGreaterThan(10);
      expect(queue.calls.receive).toBeLessThan(25);
      queue.fault = undefined;
      queue.send('again');
      await clock.advance(60_000);
      expect(context.fault()).toBeUndefined();
      expect(handled).toEqual(['again']);
      stop.abort();
      await done;
    },
  );

  it('is not hammered when its empty answers come at once', async () => {
    const { clock, queue, stop, start } = consuming();
    queue.impatient = true;
    const done = start();
    await clock.advance(60_000);
    expect(queue.calls.receive).toBeLessThanOrEqual(61);
    stop.abort();
    await done;
  });

  it('stops at once while it waits to try again', async () => {
    const { clock, queue, stop, start } = consuming();
    queue.fault = 'Missing';
    const done = start();
    await clock.advance(100_000);
    stop.abort();
    await done;
    expect(clock.pending()).toBe(0);
  });
});
