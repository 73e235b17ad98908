import { expect, it } from 'vitest';
import { createDeliveryCheck } from '../../src/events/deliveryCheck.ts';
import { QueueError } from '../../src/events/sqsSource.ts';
import { jumps, settable } from '../harness/settable.ts';
import { virtualClock } from '../harness/virtualClock.ts';

it.each(jumps)(
  'the wall clock set %s: a queue that does not answer is lost within a minute',
  async (_, by) => {
    const clock = virtualClock();
    const { set } = settable(clock);
    const deliveryCheck = createDeliveryCheck({ clock, queue: 'events', tolerated: 2, onChange: () => {} });
    const fault = new QueueError('Unreachable', 'socket hang up');
    deliveryCheck.sent(1);
    deliveryCheck.returned(1);
    deliveryCheck.received(fault);
    set(by);
    for (let second = 0; second < 60; second += 1) {
      deliveryCheck.received(fault);
      await clock.advance(1_000);
    }
    expect(deliveryCheck.state).toBe('Lost');
    deliveryCheck.received(undefined);
    deliveryCheck.sent(2);
    deliveryCheck.returned(2);
    expect(deliveryCheck.state).toBe('Proven');
  },
);
