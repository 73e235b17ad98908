import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AwsError } from '../../sandbox/aws/awsError.ts';
import { addAccount, putRole } from '../../sandbox/aws/seed.ts';
import type { SetupOptions } from '../../src/cli/setup/options.ts';
import { setup } from '../../src/cli/setup/setup.ts';
import type { Clock } from '../../src/time/clock.ts';
import { eventually } from '../harness/eventually.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import {
  answer,
  type Fault,
  type FaultyServer,
  refuse,
  startFaultyServer,
} from '../kubernetes/faultyServer.ts';
import {
  clock,
  type FakeTerminal,
  type Fixture,
  fakeTerminal,
  management,
  member,
  setFixture,
} from './fixture.ts';

const input = vi.hoisted(() => ({ isTerminal: false }));
vi.mock('node:tty', async (original) => ({
  ...(await original<typeof import('node:tty')>()),
  isatty: () => input.isTerminal,
}));

const defaults: SetupOptions = { dryRun: false, yes: false, remove: false, json: false, tag: {} };
const { signal } = new AbortController();

let fixture: Fixture;

beforeEach(async () => {
  fixture = await setFixture();
});
afterEach(() => fixture.stop());

async function run(
  options: Partial<SetupOptions> = {},
  terminal: FakeTerminal = fakeTerminal(),
  time: Clock = clock,
) {
  const code = await setup({ ...defaults, ...options }, { terminal, clock: time }, signal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr(), questions: terminal.questions };
}

const writes = () => fixture.aws.journal.writes().map(({ operation }) => operation);
const act = (service: string, operation: string, input = {}) =>
  fixture.aws.actAs(fixture.signIn(), 'us-east-1')(service, operation, input);

const urlOf = (QueueName: string) => act('sqs', 'GetQueueUrl', { QueueName })['QueueUrl'];

const numberOf = (text: string, mark: string) =>
  text.split('\n').filter((line) => line.startsWith(`  ${mark} `)).length;

describe('setup on a fresh account', () => {
  it('shows with --dry-run what it would do, does nothing, and ends with 2', async () => {
    const { code, stdout } = await run({ dryRun: true });
    expect(code).toBe(2);
    expect(stdout).toContain(
      `Event infrastructure in account ${management}, us-east-1 (where events of AWS Organizations appear)`,
    );
    expect(stdout).toContain('+ create rule trusted-access-events: selects the events');
    expect(numberOf(stdout, '+')).toBe(4);
    expect(stdout).toContain('Plan: 4 to create, 0 to change, 0 to remove.');
    expect(writes()).toEqual([]);
  });

  it('asks at a terminal, and does nothing when the answer is no', async () => {
    const { code, questions, stdout } = await run({}, fakeTerminal(false));
    expect(questions).toEqual(['Apply this?']);
    expect(code).toBe(2);
    expect(stdout).toContain('Nothing was changed.');
    expect(writes()).toEqual([]);
  });

  it('does nothing without a terminal, and names the option to continue', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(2);
    expect(stdout).toContain('trusted-access setup --yes');
    expect(writes()).toEqual([]);
  });

  it('does it when the answer is yes, reports each step, and the exact next command', async () => {
    const { code, stdout, stderr } = await run({}, fakeTerminal(true));
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.match(/^✓ /gm)).toHaveLength(4);
    const url = `${fixture.aws.url}/${management}/trusted-access-events`;
    expect(stdout).toContain(`trusted-access run --event-queue ${url}\n`);
    expect(stdout).toContain(`--set 'operator.eventQueues={${url}}'`);
    expect(stdout).toContain(`trusted-access doctor --event-queue ${url}`);
  });

  it('finds nothing to do the second time, without asking, and shows where events arrive', async () => {
    await run({ yes: true });
    const before = writes();
    const { code, stdout, questions } = await run({}, fakeTerminal(true));
    expect(code).toBe(0);
    expect(questions).toEqual([]);
    expect(stdout).toContain('Nothing to change.');
    expect(stdout).toContain('--event-queue');
    expect(writes()).toEqual(before);
    expect((await run({ dryRun: true })).code).toBe(0);
  });

  it('acts as a role in the management account, and says whose credentials read the queue', async () => {
    putRole(fixture.aws.world, management, {
      name: 'setup',
      trust: [{ principals: [member], externalId: 'secret' }],
    });
    fixture.signIn({ accountId: member });
    const roleArn = `arn:aws:iam::${management}:role/setup`;
    await expect(run({ roleArn })).rejects.toThrow(`role ${roleArn} cannot be assumed`);
    const { code, stdout } = await run({ yes: true, roleArn, externalId: 'secret' });
    expect(code).toBe(0);
    expect(stdout).toContain(`in account ${management}`);
    expect(stdout).toContain('! the operator reads the queue with its own credentials');
  });

  it('uses the names and tags it is given', async () => {
    await run({ yes: true, ruleName: 'hear', queueName: 'ears', tag: { team: 'identity' } });
    expect(urlOf('ears')).toMatch(/\/ears$/);
    expect(act('events', 'DescribeRule', { Name: 'hear' })).toMatchObject({ State: 'ENABLED' });
    const QueueUrl = `${fixture.aws.url}/${management}/ears`;
    expect(act('sqs', 'ListQueueTags', { QueueUrl })).toMatchObject({ Tags: { team: 'identity' } });
    expect((await run({ dryRun: true, ruleName: 'hear', queueName: 'ears' })).code).toBe(0);
  });

  it('says the same as JSON for programs', async () => {
    const planned = JSON.parse((await run({ json: true })).stdout);
    expect(planned).toMatchObject({ action: 'Setup', accountId: management, applied: false, stepsDone: 0 });
    expect(planned.steps.map(({ mark }: { mark: string }) => mark)).toEqual(['+', '+', '+', '+']);
    const { code, stdout } = await run({ json: true, yes: true });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      region: 'us-east-1',
      applied: true,
      stepsDone: 4,
      warnings: [],
      queueUrl: `${fixture.aws.url}/${management}/trusted-access-events`,
    });
  });
});

describe('setup repairs', () => {
  beforeEach(() => run({ yes: true }));

  it('only the error, and marks it as a change', async () => {
    act('events', 'DisableRule', { Name: 'trusted-access-events' });
    const { code, stdout } = await run({ yes: true });
    expect(code).toBe(0);
    expect(stdout).toContain('~ enable rule trusted-access-events: it is disabled');
    expect(stdout).toContain('Plan: 0 to create, 1 to change, 0 to remove.');
    expect(act('events', 'DescribeRule', { Name: 'trusted-access-events' })).toMatchObject({
      State: 'ENABLED',
    });
  });

  it('a target that points elsewhere', async () => {
    const Targets = [{ Id: 'trusted-access-queue', Arn: `arn:aws:sqs:us-east-1:${management}:other` }];
    act('events', 'PutTargets', { Rule: 'trusted-access-events', Targets });
    const { stdout } = await run({ yes: true });
    expect(stdout).toContain('~ point rule trusted-access-events at');
    expect(stdout).toContain(`(until now to arn:aws:sqs:us-east-1:${management}:other)`);
    expect((await run({ dryRun: true })).code).toBe(0);
  });
});

describe('setup --remove', () => {
  it('takes away what setup made, after asking', async () => {
    await run({ yes: true });
    const { code, stdout, questions } = await run({ remove: true }, fakeTerminal(true));
    expect(code).toBe(0);
    expect(questions).toEqual(['Remove this?']);
    expect(numberOf(stdout, '-')).toBe(4);
    expect(stdout).toContain('Removed.');
    for (const name of ['trusted-access-events', 'trusted-access-events-dead-letters']) {
      expect(() => urlOf(name)).toThrow('The specified queue does not exist.');
    }
    expect(() => act('events', 'DescribeRule', { Name: 'trusted-access-events' })).toThrow('does not exist.');
  });

  it('has nothing to do where nothing is', async () => {
    expect(await run({ remove: true })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to remove.'),
    });
  });
});

describe('setup reports an obstacle', () => {
  it('no trail: the event infrastructure is created, with a warning that says what to do', async () => {
    await fixture.stop();
    fixture = await setFixture({ trail: false });
    const { code, stdout } = await run({ yes: true });
    expect(code).toBe(0);
    expect(stdout).toContain('! there is no trail in us-east-1');
    expect(stdout).toContain('aws cloudtrail create-trail --name management-events --is-multi-region-trail');
  });

  it('ends with 1 and no next command when the queue is encrypted with the AWS managed key', async () => {
    await run({ yes: true });
    const QueueUrl = `${fixture.aws.url}/${management}/trusted-access-events`;
    act('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { KmsMasterKeyId: 'alias/aws/sqs' } });
    const { code, stdout, stderr } = await run({ yes: true });
    expect(code).toBe(1);
    expect(stderr).toContain(
      'no event can arrive: queue trusted-access-events is encrypted with the AWS managed key',
    );
    expect(stdout).not.toContain('trusted-access run');
    const json = await run({ yes: true, json: true });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ blocked: expect.stringContaining('AWS managed key') });
    act('events', 'DisableRule', { Name: 'trusted-access-events' });
    expect((await run({ dryRun: true })).code).toBe(2);
    expect((await run({ yes: true })).code).toBe(1);
    expect(act('events', 'DescribeRule', { Name: 'trusted-access-events' })).toMatchObject({
      State: 'ENABLED',
    });
  });

  it('a trail that is switched off', async () => {
    act('cloudtrail', 'StopLogging', { Name: 'management-events' });
    const { stdout } = await run({ dryRun: true });
    expect(stdout).toContain('management-events has logging disabled');
    expect(stdout).toContain('aws cloudtrail start-logging --name management-events');
  });

  it('a member account: names the management account and how to act in it', async () => {
    fixture.signIn({ accountId: member });
    await expect(run()).rejects.toThrow(
      `account ${member} is not the management account: events of AWS Organizations appear in ${management} alone; use its credentials, or --role-arn`,
    );
  });

  it('an account of no organization', async () => {
    addAccount(fixture.aws.world, { id: '999999999999' });
    fixture.signIn({ accountId: '999999999999' });
    await expect(run()).rejects.toThrow('account 999999999999 is in no organization');
  });

  it('no credentials', async () => {
    fixture.signOut();
    await expect(run()).rejects.toThrow('no usable credentials');
  });

  it('a permission to look: names it, and where all of them are', async () => {
    fixture.signIn({ statements: [{ actions: ['organizations:*', 'cloudtrail:*', 'sqs:*'] }] });
    await expect(run()).rejects.toThrow(
      /events:DescribeRule is not permitted: .*deploy\/iam\/events\/setup-policy\.json/,
    );
  });

  it('whether it is the management account, and trails, may be unreadable: warned of, and done', async () => {
    fixture.signIn({ statements: [{ actions: ['events:*', 'sqs:*'] }] });
    const { code, stdout } = await run({ yes: true });
    expect(code).toBe(0);
    expect(stdout).toContain('cannot determine whether 111111111111 is the management account');
    expect(stdout).toContain('cloudtrail:DescribeTrails is not permitted');
  });

  it('a step that fails: which one, why, how far it came, and ends with 1; it can be run again', async () => {
    const error = new AwsError('AccessDeniedException', 'not authorized to perform: events:PutTargets');
    const undo = fixture.aws.faults.add({ operation: 'PutTargets', effect: { kind: 'Error', error } });
    const { code, stdout, stderr } = await run({ yes: true });
    expect(code).toBe(1);
    expect(stdout.match(/^✓ /gm)).toHaveLength(3);
    expect(stderr).toContain('✗ point rule trusted-access-events at');
    expect(stderr).toContain('events:PutTargets is not permitted');
    expect(stderr).toContain('3 of 4 steps done');
    undo();
    const again = await run({ yes: true });
    expect(again.code).toBe(0);
    expect(again.stdout.match(/^✓ /gm)).toHaveLength(1);
  });
});

describe('setup prints the helm command for the releases in the cluster', () => {
  const everywhere = '/apis/apps/v1/deployments';
  const defaultCommand = 'helm upgrade trusted-access-operator deploy/helm --namespace trusted-access-system';
  let server: FaultyServer;
  let answers: Map<string, Fault>;

  beforeEach(async () => {
    server = await startFaultyServer();
    vi.stubEnv('KUBECONFIG', server.kubeconfig);
    answers = new Map();
    server.onCall = (received, response) =>
      (answers.get(received.path) ?? refuse(404, 'NotFound'))(received, response);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const deploymentOf = (name: string, namespace: string) => ({
    metadata: {
      name: `${name}-trusted-access-operator`,
      namespace,
      annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
    },
  });
  /** Without the passing of time: how long a busy machine takes to load the client of the cluster decides nothing. */
  const runNow = () => run({ yes: true }, fakeTerminal(), virtualClock(Date.now()));
  const listOf = (...items: object[]) => answer(200, { metadata: { resourceVersion: '1' }, items });
  const commandsOf = (stdout: string) => stdout.split('\n').filter((line) => line.includes('helm upgrade'));
  const commandFor = (name: string, namespace: string) => {
    const url = `${fixture.aws.url}/${management}/trusted-access-events`;
    return `  helm upgrade ${name} deploy/helm --namespace ${namespace} --reuse-values --set 'operator.eventQueues={${url}}'`;
  };

  it('prints the name and the namespace of the one release that it finds by the label of the chart', async () => {
    answers.set(everywhere, listOf(deploymentOf('access', 'platform')));
    const { code, stdout } = await runNow();
    expect(code).toBe(0);
    expect(stdout).toContain('or with Helm, for the release in your cluster:');
    expect(commandsOf(stdout)).toEqual([commandFor('access', 'platform')]);
    expect(server.calls.map(({ query }) => query.get('labelSelector'))).toEqual([
      'app.kubernetes.io/name=trusted-access-operator,app.kubernetes.io/managed-by=Helm',
    ]);
  });

  it('prints one line for each of several releases, sorted by namespace', async () => {
    const [a, b] = [deploymentOf('access', 'team-b'), deploymentOf('access', 'team-a')];
    answers.set(everywhere, listOf(a, b, a));
    const { stdout } = await runNow();
    expect(stdout).toContain('or with Helm, for one of the 2 releases in your cluster:');
    expect(commandsOf(stdout)).toEqual([commandFor('access', 'team-a'), commandFor('access', 'team-b')]);
  });

  it('prints the default release when no Deployment has annotations that name a release', async () => {
    const applied = { metadata: { name: 'trusted-access-operator', namespace: 'x' } };
    answers.set(
      everywhere,
      listOf(applied, deploymentOf("a; touch '/tmp/x'", 'b'), deploymentOf('a', '$(id)')),
    );
    const { stdout, stderr } = await runNow();
    expect(stderr).toBe('');
    expect(stdout).toContain('or with Helm:\n');
    expect(commandsOf(stdout)).toEqual([commandFor('trusted-access-operator', 'trusted-access-system')]);
  });

  it('lists the namespace of the context when listing every namespace is forbidden', async () => {
    const text = await readFile(server.kubeconfig, 'utf8');
    await writeFile(server.kubeconfig, text.replace('user: me } }', 'user: me, namespace: operators } }'));
    answers.set(everywhere, refuse(403, 'Forbidden'));
    answers.set(
      '/apis/apps/v1/namespaces/operators/deployments',
      listOf(deploymentOf('access', 'operators')),
    );
    const { stdout } = await runNow();
    expect(commandsOf(stdout)).toEqual([commandFor('access', 'operators')]);
  });

  it('prints the default release, and no error, when listing Deployments is forbidden everywhere', async () => {
    server.onCall = refuse(403, 'Forbidden');
    const { code, stdout, stderr } = await runNow();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(server.calls.map(({ path }) => path)).toEqual([
      everywhere,
      '/apis/apps/v1/namespaces/default/deployments',
    ]);
    expect(stdout).toContain(defaultCommand);
  });

  it('prints the default release, and no error, when the kubeconfig cannot be read', async () => {
    await writeFile(server.kubeconfig, 'contexts: [');
    const { code, stdout, stderr } = await runNow();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(defaultCommand);
  });

  it('prints the default release after 2 seconds when the cluster does not answer', async () => {
    await run({ yes: true, json: true });
    server.onCall = () => {};
    const time = virtualClock(Date.now());
    const terminal = fakeTerminal();
    const ending = run({}, terminal, time);
    await eventually(() => expect(server.calls).toHaveLength(1));
    await time.advance(1_999);
    expect(terminal.stdout()).not.toContain('helm upgrade');
    await time.advance(1);
    const { code, stdout } = await ending;
    expect(code).toBe(0);
    expect(stdout).toContain(defaultCommand);
  });

  it('runs no exec plug-in that has to ask a person, not even at a terminal', async () => {
    const mark = `${server.kubeconfig}-ran`;
    const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: touch, args: [${mark}], interactiveMode: Always }`;
    const text = await readFile(server.kubeconfig, 'utf8');
    await writeFile(server.kubeconfig, text.replace('token: first-token', exec));
    input.isTerminal = true;
    onTestFinished(() => {
      input.isTerminal = false;
    });
    const { code, stdout, stderr } = await runNow();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(defaultCommand);
    expect(existsSync(mark)).toBe(false);
  });

  it('sends nothing to the cluster with --json or --remove, or when --dry-run finds changes', async () => {
    await run({ dryRun: true });
    await run({ yes: true, json: true });
    await run({ yes: true, remove: true });
    expect(server.calls).toEqual([]);
  });
});
