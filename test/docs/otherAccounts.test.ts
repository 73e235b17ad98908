import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { iamUser } from '../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import type { Caller } from '../../sandbox/aws/identity.ts';
import { addOrganization, issueKeys, putUser } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
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
import { eventually, throughout } from '../harness/eventually.ts';
import { subscribeTo } from '../harness/sources.ts';
import { read } from './documents.ts';

const region = 'us-east-1';
const [management, tooling, subsidiary] = ['111111111111', '222222222222', '555555555555'] as const;
const infrastructureSpec = infrastructureSpecOf({ accountId: management, region });
const sso = { ServicePrincipal: 'sso.amazonaws.com' };

let aws: SimulatedAws;
let half: EventHalf;
const stops: (() => Promise<void>)[] = [];

/** Somebody with every permission in an account. */
const administratorOf = (account: string): Caller =>
  iamUser(account, putUser(aws.world, account, `administrator-of-${account}`));

const acting = (account: string) => aws.actAs(administratorOf(account), region);

function settingsOf(caller: Caller): SettingsFor {
  const { accessKeyId, secretAccessKey } = issueKeys(aws.world, caller);
  return async (_target, there = region) => ({
    region: there,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

beforeEach(async () => {
  aws = createSimulatedAws({ settings: { throttles: 'off' } });
  half = addEventHalf(aws);
  addOrganization(aws.world, { id: 'o-exampleorgid', managementAccountId: management, members: [tooling] });
  addOrganization(aws.world, { id: 'o-subsidiary01', managementAccountId: subsidiary, members: [] });
  for (const account of [management, subsidiary]) half.cloudTrail.put({ name: 'trail', account });
  vi.stubEnv('AWS_ENDPOINT_URL', await aws.start());
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', undefined);
  const api = awsInfrastructure(region, settingsOf(administratorOf(management)));
  const { signal } = new AbortController();
  const { steps } = planSetup(
    infrastructureSpec,
    await observeInfrastructure(api, infrastructureSpec, signal),
  );
  await applySteps(api, steps, () => {}, signal);
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  half.close();
  await aws.stop();
  vi.unstubAllEnvs();
});

const resource = (name: string, id: string, managementAccountId: string): Stored => ({
  kind: 'Valid',
  resource: {
    metadata: metadataSchema.parse({ name }),
    spec: specSchema.parse({}),
    status: { conditions: [], organization: { id, managementAccountId, partition: 'aws' } },
  },
});

/** The event half of an operator with credentials of that account, listening to the queue in the management account. */
function receiveFrom(account: string): { readonly events: Events; readonly woken: readonly string[] } {
  const settingsFor = settingsOf(administratorOf(account));
  const events = createEvents({
    clock,
    random: Math.random,
    queues: [parseQueueUrl(infrastructureSpec.queue.url)],
    instance: randomUUID(),
    clusterName: 'test',
    instanceIn: () => undefined,
    resources: resourcesIn(() => [
      resource('sso', 'o-exampleorgid', management),
      resource('sso-subsidiary', 'o-subsidiary01', subsidiary),
    ]),
    meters: { message() {}, latency() {}, roundTrip() {}, queue() {}, problem() {} },
    openQueue: (address) => sqsQueue(address, settingsFor),
    openBus: (address) => eventBridgeBus('default', address.region ?? region, settingsFor),
    history: { lookup: async () => [] },
    eagerHeartbeatInterval: 100,
  });
  const woken: string[] = [];
  const subscribed = subscribeTo(events.sources, (name) => void woken.push(name));
  stops.push(subscribed.stop);
  return { events, woken };
}

/** As the page says: the management account's default bus lets the account in. */
const letIn = (account: string) =>
  acting(management)('events', 'PutPermission', {
    Action: 'events:PutEvents',
    Principal: account,
    StatementId: `from-${account}`,
  });

/** A rule of the account that sends on to the management account's default bus. */
function forwardFrom(account: string, pattern: string): void {
  const act = acting(account);
  const Arn = `arn:aws:events:${region}:${management}:event-bus/default`;
  act('events', 'PutRule', { Name: 'to-management', EventPattern: pattern });
  const RoleArn = `arn:aws:iam::${account}:role/forward`;
  act('events', 'PutTargets', { Rule: 'to-management', Targets: [{ Id: 'bus', Arn, RoleArn }] });
}

/** A statement of the queue's policy, beside the one of `setup`, that lets the account's principals read. */
function letRead(account: string): void {
  const act = acting(management);
  const QueueUrl = infrastructureSpec.queue.url;
  const { Attributes } = act('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['Policy'] }) as {
    Attributes: { Policy: string };
  };
  const policy = JSON.parse(Attributes.Policy) as { Statement: object[] };
  policy.Statement.push({
    Sid: 'OperatorReads',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    Resource: infrastructureSpec.queue.arn,
  });
  act('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: JSON.stringify(policy) } });
}

const heartbeats = JSON.stringify({ source: ['trusted-access-operator'] });

describe('an operator with credentials of another account, as the page on events sets it up', () => {
  it('receives changes, but counts as polling until its heartbeats have a way', async () => {
    letRead(tooling);
    const { events, woken } = receiveFrom(tooling);
    acting(management)('organizations', 'EnableAWSServiceAccess', sso);
    await eventually(() => expect(woken).toContain('sso'));
    await throughout(() => expect(events.channel.state()).toMatchObject({ driven: false }), { forMs: 600 });
  });

  it('is driven by events once a rule sends its heartbeats to the management account', async () => {
    letRead(tooling);
    letIn(tooling);
    forwardFrom(tooling, heartbeats);
    const { events } = receiveFrom(tooling);
    await eventually(() => expect(events.channel.state()).toMatchObject({ driven: true }));
  });
});

describe('one queue for several organizations, as the page on events sets it up', () => {
  it('wakes the resources of the organization that the event is of, and no others', async () => {
    letIn(subsidiary);
    forwardFrom(subsidiary, read('deploy/iam/events/terraform/event-pattern.json'));
    const { events, woken } = receiveFrom(management);
    await eventually(() => expect(events.channel.state()).toMatchObject({ driven: true }));
    const before = woken.length;
    acting(subsidiary)('organizations', 'EnableAWSServiceAccess', sso);
    await eventually(() => expect(woken.slice(before)).toContain('sso-subsidiary'));
    // Enabling also makes a service-linked role, whose event may come apart.
    await throughout(() => expect(new Set(woken.slice(before))).toEqual(new Set(['sso-subsidiary'])), {
      forMs: 500,
    });
  });
});
