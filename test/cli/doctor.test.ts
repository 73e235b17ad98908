import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putRole } from '../../sandbox/aws/seed.ts';
import { type Examined, runSetup, somethingToExamine } from './examined.ts';
import { management, member } from './fixture.ts';

let examined: Examined;
const act: Examined['act'] = (...call) => examined.act(...call);
const examine: Examined['examine'] = (options) => examined.examine(options);

beforeEach(async () => {
  examined = await somethingToExamine();
});
afterEach(() => examined.fixture.stop());

describe('after setup', () => {
  beforeEach(async () => void (await runSetup()));

  it('everything that can be reported without a cluster is well', async () => {
    const { code, report, names, check } = await examine();
    expect(code).toBe(0);
    expect(report.healthy).toBe(true);
    expect(names('failed')).toEqual([]);
    expect(names('warning')).toEqual([]);
    expect(names('skipped')).toEqual(['kubernetes-api', 'crd', 'rbac', 'lease', 'policy']);
    expect(check('credentials').found).toBe(
      `arn:aws:iam::${management}:user/operator in account ${management}`,
    );
    expect(check('organization').found).toContain('o-exampleorgid');
    expect(check('identity-center').found).toContain('in eu-west-1, 3 permission sets');
    expect(check('heartbeat').found).toMatch(/^arrived after \d+ ms$/);
  });

  it('changes nothing but the queue, and leaves what others wait for in it', async () => {
    act('sqs', 'SendMessage', { QueueUrl: examined.queueUrl, MessageBody: 'for the operator' });
    const before = examined.fixture.aws.journal.writes().length;
    await examine();
    const writes = examined.fixture.aws.journal
      .writes()
      .slice(before)
      .map(({ operation }) => operation);
    const harmless = ['PutEvents', 'ReceiveMessage', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch'];
    expect(writes.filter((operation) => !harmless.includes(operation))).toEqual([]);
    const AttributeNames = ['All'];
    expect(act('sqs', 'GetQueueAttributes', { QueueUrl: examined.queueUrl, AttributeNames })).toMatchObject({
      Attributes: { ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesNotVisible: '0' },
    });
  });

  it('doctor skips the event checks without a queue, and names the queue that setup made', async () => {
    const { code, check } = await examine({ eventQueue: [] });
    expect(code).toBe(0);
    expect(check('event-queue')).toMatchObject({
      status: 'warning',
      remedy: [`--event-queue ${examined.queueUrl}, here and for run`],
    });
    expect(check('trail').status).toBe('skipped');
  });

  it('the queue is missing once setup --remove has run', async () => {
    await runSetup({ remove: true });
    expect((await examine()).names('failed')).toEqual(['rule', 'queue']);
    expect((await examine({ eventQueue: [] })).check('event-queue').status).toBe('skipped');
  });
});

describe('in the operator’s pod, with the permissions it has and no others', () => {
  it('no check fails: unreadable facts are named, and the heartbeat verifies events', async () => {
    await runSetup();
    const { Statement } = JSON.parse(readFileSync('deploy/iam/events/consumer-policy.json', 'utf8'));
    const actions = Statement.flatMap(({ Action }: { Action: string | string[] }) => Action);
    // The simulated AWS asks for batches what AWS asks for single messages.
    const batches = actions.map((action: string) => `${action}Batch`);
    const organizations = ['organizations:*', 'sso:*', 'account:*', 'iam:*'];
    examined.fixture.signIn({ statements: [{ actions: [...actions, ...batches, ...organizations] }] });
    const { code, names, check } = await examine();
    expect(names('failed')).toEqual([]);
    expect(names('warning')).toEqual(['rule', 'event-bus', 'forwarding', 'target']);
    expect(check('rule').remedy[0]).toContain('the operator does not need it');
    for (const name of ['queue', 'queue-policy', 'heartbeat']) expect(check(name).status, name).toBe('ok');
    expect(code).toBe(0);
  });
});

describe('with more than one party', () => {
  it('a role in the management account is acted as, and whose credentials are the operator’s is reported apart', async () => {
    await runSetup();
    putRole(examined.fixture.aws.world, management, { name: 'reader', trust: [{ principals: [member] }] });
    examined.fixture.signIn({ accountId: member });
    const { check } = await examine({ roleArn: `arn:aws:iam::${management}:role/reader` });
    expect(check('credentials').found).toContain(`assumed-role/reader/`);
    for (const name of ['management-account', 'read-accounts', 'trail', 'rule', 'target', 'queue']) {
      expect(check(name).status, name).toBe('ok');
    }
    // The queue lets in nobody of another account.
    expect(check('heartbeat')).toMatchObject({
      status: 'failed',
      remedy: [expect.stringContaining('sqs:ReceiveMessage')],
    });
  });

  it('two queues are reported apart', async () => {
    await runSetup();
    act('sqs', 'CreateQueue', { QueueName: 'second' });
    const Arn = `arn:aws:sqs:us-east-1:${management}:second`;
    act('events', 'PutTargets', { Rule: 'trusted-access-events', Targets: [{ Id: 'second', Arn }] });
    const eventQueue = [examined.queueUrl, examined.queueUrl.replace(/[^/]+$/, 'second')];
    const { check, names } = await examine({ eventQueue });
    expect(names('failed')).toEqual(['queue-policy:2', 'heartbeat:2']);
    expect(check('queue-policy:2').remedy).toEqual(['trusted-access setup --queue-name second']);
    expect(check('heartbeat:1').status).toBe('ok');
  });
});

it('what depends on a failed check is skipped, with the reason', async () => {
  examined.fixture.signOut();
  const { check } = await examine();
  for (const name of ['organization', 'all-features', 'read-accounts', 'rule', 'event-queue', 'heartbeat']) {
    expect(check(name)).toMatchObject({ status: 'skipped', found: 'needs: credentials' });
  }
});
