import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../sandbox/aws/events/cloudEvent.ts';
import type { SetupOptions } from '../../src/cli/setup/options.ts';
import { setup } from '../../src/cli/setup/setup.ts';
import { fixture as recordOf } from '../events/fixture.ts';
import { clock, type Fixture, fakeTerminal, management, setFixture } from './fixture.ts';

const { signal } = new AbortController();
const identityCenterRegion = 'eu-west-1';
const name = 'trusted-access-events-forwarding';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await setFixture();
});
afterEach(() => fixture.stop());

const act = (service: string, operation: string, input = {}, region = 'us-east-1') =>
  fixture.aws.actAs(fixture.signIn(), region)(service, operation, input);
const elsewhere = (operation: string, input = {}) => act('events', operation, input, identityCenterRegion);

async function run(options: Partial<SetupOptions> = {}) {
  const terminal = fakeTerminal();
  const given = { dryRun: false, yes: true, remove: false, json: false, tag: {}, identityCenterRegion };
  const code = await setup({ ...given, ...options }, { terminal, clock }, signal);
  return { code, stdout: terminal.stdout() };
}

/** CloudTrail reports the record on the bus of its Region; the events that the queue then takes. */
function received(record: string): readonly unknown[] {
  const event: CloudEvent = JSON.parse(recordOf(record));
  const { buses } = fixture.half;
  const taken: CloudEvent[] = [];
  const stop = buses.deliveries.subscribe(({ target, failure, event: delivered }) => {
    if (target.arn.startsWith('arn:aws:sqs:') && failure === undefined) taken.push(delivered);
  });
  buses.publish(buses.find({ partition: 'aws', account: management, region: event.region }), event);
  stop();
  return taken;
}

const steps = (stdout: string) => stdout.split('\n').filter((line) => /^ {2}[+~-] /.test(line));
const markOf = (line: string) => line.trim().split(':')[0];

describe('setup --identity-center-region', () => {
  it('shows what it will create with --dry-run, and changes nothing', async () => {
    const { code, stdout } = await run({ dryRun: true });
    expect(code).toBe(2);
    expect(steps(stdout).map(markOf)).toEqual([
      `+ create role ${name}`,
      '+ create queue trusted-access-events-dead-letters',
      '+ create queue trusted-access-events',
      '+ create rule trusted-access-events',
      expect.stringContaining('+ point rule trusted-access-events at arn'),
      `+ create rule ${name} in ${identityCenterRegion}`,
      expect.stringContaining(`+ point rule ${name} at arn`),
    ]);
    expect(fixture.aws.journal.writes()).toEqual([]);
  });

  it('brings events of the Region of the instance to the queue, and finds nothing to do then', async () => {
    await run({ identityCenterRegion: 'us-east-1' });
    expect(received('StartSSO')).toEqual([]);
    expect((await run()).code).toBe(0);
    const events = received('DeleteInstance');
    expect(events).toEqual([JSON.parse(recordOf('DeleteInstance'))]);
    expect((await run({ dryRun: true })).stdout).toContain('Nothing to change.');
    expect((await run({ dryRun: true, identityCenterRegion: 'us-east-1' })).code).toBe(0);
  });

  it('needs no more permissions than its two policies have', async () => {
    const actions = ['deploy/iam/events/setup-policy.json', 'deploy/iam/events/forwarding/setup-policy.json']
      .flatMap((path) => JSON.parse(readFileSync(path, 'utf8')).Statement)
      .flatMap(({ Action }: { Action: string | string[] }) => Action);
    fixture.signIn({ statements: [{ actions: [...actions, 'organizations:DescribeOrganization'] }] });
    expect((await run()).code).toBe(0);
    expect((await run({ remove: true })).code).toBe(0);
  });

  it.each<[string, string, () => unknown]>([
    [
      'the role may not send to the bus',
      `~ set the policies of role ${name}`,
      () => act('iam', 'DeleteRolePolicy', { RoleName: name, PolicyName: 'put-events' }),
    ],
    [
      'the role trusts another service',
      `~ set the policies of role ${name}`,
      () =>
        act('iam', 'UpdateAssumeRolePolicy', {
          RoleName: name,
          PolicyDocument: JSON.stringify({
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          }),
        }),
    ],
    [
      'the rule is disabled',
      `~ enable rule ${name} in ${identityCenterRegion}`,
      () => elsewhere('DisableRule', { Name: name }),
    ],
    [
      'the target is missing',
      `+ point rule ${name} at arn`,
      () => elsewhere('RemoveTargets', { Rule: name, Ids: ['organizations-region'] }),
    ],
  ])('repairs forwarding when %s', async (_, step, breakIt) => {
    await run();
    breakIt();
    expect(received('StartSSO')).toEqual([]);
    const { stdout } = await run();
    expect(steps(stdout).map(markOf)).toEqual([step]);
    expect(received('DeleteInstance')).toHaveLength(1);
  });

  it('refuses a rule of others and a role of others, before it changes anything', async () => {
    elsewhere('PutRule', { Name: name, EventPattern: '{"source":["aws.ec2"]}' });
    const before = fixture.aws.journal.writes().length;
    await expect(run()).rejects.toThrow(`Rule ${name} in eu-west-1 has another event pattern`);
    elsewhere('DeleteRule', { Name: name });
    const AssumeRolePolicyDocument = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { AWS: management }, Action: 'sts:AssumeRole' }],
    });
    act('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument });
    await expect(run()).rejects.toThrow(`Role ${name} has other policies`);
    expect(fixture.aws.journal.writes()).toHaveLength(before + 2);
  });

  it('refuses a Region of another partition, and a name that is too long', async () => {
    await expect(run({ identityCenterRegion: 'cn-north-1' })).rejects.toThrow(
      '"cn-north-1" is no Region of the partition aws.',
    );
    await expect(run({ ruleName: 'x'.repeat(54) })).rejects.toThrow('at most 53 characters');
  });
});

describe('setup --remove --identity-center-region', () => {
  it('removes the rule of that Region and the role', async () => {
    await run();
    const { code } = await run({ remove: true });
    expect(code).toBe(0);
    expect(() => elsewhere('DescribeRule', { Name: name })).toThrow('does not exist.');
    expect(() => act('iam', 'GetRole', { RoleName: name })).toThrow('cannot be found');
    expect((await run({ remove: true })).stdout).toContain('Nothing to remove.');
  });

  it('leaves a rule that sends to others too, and the role that the rule uses, and says why', async () => {
    await run();
    const Arn = `arn:aws:sns:eu-west-1:${management}:alerts`;
    elsewhere('PutTargets', { Rule: name, Targets: [{ Id: 'theirs', Arn }] });
    const { stdout } = await run({ remove: true });
    expect(stdout).toContain(`! rule ${name} in eu-west-1 stays: it also sends to ${Arn}`);
    expect(stdout).toContain(`! role ${name} stays: rule ${name} uses it`);
    expect(elsewhere('DescribeRule', { Name: name })).toMatchObject({ State: 'ENABLED' });
  });
});
