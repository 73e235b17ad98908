import { randomUUID } from 'node:crypto';
import {
  DisableAWSServiceAccessCommand,
  EnableAWSServiceAccessCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { iamUser, roleSession } from '../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import type { Caller, Statement } from '../../sandbox/aws/identity.ts';
import { addOrganization, issueKeys, putRole, putUser } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import type { ClientSettings, SettingsFor } from '../../src/awsApi/clientSettings.ts';
import { eventBridgeBus } from '../../src/awsApi/eventBus.ts';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { systemClock as clock } from '../../src/cli/systemClock.ts';
import { resourcesIn, type Stored } from '../../src/controller/ports.ts';
import { metadataSchema, specSchema } from '../../src/crds/trustedAccess.ts';
import { createEvents, type Events } from '../../src/events/events.ts';
import { sqsQueue } from '../../src/events/sqsQueue.ts';
import { cloudTrailHistory } from '../../src/events/trailHistory.ts';
import { awsInfrastructure } from '../../src/infrastructure/clients.ts';
import { type InfrastructureApi, observeInfrastructure } from '../../src/infrastructure/infrastructure.ts';
import {
  type InfrastructureSpec,
  infrastructureSpecOf,
} from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import { applySteps } from '../../src/infrastructure/provision.ts';
import { planRemoval } from '../../src/infrastructure/removal.ts';
import { judgeTrails } from '../../src/infrastructure/trailCheck.ts';
import { observeTrails } from '../../src/infrastructure/trails.ts';
import { eventually } from '../harness/eventually.ts';
import { subscribeTo } from '../harness/sources.ts';

const management = '111111111111';
const region = 'us-east-1';
const principal = 'sso.amazonaws.com';
const infrastructureSpec: InfrastructureSpec = infrastructureSpecOf({ accountId: management, region });
const signal = new AbortController().signal;

let aws: SimulatedAws;
let half: EventHalf;
let operator: Caller;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  aws = createSimulatedAws({ settings: { throttles: 'off' } });
  half = addEventHalf(aws);
  addOrganization(aws.world, { managementAccountId: management, members: ['222222222222'] });
  operator = userNamed('operator');
  vi.stubEnv('AWS_ENDPOINT_URL', await aws.start());
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', undefined);
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  half.close();
  await aws.stop();
  vi.unstubAllEnvs();
});

function userNamed(name: string, statements?: readonly Statement[]): Caller {
  return iamUser(management, putUser(aws.world, management, name, statements));
}

function settingsOf(caller: Caller): SettingsFor {
  const { accessKeyId, secretAccessKey } = issueKeys(aws.world, caller);
  return async (_target, there = region): Promise<ClientSettings> => ({
    region: there,
    credentials: { accessKeyId, secretAccessKey },
    customUserAgent: [['trusted-access-operator', 'test']],
    maxAttempts: 1,
  });
}

async function organizationsOf(caller: Caller): Promise<OrganizationsClient> {
  const { customUserAgent: _, ...settings } = await settingsOf(caller)(undefined);
  return new OrganizationsClient(settings);
}

async function setUp(api: InfrastructureApi): Promise<void> {
  const { steps } = planSetup(
    infrastructureSpec,
    await observeInfrastructure(api, infrastructureSpec, signal),
  );
  await applySteps(api, steps, () => {}, signal);
}

const resource: Stored = {
  kind: 'Valid',
  resource: {
    metadata: metadataSchema.parse({ name: 'sso' }),
    spec: specSchema.parse({}),
    status: {
      conditions: [],
      organization: { id: 'o-exampleorgid', managementAccountId: management, partition: 'aws' },
    },
  },
};

interface Running {
  readonly events: Events;
  readonly woken: string[];
  readonly counted: string[];
  readonly trips: number[];
}

function run(queues: readonly string[], caller = operator): Running {
  const settingsFor = settingsOf(caller);
  const counted: string[] = [];
  const trips: number[] = [];
  const events = createEvents({
    clock,
    random: Math.random,
    queues: queues.map(parseQueueUrl),
    instance: randomUUID(),
    clusterName: 'test',
    instanceIn: () => undefined,
    resources: resourcesIn(() => [resource]),
    meters: {
      message: (outcome) => void counted.push(outcome),
      latency: () => {},
      roundTrip: (milliseconds) => void trips.push(milliseconds),
      queue: () => {},
      problem: () => {},
    },
    openQueue: (address) => sqsQueue(address, settingsFor),
    openBus: (address) => eventBridgeBus('default', address.region ?? region, settingsFor),
    history: cloudTrailHistory(settingsFor),
    heartbeatInterval: 1_000,
    eagerHeartbeatInterval: 100,
  });
  const woken: string[] = [];
  const subscribed = subscribeTo(events.sources, (name) => void woken.push(name));
  stops.push(subscribed.stop);
  return { events, woken, counted, trips };
}

const until = <T>(what: string, observe: () => T | undefined | false) =>
  eventually(
    () => {
      const found = observe();
      if (!found) throw new Error('not yet');
      return found;
    },
    { timeoutMs: 30_000, everyMs: 10, what },
  );

const driven = ({ events }: Running) => until('events proven', () => events.channel.state()?.driven);

const question = {
  organizationId: 'o-exampleorgid',
  managementAccountId: management,
  principal,
  drift: 'AccessDisabled',
  since: 0,
  target: undefined,
} as const;

const queueUrlOf = async (api: InfrastructureApi) =>
  (await api.queue(infrastructureSpec.queue.name, signal))?.url ?? '';

describe('on the simulated AWS, through real clients', () => {
  it('setup makes all that is needed, finds nothing more to do, and removes it again', async () => {
    const api = awsInfrastructure(region, settingsOf(operator));
    await setUp(api);
    expect(
      planSetup(infrastructureSpec, await observeInfrastructure(api, infrastructureSpec, signal)).steps,
    ).toEqual([]);
    const { steps } = planRemoval(
      infrastructureSpec,
      await observeInfrastructure(api, infrastructureSpec, signal),
    );
    await applySteps(api, steps, () => {}, signal);
    expect(await observeInfrastructure(api, infrastructureSpec, signal)).toEqual({
      rule: undefined,
      targets: [],
      queue: undefined,
      deadLetterQueue: undefined,
    });
  });

  it('setup names the permission that is missing', async () => {
    const api = awsInfrastructure(region, settingsOf(userNamed('poor', [{ actions: ['sqs:*'] }])));
    await expect(observeInfrastructure(api, infrastructureSpec, signal)).rejects.toThrow(
      'events:DescribeRule is not permitted',
    );
  });

  it('trails are found and judged', async () => {
    const observe = async () =>
      judgeTrails(await observeTrails(region, settingsOf(operator), signal), region);
    expect((await observe()).good).toBe(false);
    half.cloudTrail.put({ account: management });
    expect((await observe()).good).toBe(true);
  });

  it('an outside change is received within a second, with its actor', async () => {
    half.cloudTrail.put({ account: management });
    const api = awsInfrastructure(region, settingsOf(operator));
    await setUp(api);
    const running = run([await queueUrlOf(api)]);
    await driven(running);
    expect(running.trips.length).toBeGreaterThan(0);
    running.woken.length = 0;
    const admin = putRole(aws.world, management, { name: 'Admin' });
    const mallory = await organizationsOf(
      roleSession(aws.world, management, admin, { sessionName: 'mallory' }),
    );
    await mallory.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: principal }));
    await mallory.send(new DisableAWSServiceAccessCommand({ ServicePrincipal: principal }));
    const evidence = await until('a testimony', () => running.events.attribution.recall(question));
    expect(evidence.by).toBe('role Admin (session mallory)');
    expect(evidence.source).toBe('Event');
    expect(running.woken).toContain('sso');
  });

  it('recognises the event of an own change by the request id of AWS’s answer', async () => {
    // The role that the service makes in answer is the service's own doing, and wakes the resource.
    aws.settings.enableCreatesServiceLinkedRole = false;
    half.cloudTrail.put({ account: management });
    const api = awsInfrastructure(region, settingsOf(operator));
    await setUp(api);
    const running = run([await queueUrlOf(api)]);
    await driven(running);
    const client = new OrganizationsClient(await settingsOf(operator)(undefined));
    const { $metadata } = await client.send(
      new EnableAWSServiceAccessCommand({ ServicePrincipal: principal }),
    );
    running.events.own.addRequest($metadata.requestId ?? '');
    await until('the event', () => running.counted.includes('Own'));
    expect(running.counted).not.toContain('WokeUp');
  });

  it('a queue that is not there, then is: polling only with the reason, then events, without a restart [F-A8c]', async () => {
    const missing = run([infrastructureSpec.queue.url.replace(/^https:\/\/[^/]+/, aws.url ?? '')]);
    const message = await until('the reason', () => {
      const state = missing.events.channel.state();
      return state?.message.includes('does not exist') && state.message;
    });
    expect(message).toContain(infrastructureSpec.queue.name);
    await setUp(awsInfrastructure(region, settingsOf(operator)));
    await driven(missing);
  });

  it('a rule taken away is noticed, and put back is noticed too', async () => {
    const api = awsInfrastructure(region, settingsOf(operator));
    await setUp(api);
    const running = run([await queueUrlOf(api)]);
    await driven(running);
    await api.removeTarget(infrastructureSpec.rule.name, infrastructureSpec.rule.targetId, signal);
    await until('lost', () => running.events.channel.state()?.driven === false);
    expect(running.events.channel.state()?.message).toContain('do not come back');
    await setUp(api);
    await driven(running);
  });

  it('permissions that are missing are named', async () => {
    const api = awsInfrastructure(region, settingsOf(operator));
    await setUp(api);
    const url = await queueUrlOf(api);
    const cannotRead = run([url], userNamed('deaf', [{ actions: ['events:*', 'sts:*'] }]));
    const cannotBeat = run([url], userNamed('mute', [{ actions: ['sqs:*', 'sts:*'] }]));
    await until('sqs', () =>
      cannotRead.events.channel.state()?.message.includes('sqs:ReceiveMessage is not permitted'),
    );
    await until('events', () =>
      cannotBeat.events.channel.state()?.message.includes('events:PutEvents is not permitted'),
    );
  });

  it('CloudTrail answers when there is no queue', async () => {
    half.cloudTrail.put({ account: management });
    half.cloudTrail.settings.historyDelay = 0;
    const { events } = run([]);
    const admin = putRole(aws.world, management, { name: 'Admin' });
    const mallory = await organizationsOf(
      roleSession(aws.world, management, admin, { sessionName: 'mallory' }),
    );
    await mallory.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: principal }));
    await mallory.send(new DisableAWSServiceAccessCommand({ ServicePrincipal: principal }));
    const evidence = await events.attribution.lookUp(question, signal);
    expect(evidence).toMatchObject({
      by: 'role Admin (session mallory)',
      source: 'Lookup',
    });
  });
});
