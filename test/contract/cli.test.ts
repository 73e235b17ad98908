import { CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../harness/binary.ts';
import { awsEnvironment, makeTrail, resetMoto } from '../harness/moto.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { managementAccountId } from './fixture.ts';

interface Shown {
  readonly name: string;
  readonly status: string;
  readonly found: string;
}

const trusted = (...args: string[]) => runToEnd(args, awsEnvironment(sharedMotoUrl()));

/** In order: each test begins where the one before it ended. */
describe('setup and doctor as a person runs them, on moto, which others wrote', () => {
  const options = {
    endpoint: sharedMotoUrl(),
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  };
  const sqs = new SQSClient(options);
  let queueUrl: string;

  beforeAll(async () => {
    await resetMoto(sharedMotoUrl());
    const organizations = new OrganizationsClient(options);
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
    organizations.destroy();
  });
  afterAll(() => sqs.destroy());

  async function examine(...args: string[]) {
    const { code, stdout, stderr } = await trusted('doctor', '--no-cluster', '--json', ...args);
    if (stdout === '') throw new Error(stderr);
    const { checks } = JSON.parse(stdout) as { checks: Shown[] };
    const named = (status: string) => checks.filter((one) => one.status === status).map(({ name }) => name);
    return { code, named, found: (name: string) => checks.find((one) => one.name === name)?.found };
  }

  it('setup without a terminal shows the plan, warns that there is no trail, changes nothing and ends with 2', async () => {
    const { code, stdout } = await trusted('setup');
    expect(code).toBe(2);
    expect(stdout).toContain('Plan: 4 to create, 0 to change, 0 to remove.');
    expect(stdout).toContain('! there is no trail in us-east-1');
    expect(stdout).toContain('trusted-access setup --yes');
    expect((await trusted('setup', '--dry-run')).code).toBe(2);
  });

  it('setup --yes makes it, and reports the queue and the next command', async () => {
    const { code, stdout } = await trusted('setup', '--yes');
    expect(code).toBe(0);
    queueUrl = /run --event-queue (\S+)/.exec(stdout)?.[1] ?? '';
    expect(queueUrl).toMatch(new RegExp(`/${managementAccountId}/trusted-access-events$`));
  });

  it('setup has nothing to do then', async () => {
    const { code, stdout } = await trusted('setup', '--dry-run');
    expect(stdout).toContain('Nothing to change.');
    expect(code).toBe(0);
  });

  it('doctor names the one thing that is missing: a trail', async () => {
    const { code, named } = await examine('--event-queue', queueUrl);
    expect(named('failed')).toEqual(['trail']);
    expect(code).toBe(1);
  });

  it('doctor finds everything well once there is one, a heartbeat comes through, and other messages stay', async () => {
    await makeTrail(sharedMotoUrl());
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'for the operator' }));
    const { code, named, found } = await examine('--event-queue', queueUrl);
    expect(named('failed')).toEqual([]);
    // moto answers sso:ListApplications and account:ListRegions with 500: both permissions are optional.
    expect(named('warning')).toEqual(['identity-center', 'account-regions']);
    expect(code).toBe(0);
    expect(found('heartbeat')).toMatch(/^arrived after \d+ ms$/);
    expect((await examine('--event-queue', queueUrl)).found('queue')).toBe('1 message waiting');
  });

  it('doctor prints the same for people, one line a check', async () => {
    const { stdout } = await trusted('doctor', '--no-cluster', '--event-queue', queueUrl);
    expect(stdout).toMatch(/^ {2}✓ heartbeat round trip +arrived after \d+ ms$/m);
    expect(stdout).toMatch(/^ {2}– Kubernetes API .*--no-cluster$/m);
    expect(stdout).toMatch(/^\d+ ok, 2 with warnings, 0 failed, \d+ not checked$/m);
  });

  it('setup --remove takes it away, and doctor says what is gone', async () => {
    const { code, stdout } = await trusted('setup', '--remove', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('Removed.');
    const { named } = await examine('--event-queue', queueUrl);
    expect(named('failed')).toEqual(['rule', 'queue']);
    expect((await trusted('setup', '--remove')).stdout).toContain('Nothing to remove.');
  });

  it('bad options are one clear line and exit code 1', async () => {
    expect(await trusted('setup', '--tag', 'nonsense')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('It is KEY=VALUE.'),
    });
    expect(await trusted('setup', '--queue-name', 'events.fifo')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^trusted-access: "events\.fifo" is not a queue name/),
    });
  });

  it('help of both says the exit codes and shows examples', async () => {
    for (const command of ['setup', 'doctor']) {
      const { code, stdout } = await trusted(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(/Exit codes:\s+0/);
      expect(stdout).toContain('Examples:');
    }
  });
});
