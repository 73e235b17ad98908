import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodies, startQueue, ten } from './queueFixture.ts';

describe('a FIFO queue', () => {
  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

  it('keeps a group in order and hands nothing of it out while a message is in flight', () => {
    const { clock, queue } = startQueue(fifo);
    for (const body of ['a1', 'b1', 'a2', 'b2', 'a3']) queue.send({ body, groupId: body.charAt(0) });
    const first = queue.receive({ limit: 2 });
    expect(bodies(first)).toEqual(['a1', 'a2']);
    const second = queue.receive(ten);
    expect(bodies(second)).toEqual(['b1', 'b2']);
    expect(queue.receive(ten)).toEqual([]);
    queue.delete(first[0]?.receiptHandle ?? '');
    expect(queue.receive(ten)).toEqual([]);
    clock.advance(30_000);
    expect(bodies(queue.receive(ten))).toEqual(['a2', 'a3', 'b1', 'b2']);
  });

  it('takes the same message once in five minutes', () => {
    const { clock, queue } = startQueue(fifo);
    const first = queue.send({ body: 'a', groupId: 'g' });
    expect(queue.send({ body: 'a', groupId: 'g' }).id).toBe(first.id);
    expect(queue.counts().visible).toBe(1);
    clock.advance(300_000);
    expect(queue.send({ body: 'a', groupId: 'g' }).id).not.toBe(first.id);
  });

  it('wants a group, and an id to know repeats by', () => {
    const { make, queue } = startQueue(fifo);
    expect(() => queue.send({ body: 'a' })).toThrow(/MessageGroupId/);
    const strict = make('strict.fifo', { FifoQueue: 'true' });
    expect(() => strict.send({ body: 'a', groupId: 'g' })).toThrow(/MessageDeduplicationId/);
  });

  it('never hands out a group out of order, whatever is received, deleted or given back', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), group: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('receive' as const), limit: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('delete' as const) }),
      fc.record({ kind: fc.constant('release' as const) }),
      fc.record({ kind: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, queue } = startQueue(fifo);
        const expected = new Map<string, number[]>([
          ['a', []],
          ['b', []],
          ['c', []],
        ]);
        let held: { group: string; number: number; handle: string; until: number }[] = [];
        let next = 0;
        const settle = (entry: (typeof held)[number]) => {
          held = held.filter((other) => other !== entry);
        };
        for (const action of steps) {
          if (action.kind === 'send') {
            queue.send({ body: String(next), groupId: action.group });
            expected.get(action.group)?.push(next++);
          } else if (action.kind === 'receive') {
            for (const { message, receiptHandle } of queue.receive({ limit: action.limit })) {
              const group = message.groupId ?? '';
              const ahead = held.filter((entry) => entry.group === group).map(({ number }) => number);
              const due = expected.get(group)?.filter((number) => !ahead.includes(number));
              expect(Number(message.body)).toBe(due?.[0]);
              const until = clock.now() + 30_000;
              held.push({ group, number: Number(message.body), handle: receiptHandle, until });
            }
          } else if (action.kind === 'advance') {
            clock.advance(action.seconds * 1000);
            held = held.filter(({ until }) => until > clock.now());
          } else if (held[0]) {
            const entry = held[0];
            if (action.kind === 'delete') {
              queue.delete(entry.handle);
              const numbers = expected.get(entry.group) ?? [];
              numbers.splice(numbers.indexOf(entry.number), 1);
            } else queue.changeVisibility(entry.handle, 0);
            settle(entry);
          }
        }
        const left = [...expected.values()].reduce((sum, numbers) => sum + numbers.length, 0);
        const { visible, inFlight } = queue.counts();
        expect(visible + inFlight).toBe(left);
      }),
    );
  });
});
