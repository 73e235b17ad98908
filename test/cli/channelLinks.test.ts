import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { iamUser, rootUser } from '../../sandbox/aws/callers.ts';
import { addEventHalf, type EventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import type { Statement } from '../../sandbox/aws/identity.ts';
import { addAccount, addOrganization, issueKeys, putUser } from '../../sandbox/aws/seed.ts';
import { createSimulatedAws, type SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import type { SettingsFor } from '../../src/awsApi/clientSettings.ts';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { awsLinkFacts, linkReader } from '../../src/cli/channelLinks.ts';
import { eventPattern } from '../../src/eventFormat/eventPattern.ts';
import type { Link } from '../../src/events/channelTrust.ts';
import { awsInfrastructure } from '../../src/infrastructure/clients.ts';
import { observeInfrastructure } from '../../src/infrastructure/infrastructure.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import { applySteps } from '../../src/infrastructure/provision.ts';

const management = '111111111111';
const region = 'us-east-1';
const spec = infrastructureSpecOf({
  accountId: management,
  region,
  ruleName: 'staging',
  queueName: 'staging',
});
const { signal } = new AbortController();

let aws: SimulatedAws;
let events: EventHalf;

beforeEach(async () => {
  aws = createSimulatedAws({ settings: { throttles: 'off' } });
  events = addEventHalf(aws);
  addOrganization(aws.world, { managementAccountId: management, members: ['222222222222'] });
  vi.stubEnv('AWS_ENDPOINT_URL', await aws.start());
  events.cloudTrail.put({ name: 'management-events', account: management });
  const api = awsInfrastructure(region, settingsOf(management));
  await applySteps(
    api,
    planSetup(spec, await observeInfrastructure(api, spec, signal)).steps,
    () => {},
    signal,
  );
});

afterEach(async () => {
  events.close();
  await aws.stop();
  vi.unstubAllEnvs();
});

function settingsOf(account: string, statements?: readonly Statement[]): SettingsFor {
  const user = putUser(aws.world, account, `operator-${account}`, statements);
  const { accessKeyId, secretAccessKey } = issueKeys(aws.world, iamUser(account, user));
  return async (_target, there = region) => ({
    region: there,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

async function read(settingsFor = settingsOf(management)) {
  const url = spec.queue.url.replace(/^https:\/\/[^/]+/, aws.url ?? '');
  const { accountId, links } = await linkReader(awsLinkFacts(settingsFor), async () => region)(
    parseQueueUrl(url),
    signal,
  );
  const messageOf = (link: Link) => links.find((reading) => reading.link === link)?.message;
  return { accountId, messageOf, states: Object.fromEntries(links.map(({ link, state }) => [link, state])) };
}

const healthy = { Trail: 'Healthy', Rule: 'Healthy', Target: 'Healthy', QueuePolicy: 'Healthy' };
const root = (service: string, operation: string, input: Record<string, unknown>) =>
  aws.actAs(rootUser(aws.world, management), region)(service, operation, input as never);

describe('the links on the way of the events', () => {
  it('are in order after setup, whatever the name of the rule is', async () => {
    const { states, accountId } = await read();
    expect(states).toEqual(healthy);
    expect(accountId).toBe(management);
  });

  it.each<[string, Link, () => unknown, string]>([
    [
      'a rule that lost the events of AWS Organizations',
      'Rule',
      () =>
        root('events', 'PutRule', {
          Name: 'staging',
          EventPattern: JSON.stringify({ ...eventPattern, source: ['trusted-access-operator'] }),
        }),
      'Rule staging does not let through source "aws.organizations"',
    ],
    [
      'a disabled rule',
      'Rule',
      () => root('events', 'DisableRule', { Name: 'staging' }),
      'Rule staging is disabled, so events do not reach queue staging. To repair the rule, run trusted-access setup --rule-name staging --queue-name staging',
    ],
    [
      'a stopped trail',
      'Trail',
      () => root('cloudtrail', 'StopLogging', { Name: 'management-events' }),
      'aws cloudtrail start-logging --name management-events --region us-east-1',
    ],
    [
      'a queue policy without the rule',
      'QueuePolicy',
      () => root('sqs', 'SetQueueAttributes', { QueueUrl: spec.queue.url, Attributes: { Policy: '' } }),
      'The policy of queue staging does not let rule staging send messages',
    ],
  ])('name %s and the command that repairs it [P-54]', async (_, link, breaks, message) => {
    breaks();
    const { states, messageOf } = await read();
    expect(states).toEqual({ ...healthy, [link]: 'Broken' });
    expect(messageOf(link)).toContain(message);
  });

  it('are in order with the rule of an earlier release, which lacks events that cause no drift', async () => {
    const eventName = eventPattern.detail.eventName.filter((name) => name !== 'EnableAllFeatures');
    const source = eventPattern.source.filter((name) => name !== 'aws.sso');
    const EventPattern = JSON.stringify({ ...eventPattern, source, detail: { eventName } });
    root('events', 'PutRule', { Name: 'staging', EventPattern });
    expect((await read()).states).toEqual(healthy);
  });

  it('name a missing target, and know nothing of rule and policy then', async () => {
    root('events', 'RemoveTargets', { Rule: 'staging', Ids: [spec.rule.targetId] });
    const { states, messageOf } = await read();
    expect(states).toEqual({ ...healthy, Rule: 'Unknown', Target: 'Broken', QueuePolicy: 'Unknown' });
    expect(messageOf('Target')).toBe(
      'No rule of the default event bus sends events to queue staging. To create rule and target, run trusted-access setup --rule-name staging --queue-name staging',
    );
  });

  it('are unknown without the permissions to read them', async () => {
    const { states } = await read(settingsOf(management, [{ actions: ['sts:*'] }]));
    expect(new Set(Object.values(states))).toEqual(new Set(['Unknown']));
  });

  it('are not read for a queue of another account', async () => {
    addAccount(aws.world, { id: '333333333333' });
    const { states, accountId } = await read(settingsOf('333333333333'));
    expect(states).toEqual({});
    expect(accountId).toBe('333333333333');
  });
});
