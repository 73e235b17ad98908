import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import type { DoctorOptions } from '../../src/cli/doctor/options.ts';
import { setup } from '../../src/cli/setup/setup.ts';
import { addAccount, putRole } from '../../src/sandbox/founding.ts';
import type { Members } from '../../src/sandbox/service.ts';
import { clock, fakeTerminal, management, member, type Stage, setStage } from './stage.ts';

const { signal } = new AbortController();
const Name = 'trusted-access-events';
const defaults: DoctorOptions = {
  eventQueue: [],
  servicePrincipal: 'sso.amazonaws.com',
  clusterName: 'default',
  cluster: false,
  json: true,
};

interface Shown {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly remedy: readonly string[];
}

let stage: Stage;
let queueUrl: string;

async function begin(wanted: Parameters<typeof setStage>[0] = {}): Promise<void> {
  await stage?.stop();
  stage = await setStage(wanted);
  queueUrl = `${stage.aws.url}/${management}/${Name}`;
}

beforeEach(() => begin());
afterEach(() => stage.stop());

async function runSetup(options: object = {}): Promise<number> {
  const surroundings = { terminal: fakeTerminal(), clock };
  return setup(
    { dryRun: false, yes: true, remove: false, json: false, tag: {}, ...options },
    surroundings,
    signal,
  );
}

async function examine(options: Partial<DoctorOptions> = {}) {
  const terminal = fakeTerminal();
  const given = { ...defaults, eventQueue: [queueUrl], ...options };
  const code = await doctor(given, { terminal, clock, heartbeatPatience: 1_200 }, signal);
  const report = JSON.parse(terminal.stdout()) as { healthy: boolean; checks: Shown[] };
  const check = (name: string): Shown => {
    const found = report.checks.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no check ${name}`);
    return found;
  };
  const names = (status: string) =>
    report.checks.filter((one) => one.status === status).map(({ name }) => name);
  return { code, report, check, names };
}

const act = (service: string, operation: string, input: Members = {}) =>
  stage.aws.actAs(stage.signIn(), 'us-east-1')(service, operation, input);

const allBut = (...actions: string[]) => [{ actions: ['*'] }, { effect: 'Deny' as const, actions }];

describe('after setup', () => {
  beforeEach(async () => void (await runSetup()));

  it('everything that can be told without a cluster is well', async () => {
    const { code, report, names, check } = await examine();
    expect(code).toBe(0);
    expect(report.healthy).toBe(true);
    expect(names('failed')).toEqual([]);
    expect(names('warning')).toEqual([]);
    expect(names('skipped')).toEqual(['writes', 'kubernetes-api', 'crd', 'rbac', 'lease']);
    expect(check('credentials').found).toBe(
      `arn:aws:iam::${management}:user/operator in account ${management}`,
    );
    expect(check('organization').found).toContain('o-exampleorgid');
    expect(check('identity-center').found).toContain('in eu-west-1, 3 permission sets');
    expect(check('heartbeat').found).toMatch(/^came back after \d+ ms$/);
  });

  it('changes nothing but the queue, and leaves what others wait for in it', async () => {
    act('sqs', 'SendMessage', { QueueUrl: queueUrl, MessageBody: 'for the operator' });
    const before = stage.aws.journal.writes().length;
    await examine();
    const writes = stage.aws.journal
      .writes()
      .slice(before)
      .map(({ operation }) => operation);
    const harmless = ['PutEvents', 'ReceiveMessage', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch'];
    expect(writes.filter((operation) => !harmless.includes(operation))).toEqual([]);
    const AttributeNames = ['All'];
    expect(act('sqs', 'GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames })).toMatchObject({
      Attributes: { ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesNotVisible: '0' },
    });
  });

  it('which permissions cannot be probed is said, with the question IAM answers', async () => {
    const { check } = await examine();
    expect(check('writes')).toMatchObject({
      status: 'skipped',
      found: expect.stringContaining('organizations:RegisterDelegatedAdministrator'),
      remedy: [
        expect.stringContaining(
          `aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::${management}:user/operator`,
        ),
      ],
    });
  });

  it('without a queue the event half does not apply, and the queue that setup made is pointed at', async () => {
    const { code, check } = await examine({ eventQueue: [] });
    expect(code).toBe(0);
    expect(check('event-queue')).toMatchObject({
      status: 'warning',
      remedy: [`--event-queue ${queueUrl}, here and for run`],
    });
    expect(check('trail').status).toBe('skipped');
  });

  it('after setup --remove the queue is missing', async () => {
    await runSetup({ remove: true });
    expect((await examine()).names('failed')).toEqual(['rule', 'queue']);
    expect((await examine({ eventQueue: [] })).check('event-queue').status).toBe('skipped');
  });
});

/** What is done to a healthy set-up, the check that must name it, and its words. */
interface Fault {
  readonly about: string;
  readonly seed: () => unknown;
  readonly options?: () => Partial<DoctorOptions>;
  readonly check: string;
  readonly status?: 'failed' | 'warning';
  readonly found: string | RegExp;
  readonly remedy: string | RegExp;
  /** Whether the heartbeat fails too: undefined where it does not come to it. */
  readonly heartbeat?: 'ok' | 'failed' | 'skipped';
}

const targets = (): Members => ({ Rule: Name });
const arn = (name: string) => `arn:aws:sqs:us-east-1:${management}:${name}`;

const faults: readonly Fault[] = [
  {
    about: 'no credentials',
    seed: () => stage.signOut(),
    check: 'credentials',
    found: 'no usable credentials',
    remedy: 'AWS_PROFILE',
    heartbeat: 'skipped',
  },
  {
    about: 'a role that may not be assumed',
    seed: () => putRole(stage.aws.world, management, { name: 'closed', trust: [{ principals: [member] }] }),
    options: () => ({ roleArn: `arn:aws:iam::${management}:role/closed` }),
    check: 'credentials',
    found: `role arn:aws:iam::${management}:role/closed cannot be assumed`,
    remedy: `the trust policy of arn:aws:iam::${management}:role/closed must name these credentials`,
    heartbeat: 'skipped',
  },
  {
    about: 'credentials of a member account',
    seed: () => stage.signIn({ accountId: member }),
    check: 'management-account',
    found: `member account ${member}; the management account is ${management}`,
    remedy: `--role-arn arn:aws:iam::${management}:role/NAME`,
  },
  {
    about: 'an account of no organization',
    seed: () => {
      addAccount(stage.aws.world, { id: '999999999999' });
      stage.signIn({ accountId: '999999999999' });
    },
    check: 'organization',
    found: 'account 999999999999 is in no organization',
    remedy: 'aws organizations create-organization',
  },
  {
    about: 'an organization for consolidated billing',
    seed: () => begin({ organization: 'CONSOLIDATED_BILLING' }),
    check: 'all-features',
    found: 'consolidated billing only',
    remedy: 'aws organizations enable-all-features',
  },
  {
    about: 'a role that may not list trusted services',
    seed: () => stage.signIn({ statements: allBut('organizations:ListAWSServiceAccessForOrganization') }),
    check: 'read-trusted-access',
    found: 'organizations:ListAWSServiceAccessForOrganization is not permitted',
    remedy: 'grant organizations:ListAWSServiceAccessForOrganization',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not list administrators of this service',
    seed: () => stage.signIn({ statements: allBut('organizations:ListDelegatedAdministrators') }),
    check: 'read-administrators',
    found: 'organizations:ListDelegatedAdministrators is not permitted',
    remedy: 'grant organizations:ListDelegatedAdministrators',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not look at accounts',
    seed: () => stage.signIn({ statements: allBut('organizations:DescribeAccount') }),
    check: 'read-accounts',
    found: 'organizations:DescribeAccount is not permitted',
    remedy: 'grant organizations:DescribeAccount',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not see whether Identity Center is in use',
    seed: () => stage.signIn({ statements: allBut('sso:*') }),
    check: 'identity-center',
    status: 'warning',
    found: /sso:\w+ is not permitted/,
    remedy: 'it counts as in use',
    heartbeat: 'ok',
  },
  {
    about: 'a role that may not look at the service-linked role',
    seed: () => stage.signIn({ statements: allBut('iam:GetRole') }),
    check: 'service-linked-role',
    status: 'warning',
    found: 'iam:GetRole is not permitted',
    remedy: 'grant iam:GetRole (optional)',
    heartbeat: 'ok',
  },
  {
    about: 'no trail',
    seed: () => stage.half.cloudTrail.trails.clear(),
    check: 'trail',
    found: 'there is no trail in us-east-1',
    remedy: 'aws cloudtrail create-trail',
    heartbeat: 'ok',
  },
  {
    about: 'a trail that does not log',
    seed: () => act('cloudtrail', 'StopLogging', { Name: 'management-events' }),
    check: 'trail',
    found: 'management-events has logging switched off',
    remedy: 'aws cloudtrail start-logging --name management-events',
    heartbeat: 'ok',
  },
  {
    about: 'a trail that may not be looked at',
    seed: () => stage.signIn({ statements: allBut('cloudtrail:*') }),
    check: 'trail',
    status: 'warning',
    found: 'cloudtrail:DescribeTrails is not permitted',
    remedy: 'make sure that a trail logs management events',
    heartbeat: 'ok',
  },
  {
    about: 'no rule',
    seed: () => {
      act('events', 'RemoveTargets', { ...targets(), Ids: ['trusted-access-queue'] });
      act('events', 'DeleteRule', { Name });
    },
    check: 'rule',
    found: `there is no rule ${Name} in us-east-1`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule that is disabled',
    seed: () => act('events', 'DisableRule', { Name }),
    check: 'rule',
    found: `${Name} is disabled`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule without service events',
    seed: () =>
      rewritePattern((pattern) => ({
        ...pattern,
        'detail-type': ['AWS API Call via CloudTrail', 'Heartbeat'],
      })),
    check: 'rule',
    found: 'does not let through detail-type "AWS Service Event via CloudTrail"',
    remedy: 'trusted-access setup',
    heartbeat: 'ok',
  },
  {
    about: 'a rule without heartbeats',
    seed: () =>
      rewritePattern((pattern) => ({ ...pattern, source: ['aws.organizations', 'aws.sso', 'aws.iam'] })),
    check: 'rule',
    found: 'does not let through source "trusted-access-operator"',
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule without a target',
    seed: () => act('events', 'RemoveTargets', { ...targets(), Ids: ['trusted-access-queue'] }),
    check: 'target',
    found: 'it has no target',
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'a rule that sends to another queue',
    seed: () => {
      act('sqs', 'CreateQueue', { QueueName: 'other' });
      act('events', 'PutTargets', {
        ...targets(),
        Targets: [{ Id: 'trusted-access-queue', Arn: arn('other') }],
      });
    },
    check: 'target',
    found: `${Name} does not send to ${arn(Name)} but to ${arn('other')}`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'the queue is gone',
    seed: () => act('sqs', 'DeleteQueue', { QueueUrl: queueUrl }),
    check: 'queue',
    found: `there is no queue ${Name} in account ${management}, us-east-1`,
    remedy: 'trusted-access setup',
    heartbeat: 'skipped',
  },
  {
    about: 'a queue policy that does not let the rule in',
    seed: () => act('sqs', 'SetQueueAttributes', { QueueUrl: queueUrl, Attributes: { Policy: '' } }),
    check: 'queue-policy',
    found: `does not let arn:aws:events:us-east-1:${management}:rule/${Name} send`,
    remedy: 'trusted-access setup',
    heartbeat: 'failed',
  },
  {
    about: 'the ARN of the queue in place of its URL',
    seed: () => undefined,
    options: () => ({ eventQueue: [arn(Name)] }),
    check: 'event-queue',
    found: `is an ARN; give the queue's URL: https://sqs.us-east-1.amazonaws.com/${management}/${Name}`,
    remedy: '--event-queue',
    heartbeat: 'skipped',
  },
  {
    about: 'a queue of another region',
    seed: () => undefined,
    options: () => ({ eventQueue: [`https://sqs.eu-west-1.amazonaws.com/${management}/${Name}`] }),
    check: 'event-queue',
    found: 'is in eu-west-1: events of AWS Organizations appear in us-east-1',
    remedy: 'trusted-access setup',
    heartbeat: 'skipped',
  },
  {
    about: 'messages that nobody could handle',
    seed: () => act('sqs', 'SendMessage', { QueueUrl: `${queueUrl}-dead-letters`, MessageBody: 'lost' }),
    check: 'dead-letter-queue',
    status: 'warning',
    found: `1 messages in ${Name}-dead-letters`,
    remedy: 'aws sqs receive-message --queue-url',
    heartbeat: 'ok',
  },
  {
    about: 'the dead-letter queue is gone',
    seed: () => act('sqs', 'DeleteQueue', { QueueUrl: `${queueUrl}-dead-letters` }),
    check: 'dead-letter-queue',
    found: `${Name}-dead-letters does not exist`,
    remedy: 'trusted-access setup',
    heartbeat: 'ok',
  },
  {
    about: 'credentials that may not put heartbeats',
    seed: () => stage.signIn({ statements: allBut('events:PutEvents') }),
    check: 'heartbeat',
    found: 'events:PutEvents',
    remedy: 'grant events:PutEvents',
  },
  {
    about: 'credentials that may not receive',
    seed: () => stage.signIn({ statements: allBut('sqs:ReceiveMessage') }),
    check: 'heartbeat',
    found: /not authorized to perform: sqs:receivemessage/i,
    remedy: 'grant sqs:ReceiveMessage',
  },
  {
    about: 'credentials that may not delete',
    seed: () => stage.signIn({ statements: allBut('sqs:DeleteMessage*') }),
    check: 'heartbeat',
    found: /not authorized to perform: sqs:deletemessage/i,
    remedy: 'sqs:DeleteMessage',
  },
];

function rewritePattern(change: (pattern: object) => object): void {
  const { EventPattern } = act('events', 'DescribeRule', { Name });
  act('events', 'PutRule', { Name, EventPattern: JSON.stringify(change(JSON.parse(String(EventPattern)))) });
}

describe('each fault is named, by its check, with what to do', () => {
  it.each(faults.map((fault) => [fault.about, fault] as const))('%s', async (_, fault) => {
    if (fault.about !== 'an organization for consolidated billing') await runSetup();
    await fault.seed();
    const { code, check, names, report } = await examine(fault.options?.());
    const { status = 'failed' } = fault;
    const named = check(fault.check);
    expect(named.status, JSON.stringify(report.checks, null, 1)).toBe(status);
    if (fault.found instanceof RegExp) expect(named.found).toMatch(fault.found);
    else expect(named.found).toContain(fault.found);
    const remedy = named.remedy.join('\n');
    if (fault.remedy instanceof RegExp) expect(remedy).toMatch(fault.remedy);
    else expect(remedy).toContain(fault.remedy);
    if (fault.heartbeat !== undefined) expect(check('heartbeat').status).toBe(fault.heartbeat);
    expect(code).toBe(names('failed').length > 0 ? 1 : 0);
    expect(report.healthy).toBe(code === 0);
    if (fault.remedy === 'trusted-access setup' && !fault.options && !fault.about.includes('queue is gone')) {
      await repaired(fault.check);
    }
  });

  /** What doctor says to do does help. (A queue that was deleted cannot be made again for a minute.) */
  async function repaired(name: string): Promise<void> {
    stage.signIn();
    expect(await runSetup()).toBe(0);
    const { check } = await examine();
    expect(check(name).status).toBe('ok');
    expect(check('heartbeat').status).toBe('ok');
  }
});

it('what depends on a failed check is skipped, with the reason', async () => {
  stage.signOut();
  const { check } = await examine();
  for (const name of ['organization', 'all-features', 'read-accounts', 'rule', 'event-queue', 'heartbeat']) {
    expect(check(name)).toMatchObject({ status: 'skipped', found: 'needs: credentials' });
  }
});
