import { expect, it } from 'vitest';
import { createQueueProof } from '../../src/events/queueProof.ts';
import { QueueError } from '../../src/events/sqsSource.ts';
import { jumps, settable } from '../harness/settable.ts';
import { virtualClock } from '../harness/virtualClock.ts';

it.each(jumps)(
  'the wall clock set %s: a queue that does not answer is lost within a minute',
  async (_, by) => {
    const clock = virtualClock();
    const { set } = settable(clock);
    const proof = createQueueProof({ clock, queue: 'events', tolerated: 2, onChange: () => {} });
    const fault = new QueueError('Unreachable', 'socket hang up');
    proof.sent(1);
    proof.heard(1);
    proof.received(fault);
    set(by);
    for (let second = 0; second < 60; second += 1) {
      proof.received(fault);
      await clock.advance(1_000);
    }
    expect(proof.standing).toBe('Lost');
    proof.received(undefined);
    proof.sent(2);
    proof.heard(2);
    expect(proof.standing).toBe('Proven');
  },
);
