import { describe, expect, it } from 'vitest';
import type { EventBus } from '../../src/awsApi/eventBus.ts';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { instanceReader } from '../../src/cli/version.ts';
import { resourcesIn, type Stored } from '../../src/controller/ports.ts';
import { metadataSchema, specSchema } from '../../src/crds/trustedAccess.ts';
import { createEvents } from '../../src/events/events.ts';
import { subscribeTo } from '../harness/sources.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { fakeQueue } from './fakeQueue.ts';
import { message } from './fixture.ts';

const roleArn = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const session = 'arn:aws:sts::111111111111:assumed-role/trusted-access-operator';
const stored = (name: string, principal: string): Stored => ({
  kind: 'Valid',
  resource: {
    metadata: metadataSchema.parse({ name }),
    spec: specSchema.parse({ servicePrincipal: principal, organization: { roleArn } }),
    status: {
      conditions: [],
      organization: { id: 'o-exampleorgid', managementAccountId: '111111111111', partition: 'aws' },
    },
  },
});

function operator(urls: readonly string[]) {
  const clock = virtualClock();
  const queues = new Map(urls.map((url) => [url, fakeQueue(clock)]));
  const bus: EventBus = {
    async put(entries) {
      for (const { detailType, detail } of entries) {
        const body = JSON.stringify({
          source: 'trusted-access-operator',
          'detail-type': detailType,
          detail: JSON.parse(detail),
        });
        for (const queue of queues.values()) clock.after(300, () => queue.send(body));
      }
      return [];
    },
  };
  const buses: string[] = [];
  const counted: string[] = [];
  const faults: (string | undefined)[] = [];
  const events = createEvents({
    clock,
    random: () => 0.5,
    queues: urls.map(parseQueueUrl),
    instance: 'one',
    clusterName: 'production',
    instanceIn: instanceReader('production'),
    resources: resourcesIn(() => [stored('sso', 'sso.amazonaws.com'), stored('ram', 'ram.amazonaws.com')]),
    meters: {
      message: (outcome, queue) => void counted.push(`${queue} ${outcome}`),
      latency: () => {},
      roundTrip: () => {},
      queue: (_, fault) => void faults.push(fault?.fault),
      problem: () => {},
    },
    openQueue: ({ url }) => queues.get(url) ?? fakeQueue(clock),
    openBus: ({ region }) => {
      buses.push(String(region));
      return bus;
    },
    history: { lookup: async () => [] },
  });
  const woken: string[] = [];
  const { stop } = subscribeTo(events.sources, (name) => void woken.push(name));
  return {
    clock,
    queues,
    queue: queues.get(urls[0] ?? ''),
    events,
    woken,
    counted,
    faults,
    buses,
    stop,
  };
}

const url = 'https://sqs.us-east-1.amazonaws.com/111111111111/events';

const question = {
  organizationId: 'o-exampleorgid',
  managementAccountId: '111111111111',
  principal: 'sso.amazonaws.com',
  drift: 'AccessDisabled',
  since: 0,
  target: undefined,
} as const;

describe('the event half of the operator', () => {
  it('is driven by events once a heartbeat came through the queue, and wakes every resource', async () => {
    const { clock, events, woken } = operator([url]);
    await clock.advance(1_000);
    expect(events.channel.state()?.driven).toBe(true);
    expect(woken.slice(-2)).toEqual(['sso', 'ram']);
  });

  it('wakes the resource of an event at once, and knows the actor', async () => {
    const { clock, queue, events, woken } = operator([url]);
    await clock.advance(1_000);
    woken.length = 0;
    queue?.send(message('DisableAWSServiceAccess'));
    await clock.advance(0);
    expect(woken).toEqual(['sso']);
    const evidence = events.attribution.recall(question);
    expect(evidence?.by).toContain('alice');
  });

  it('names a person although a resource names the person’s role that this process never assumed', async () => {
    const { clock, queue, events, woken } = operator([url]);
    await clock.advance(61_000);
    woken.length = 0;
    events.own.addIdentity('arn:aws:sts::222222222222:assumed-role/pod/session');
    queue?.send(
      message('DisableAWSServiceAccess', {
        userAgent: 'aws-sdk-js/3 trusted-access-operator/1+production.one',
        userIdentity: { type: 'AssumedRole', arn: `${session}/jane` },
      }),
    );
    await clock.advance(0);
    expect(woken).toEqual(['sso']);
    expect(events.attribution.recall(question)?.by).toContain('jane');
    events.own.addIdentity(roleArn);
    expect(events.attribution.recall(question)).toBeUndefined();
  });

  it('polls alone when the queue is gone, says why, and comes back by itself', async () => {
    const { clock, queue, events, faults, woken } = operator([url]);
    await clock.advance(10_000);
    if (queue) queue.fault = 'Missing';
    await clock.advance(60_000);
    expect(events.channel.state()).toEqual({
      driven: false,
      message: 'queue events does not exist: the queue is Missing',
    });
    if (queue) queue.fault = undefined;
    woken.length = 0;
    await clock.advance(120_000);
    expect(events.channel.state()?.driven).toBe(true);
    expect(faults).toEqual(['Missing', undefined]);
    expect(woken).toEqual(['sso', 'ram']);
  });

  it('needs every one of several queues, and asks each bus once', async () => {
    const west = 'https://sqs.us-gov-west-1.amazonaws.com/111111111111/events';
    const { clock, queues, events, buses } = operator([url, west, `${url}-2`]);
    expect(buses).toEqual(['us-east-1', 'us-gov-west-1']);
    const other = queues.get(west);
    if (other) other.fault = 'Denied';
    await clock.advance(30_000);
    expect(events.channel.state()?.driven).toBe(false);
    expect(events.channel.state()?.message).toContain(`queue ${west} cannot be read`);
  });

  it('has no channel to speak of when no queue is given', async () => {
    const { events, clock, stop } = operator([]);
    await clock.advance(1_000);
    expect(events.channel.state()).toBeUndefined();
    await stop();
  });

  it('ends when the lease is lost, and leaves nothing running', async () => {
    const { clock, stop, events, queue } = operator([url]);
    await clock.advance(10_000);
    queue?.send(message('DisableAWSServiceAccess'));
    await clock.advance(0);
    const stopped = stop();
    await clock.advance(0);
    await stopped;
    expect(clock.pending()).toBeLessThanOrEqual(1);
    expect(queue?.left).toBeLessThanOrEqual(1);
    expect(events.channel.state()?.driven).toBe(false);
  });
});
