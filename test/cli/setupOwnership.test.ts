import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SetupOptions } from '../../src/cli/setup/options.ts';
import { setup } from '../../src/cli/setup/setup.ts';
import { clock, type Fixture, fakeTerminal, management, setFixture } from './fixture.ts';

const { signal } = new AbortController();
const Rule = 'security-alerts';
const EventPattern = '{"source":["aws.guardduty"]}';
const Topic = `arn:aws:sns:us-east-1:${management}:alerts`;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await setFixture();
});
afterEach(() => fixture.stop());

const act = (service: string, operation: string, input = {}) =>
  fixture.aws.actAs(fixture.signIn(), 'us-east-1')(service, operation, input);

async function run(options: Partial<SetupOptions>) {
  const terminal = fakeTerminal();
  const given = { dryRun: false, yes: true, remove: false, json: false, tag: {}, ...options };
  const code = await setup(given, { terminal, clock }, signal);
  return { code, stdout: terminal.stdout() };
}

const writes = () => fixture.aws.journal.writes().map(({ operation }) => operation);
const urlOf = (QueueName: string) => act('sqs', 'GetQueueUrl', { QueueName })['QueueUrl'];

/** An event that production must still get. */
function arrives(queueName: string): string {
  act('events', 'PutEvents', {
    Entries: [
      {
        Source: 'trusted-access-operator',
        DetailType: 'Heartbeat',
        Detail: '{"eventName":"Heartbeat"}',
      },
    ],
  });
  const { ApproximateNumberOfMessages } = act('sqs', 'GetQueueAttributes', {
    QueueUrl: urlOf(queueName),
    AttributeNames: ['ApproximateNumberOfMessages'],
  })['Attributes'] as Record<string, string>;
  return ApproximateNumberOfMessages ?? '0';
}

it('setup --rule-name with the name of an alert rule changes nothing and names the rule [P-70]', async () => {
  act('events', 'PutRule', { Name: Rule, EventPattern });
  act('events', 'PutTargets', { Rule, Targets: [{ Id: 'topic', Arn: Topic }] });
  const before = writes();
  for (const how of [{ dryRun: true }, { yes: true }]) {
    await expect(run({ ruleName: Rule, ...how })).rejects.toThrow(
      'Rule security-alerts in us-east-1 has another event pattern and lacks the tag managed-by=trusted-access-operator, so setup changes nothing.',
    );
  }
  expect(writes()).toEqual(before);
  expect(act('events', 'DescribeRule', { Name: Rule })).toMatchObject({ EventPattern });
});

it('a staging set-up on the queue of production leaves production its events, and so does its removal [P-71]', async () => {
  await run({});
  await run({ ruleName: 'staging' });
  expect(arrives('trusted-access-events')).toBe('2');
  const { stdout } = await run({ ruleName: 'staging', remove: true });
  expect(stdout).toContain(
    'queue trusted-access-events stays: it belongs to the set-up trusted-access-events',
  );
  expect(() => act('events', 'DescribeRule', { Name: 'staging' })).toThrow('does not exist.');
  expect(arrives('trusted-access-events')).toBe('3');
  expect((await run({ dryRun: true })).code).toBe(0);
});

it('setup --remove leaves a queue without its tags, takes its statement away, and says why', async () => {
  act('sqs', 'CreateQueue', { QueueName: 'trusted-access-events' });
  await run({});
  const { stdout } = await run({ remove: true });
  expect(stdout).toContain('queue trusted-access-events stays: it lacks the tags managed-by=');
  expect(
    act('sqs', 'GetQueueAttributes', {
      QueueUrl: urlOf('trusted-access-events'),
      AttributeNames: ['Policy'],
    })['Attributes'] ?? {},
  ).toEqual({});
  expect(() => urlOf('trusted-access-events-dead-letters')).toThrow('The specified queue does not exist.');
});
