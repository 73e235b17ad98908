import { describe, expect, it } from 'vitest';
import { bodies, one, region, startQueue, ten } from './queueFixture.ts';

describe('a message that was received', () => {
  it('is hidden for the visibility timeout, comes again with a higher count, and is gone once deleted', () => {
    const { clock, queue } = startQueue({ VisibilityTimeout: '30' });
    queue.send({ body: 'a' });
    const [first] = queue.receive(one);
    expect(first?.receiveCount).toBe(1);
    clock.advance(29_999);
    expect(queue.receive(one)).toEqual([]);
    clock.advance(1);
    const [second] = queue.receive(one);
    expect(second?.receiveCount).toBe(2);
    queue.delete(first?.receiptHandle ?? '');
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    queue.delete(second?.receiptHandle ?? '');
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    clock.advance(60_000);
    expect(queue.receive(one)).toEqual([]);
  });

  it('can be kept longer, or given back at once', () => {
    const { clock, queue } = startQueue();
    queue.send({ body: 'a' });
    const [received] = queue.receive(one);
    const handle = received?.receiptHandle ?? '';
    queue.changeVisibility(handle, 100_000);
    clock.advance(99_000);
    expect(queue.receive(one)).toEqual([]);
    queue.changeVisibility(handle, 0);
    expect(bodies(queue.receive(one))).toEqual(['a']);
    expect(() => queue.changeVisibility(handle, 0)).toThrow(/not available for visibility/);
    expect(() => queue.changeVisibility('nonsense', 0)).toThrow(/not a valid receipt handle/);
  });

  it('comes once in each answer when its visibility timeout is zero', () => {
    const { queue } = startQueue();
    queue.send({ body: 'a' });
    for (const times of [1, 2]) {
      const received = queue.receive({ limit: 10, visibilityTimeout: 0 });
      expect(received.map(({ receiveCount }) => receiveCount)).toEqual([times]);
    }
  });

  it('goes to the dead-letter queue after the times the redrive policy says', () => {
    const { clock, make, queue, queues } = startQueue();
    const dead = make('dead', {});
    queue.configure({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
      VisibilityTimeout: '1',
    });
    queue.send({ body: 'poison' });
    for (let i = 0; i < 2; i++) {
      expect(bodies(queue.receive(one))).toEqual(['poison']);
      clock.advance(1000);
    }
    expect(queue.receive(one)).toEqual([]);
    expect(queues.byArn(dead.arn)?.counts().visible).toBe(1);
    const [letter] = dead.receive(one);
    expect(letter?.message.deadLetterSourceArn).toBe(queue.arn);
    expect(letter?.receiveCount).toBe(3);
  });
});

describe('waiting for a message', () => {
  it('ends with the first that comes, in the order of asking', async () => {
    const { queue } = startQueue();
    const first = queue.poll(one, 20_000, undefined);
    const second = queue.poll(one, 20_000, undefined);
    queue.send({ body: 'a' });
    queue.send({ body: 'b' });
    expect(bodies(await first)).toEqual(['a']);
    expect(bodies(await second)).toEqual(['b']);
  });

  it('ends with nothing after the time, and not before', async () => {
    const { clock, queue } = startQueue();
    let answered = false;
    const polled = queue.poll(ten, 20_000, undefined).then((received) => {
      answered = true;
      return received;
    });
    clock.advance(19_999);
    await Promise.resolve();
    expect(answered).toBe(false);
    clock.advance(1);
    expect(await polled).toEqual([]);
  });

  it('ends when a delayed or hidden message shows up', async () => {
    const { clock, queue } = startQueue();
    queue.send({ body: 'later', delaySeconds: 5 });
    const polled = queue.poll(one, 20_000, undefined);
    clock.advance(5000);
    expect(bodies(await polled)).toEqual(['later']);
    const again = queue.poll(one, 20_000, undefined);
    clock.advance(10_000);
    queue.send({ body: 'other' });
    expect(bodies(await again)).toEqual(['other']);
    const third = queue.poll(one, 20_000, undefined);
    clock.advance(20_000);
    expect(bodies(await third)).toEqual(['later']);
  });

  it('takes nothing for another user who has gone', async () => {
    const { queue } = startQueue();
    const gone = new AbortController();
    const polled = queue.poll(one, 20_000, gone.signal);
    gone.abort(new Error('gone'));
    await expect(polled).rejects.toThrow('gone');
    queue.send({ body: 'a' });
    expect(bodies(queue.receive(one))).toEqual(['a']);
  });
});

describe('what a queue refuses', () => {
  it.each([
    ['characters outside XML', { body: '\u0001' }, /characters outside/],
    ['more than its largest message', { body: 'x'.repeat(1025) }, /shorter than 1024 bytes/],
  ])('%s', (_about, message, reason) => {
    const { queue } = startQueue({ MaximumMessageSize: '1024' });
    expect(() => queue.send(message)).toThrow(reason);
  });

  it.each([
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    [{ DelaySeconds: 'soon' }, 'InvalidAttributeValue'],
    [{ Policy: '{"Statement":[]}' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: '{"maxReceiveCount":1}' }, 'InvalidAttributeValue'],
    [{ ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
    [{ Colour: 'red' }, 'InvalidAttributeName'],
  ])('the attributes %o', (attributes, code) => {
    const { queue } = startQueue();
    expect(() => queue.configure(attributes)).toThrow(expect.objectContaining({ code }));
  });
});

describe('queues by name', () => {
  it('are made again without harm when they are the same, and refused when they differ', () => {
    const { make } = startQueue({ VisibilityTimeout: '60' });
    expect(make('events', { VisibilityTimeout: '60' }).name).toBe('events');
    expect(() => make('events', { VisibilityTimeout: '61' })).toThrow(
      expect.objectContaining({ code: 'QueueNameExists', queryCode: 'QueueAlreadyExists' }),
    );
  });

  it('are found by URL and ARN until they are deleted, and cannot be had again for a minute', () => {
    const { clock, make, queue, queues } = startQueue();
    expect(queues.byUrl(queues.urlOf(queue), region)).toBe(queue);
    expect(queues.byArn('arn:aws:sqs:us-east-1:111111111111:events')).toBe(queue);
    expect(() => queues.byUrl(queues.urlOf(queue), 'eu-west-1')).toThrow(/does not exist/);
    queues.delete(queue);
    expect(() => queues.byUrl(queues.urlOf(queue), region)).toThrow(
      expect.objectContaining({ queryCode: 'AWS.SimpleQueueService.NonExistentQueue' }),
    );
    expect(() => make('events', {})).toThrow(expect.objectContaining({ code: 'QueueDeletedRecently' }));
    clock.advance(60_000);
    expect(make('events', {}).counts().visible).toBe(0);
  });

  it('forget what is older than their retention', () => {
    const { clock, queue } = startQueue({ MessageRetentionPeriod: '60' });
    queue.send({ body: 'old' });
    clock.advance(30_000);
    queue.send({ body: 'young' });
    clock.advance(30_000);
    expect(bodies(queue.receive(ten))).toEqual(['young']);
  });
});

it('hands every message out once, in time that does not grow with their number', () => {
  const { queue } = startQueue();
  const count = 50_000;
  for (let i = 0; i < count; i++) queue.send({ body: String(i) });
  const seen = new Set<string>();
  for (let received = queue.receive(ten); received.length > 0; received = queue.receive(ten)) {
    for (const { message, receiptHandle } of received) {
      seen.add(message.body);
      queue.delete(receiptHandle);
    }
  }
  expect(seen.size).toBe(count);
  expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});
