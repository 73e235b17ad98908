import { randomUUID } from 'node:crypto';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SettingsFor } from '../../src/awsApi/clientSettings.ts';
import { eventBridgeBus } from '../../src/awsApi/eventBus.ts';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { systemClock as clock } from '../../src/cli/systemClock.ts';
import { resourcesIn, type Stored } from '../../src/controller/ports.ts';
import { metadataSchema, specSchema } from '../../src/crds/trustedAccess.ts';
import { createEvents, type Events } from '../../src/events/events.ts';
import { sqsQueue } from '../../src/events/sqsQueue.ts';
import { awsInfrastructure } from '../../src/infrastructure/clients.ts';
import { observeInfrastructure } from '../../src/infrastructure/infrastructure.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import { applySteps } from '../../src/infrastructure/provision.ts';
import { planRemoval } from '../../src/infrastructure/removal.ts';
import { createNotifier } from '../../src/notifications/notifier.ts';
import { envelopeOf, fixtureNames } from '../events/fixture.ts';
import { eventually } from '../harness/eventually.ts';
import { resetMoto } from '../harness/moto.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { subscribeTo } from '../harness/sources.ts';

const accountId = '123456789012';
const region = 'us-east-1';
const signal = new AbortController().signal;
const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
const settingsFor: SettingsFor = async (_target, there = region) => ({ region: there, credentials });
const infrastructureSpec = infrastructureSpecOf({ accountId, region });

const resource: Stored = {
  kind: 'Valid',
  resource: {
    metadata: metadataSchema.parse({ name: 'sso' }),
    spec: specSchema.parse({}),
    status: { conditions: [] },
  },
};

const eventsOf = (url: string, counted: string[]): Events =>
  createEvents({
    clock,
    random: Math.random,
    queues: [parseQueueUrl(url)],
    instance: randomUUID(),
    clusterName: 'contract',
    instanceIn: () => undefined,
    resources: resourcesIn(() => [resource]),
    meters: {
      message: (outcome) => void counted.push(outcome),
      latency: () => {},
      roundTrip: () => {},
      queue: () => {},
      problem: () => {},
    },
    openQueue: (address) => sqsQueue(address, settingsFor),
    openBus: (address) => eventBridgeBus('default', address.region ?? region, settingsFor),
    history: { lookup: async () => [] },
    eagerHeartbeatInterval: 200,
  });

const until = (what: string, observe: () => boolean | undefined) =>
  eventually(() => void expect(observe()).toBe(true), { timeoutMs: 20_000, everyMs: 20, what });

describe('on moto, which others wrote', () => {
  beforeAll(async () => {
    await resetMoto(sharedMotoUrl());
    vi.stubEnv('AWS_ENDPOINT_URL', sharedMotoUrl());
  });
  afterAll(() => void vi.unstubAllEnvs());

  it('setup makes the event infrastructure, and finds nothing more to do', async () => {
    const api = awsInfrastructure(region, settingsFor);
    const { steps } = planSetup(
      infrastructureSpec,
      await observeInfrastructure(api, infrastructureSpec, signal),
    );
    expect(steps).toHaveLength(4);
    await applySteps(api, steps, () => {}, signal);
    expect(
      planSetup(infrastructureSpec, await observeInfrastructure(api, infrastructureSpec, signal)).steps,
    ).toEqual([]);
  });

  it('events sent by hand come through it, a heartbeat proves it, and notifications pass it by', async () => {
    const api = awsInfrastructure(region, settingsFor);
    const url = (await api.queue(infrastructureSpec.queue.name, signal))?.url ?? '';
    const counted: string[] = [];
    const events = eventsOf(url, counted);
    const woken: string[] = [];
    const stop = new AbortController();
    const subscribed = subscribeTo(events.sources, (name) => void woken.push(name));
    await until('a heartbeat', () => events.channel.state()?.driven);

    const outcomes: string[] = [];
    const notifier = createNotifier({
      clock,
      random: Math.random,
      bus: eventBridgeBus('default', region, settingsFor),
      clusterName: 'contract',
      onOutcome: (outcome) => void outcomes.push(outcome),
      onProblem: (problem) => void outcomes.push(problem),
    });
    const notifying = notifier.run(stop.signal);
    notifier.recorder.emit({
      kind: 'Stalled',
      reason: 'InUse',
      message: 'in use',
      at: Date.now(),
      resource: { name: 'sso', uid: 'u', principal: 'sso.amazonaws.com' },
    });
    await until('a notification', () => outcomes.length === 1);
    expect(outcomes).toEqual(['sent']);

    counted.length = 0;
    const bridge = new EventBridgeClient({ region, credentials });
    const sent = fixtureNames.filter((name) => name !== 'Heartbeat').map(envelopeOf);
    for (let at = 0; at < sent.length; at += 10) {
      const Entries = sent.slice(at, at + 10).map(({ source, detail, ...envelope }) => ({
        Source: source,
        DetailType: String(envelope['detail-type']),
        Detail: JSON.stringify({ ...detail, eventID: randomUUID() }),
      }));
      const { FailedEntryCount } = await bridge.send(new PutEventsCommand({ Entries }));
      expect(FailedEntryCount).toBe(0);
    }
    const real = () => counted.filter((outcome) => outcome !== 'Heartbeat');
    await until('every event', () => real().length === sent.length);
    expect(new Set(real())).toEqual(new Set(['WokeUp', 'Noted', 'Failed']));
    expect(woken).toContain('sso');
    const evidence = events.attribution.recall({
      organizationId: 'o-exampleorgid',
      managementAccountId: '111111111111',
      principal: 'sso.amazonaws.com',
      drift: 'AdministratorRemoved',
      since: 0,
      target: undefined,
    });
    expect(evidence?.by).toBe('role OrganizationAdmins (session alice)');
    stop.abort();
    await Promise.all([subscribed.stop(), notifying]);
  });

  it('setup --remove takes it away again', async () => {
    const api = awsInfrastructure(region, settingsFor);
    const { steps } = planRemoval(
      infrastructureSpec,
      await observeInfrastructure(api, infrastructureSpec, signal),
    );
    await applySteps(api, steps, () => {}, signal);
    expect((await observeInfrastructure(api, infrastructureSpec, signal)).queue).toBeUndefined();
    expect((await observeInfrastructure(api, infrastructureSpec, signal)).rule).toBeUndefined();
  });

  it('the intake empties a FIFO queue of moto like any other queue', async () => {
    const sqs = new SQSClient({ region, credentials });
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'events.fifo', Attributes: { FifoQueue: 'true' } }),
    );
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `m${index}`,
      MessageBody: `poison ${index}`,
      MessageGroupId: 'one',
      MessageDeduplicationId: `d${index}`,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const counted: string[] = [];
    const { stop } = subscribeTo(eventsOf(QueueUrl, counted).sources, () => {});
    await until('all of them', () => counted.length === 10);
    const left = async () => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      expect(Object.values(Attributes ?? {})).toEqual(['0', '0']);
    };
    await eventually(left, { timeoutMs: 20_000, everyMs: 20, what: 'an empty queue' });
    await stop();
  });
});
