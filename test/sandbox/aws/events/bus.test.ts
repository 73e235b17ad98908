import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../../sandbox/aws/clock.ts';
import { type Buses, createBuses } from '../../../../sandbox/aws/events/bus.ts';
import type { CloudEvent } from '../../../../sandbox/aws/events/cloudEvent.ts';
import { delivery } from '../../../../sandbox/aws/events/delivery.ts';
import { queueSettings } from '../../../../sandbox/aws/events/queueSettings.ts';
import { createQueues } from '../../../../sandbox/aws/events/queues.ts';
import type { Target } from '../../../../sandbox/aws/events/rules.ts';
import { seededRandom } from '../../../../sandbox/aws/random.ts';
import { policyFor } from './infrastructure.ts';

const place = { partition: 'aws', account: '111111111111', region: 'us-east-1' };
const event: CloudEvent = {
  version: '0',
  id: '1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.organizations',
  account: place.account,
  time: '2026-01-01T00:00:00Z',
  region: place.region,
  resources: [],
  detail: { eventName: 'DisableAWSServiceAccess', count: 3, filler: 'x'.repeat(1024) },
};
const pattern = JSON.stringify({ source: ['aws.organizations'] });

function start() {
  const clock = manualClock();
  const queues = createQueues({
    clock,
    random: seededRandom(1),
    settings: queueSettings(),
    address: () => 'http://aws',
  });
  const buses: Buses = createBuses({
    settings: {},
    deliver: delivery(
      queues,
      () => buses,
      () => undefined,
    ),
  });
  const bus = buses.find(place);
  const rule = buses.putRule(bus, { name: 'r', eventPattern: pattern });
  const queue = queues.create({ ...place, name: 'q' });
  const dead = queues.create({ ...place, name: 'dead' });
  for (const one of [queue, dead]) one.configure({ Policy: policyFor(one.arn, rule.arn) });
  const target = (more: Partial<Target> = {}): Target => ({
    id: 't',
    arn: queue.arn,
    deadLetterArn: dead.arn,
    members: {},
    ...more,
  });
  const outcomes: (string | undefined)[] = [];
  buses.deliveries.subscribe(({ failure }) => outcomes.push(failure?.code));
  return { clock, queues, buses, bus, rule, queue, dead, target, outcomes };
}

const bodies = (queue: { receive(options: { limit: number }): readonly { message: { body: string } }[] }) =>
  queue.receive({ limit: 10 }).map(({ message }) => message.body);

describe('an event on a bus', () => {
  it('reaches the queue of every enabled rule that wants it, as it is', () => {
    const { buses, bus, rule, queue, target } = start();
    buses.putTarget(bus, rule, target());
    buses.putRule(bus, { name: 'other', eventPattern: '{"source":["aws.sso"]}' });
    buses.publish(bus, event);
    expect(bodies(queue).map((body) => JSON.parse(body))).toEqual([event]);
    buses.putRule(bus, { name: 'r', eventPattern: pattern, state: 'DISABLED' });
    buses.publish(bus, event);
    expect(bodies(queue)).toEqual([]);
  });

  it('reaches only rules for all management events when it is about a read', () => {
    const { buses, bus, rule, queue, target } = start();
    buses.putTarget(bus, rule, target());
    buses.publish(bus, event, { managementRead: true });
    expect(bodies(queue)).toEqual([]);
    buses.putRule(bus, {
      name: 'r',
      eventPattern: pattern,
      state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    });
    buses.publish(bus, event, { managementRead: true });
    buses.publish(bus, event);
    expect(bodies(queue).length).toBe(2);
  });

  it('goes over to the bus of another account that allows it, and no further', () => {
    const { buses, bus, rule, queues, target } = start();
    const central = buses.find({ ...place, account: '999999999999' });
    buses.putTarget(bus, rule, target({ arn: central.arn }));
    const receive = buses.putRule(central, { name: 'hear', eventPattern: pattern });
    const queue = queues.create({ ...place, account: '999999999999', name: 'all' });
    queue.configure({ Policy: policyFor(queue.arn, receive.arn) });
    buses.putTarget(central, receive, target({ arn: queue.arn }));
    buses.publish(bus, event);
    expect(bodies(queue)).toEqual([]);
    central.policy = JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: place.account },
          Action: 'events:PutEvents',
          Resource: central.arn,
        },
      ],
    });
    buses.publish(bus, event);
    expect(bodies(queue).map((body) => JSON.parse(body).account)).toEqual([place.account]);
  });
});

describe('an event that a queue does not take goes to the dead-letter queue of the target', () => {
  const ways: readonly (readonly [
    about: string,
    breakIt: (fixture: ReturnType<typeof start>) => void,
    code: string,
  ])[] = [
    ['there is no such queue', ({ queues, queue }) => queues.delete(queue), 'NO_RESOURCE'],
    ['it has no policy', ({ queue }) => queue.configure({ Policy: '' }), 'NO_PERMISSIONS'],
    [
      'its policy is for another rule',
      ({ queue, rule }) => queue.configure({ Policy: policyFor(queue.arn, `${rule.arn}-other`) }),
      'NO_PERMISSIONS',
    ],
    [
      'its key is the one AWS manages',
      ({ queue }) => queue.configure({ KmsMasterKeyId: 'alias/aws/sqs' }),
      'NO_PERMISSIONS',
    ],
    [
      'its key grants EventBridge nothing',
      ({ queues, queue }) => {
        queues.settings.keys.set('key', { state: 'Enabled', grants: [place.account] });
        queue.configure({ KmsMasterKeyId: 'key' });
      },
      'NO_PERMISSIONS',
    ],
    [
      'the event is too big for it',
      ({ queue }) => queue.configure({ MaximumMessageSize: '1024' }),
      'SDK_CLIENT_ERROR',
    ],
  ];
  it.each(ways)('goes there because %s', (_about, breakIt, code) => {
    const fixture = start();
    const { buses, bus, rule, dead, target, outcomes } = fixture;
    buses.putTarget(bus, rule, target());
    breakIt(fixture);
    buses.publish(bus, event);
    expect(outcomes).toEqual([code]);
    const [letter] = dead.receive({ limit: 1 });
    expect(JSON.parse(letter?.message.body ?? '')).toEqual(event);
    expect(letter?.message.attributes).toMatchObject({
      ERROR_CODE: { stringValue: code },
      RULE_ARN: { stringValue: rule.arn },
      TARGET_ARN: { stringValue: `arn:aws:sqs:us-east-1:${place.account}:q` },
    });
  });
});
