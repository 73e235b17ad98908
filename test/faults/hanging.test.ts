/** The built executable while something outside takes its connection and never answers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBinary } from '../harness/binary.ts';
import { startFaultProxy } from '../harness/faultProxy.ts';
import { freePort } from '../harness/freePorts.ts';
import { clusters, credentials, openHanging, services } from './hanging.ts';

type Make = Parameters<typeof openHanging>[0];
type Opened = Awaited<ReturnType<typeof openHanging>>;

const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];

const commandLines: Readonly<Record<string, (opened: Opened) => string[]>> = {
  plan: ({ manifests }) => ['plan', '-f', manifests],
  import: () => ['import'],
  history: ({ manifests, aws }) => ['history', '--manifests', manifests, '--status-dir', aws.queue],
  doctor: ({ aws }) => ['doctor', '--no-cluster', '--event-queue', aws.queue],
  setup: () => ['setup', '--dry-run'],
  run: ({ manifests, aws }) => ['run', '--manifests', manifests, '--event-queue', aws.queue, ...off],
  'plan of a cluster': () => ['plan'],
  'history of a cluster': () => ['history'],
  'doctor of a cluster': () => ['doctor'],
  'run on a cluster': () => ['run', '--leader-elect', '--leader-election-namespace=default', ...off],
};

/** Which command waits for what. A pair that is left out makes no such call. */
const pairs: (readonly [command: string, what: string, make: Make])[] = [
  ...['plan', 'import', 'doctor', 'setup', 'run'].flatMap((command) =>
    Object.entries(credentials).map(([what, make]) => [command, what, make] as const),
  ),
  ...(
    [
      ['plan', '@aws-sdk/client-organizations'],
      ['import', '@aws-sdk/client-sso-admin'],
      ['doctor', '@aws-sdk/client-sqs'],
      ['doctor', '@aws-sdk/client-eventbridge'],
      ['doctor', '@aws-sdk/client-cloudtrail'],
      ['doctor', '@aws-sdk/client-iam'],
      ['setup', '@aws-sdk/client-sqs'],
      ['setup', '@aws-sdk/client-eventbridge'],
      ['setup', '@aws-sdk/client-cloudtrail'],
      ['plan', '@aws-sdk/client-sts'],
    ] as const
  ).map(([command, what]) => [command, what, services[what]] as const),
  ...['plan of a cluster', 'history of a cluster', 'doctor of a cluster', 'run on a cluster'].flatMap(
    (command) => Object.entries(clusters).map(([what, make]) => [command, what, make] as const),
  ),
];

async function start(command: string, opened: Opened) {
  const line = commandLines[command];
  if (line === undefined) throw new Error(command);
  const binary = await runBinary(line(opened), opened.environment);
  await binary.eventually(() => expect(opened.reached()).toBe(true), {
    what: `${command} to wait`,
    timeoutMs: 90_000,
  });
  return binary;
}

describe.concurrent('A signal', () => {
  it.each(pairs)('ends `%s` within a second while it waits for %s', async (command, _what, make) => {
    await using opened = await openHanging(make);
    await using binary = await start(command, opened);
    const asked = performance.now();
    binary.signal('SIGTERM');
    const { code, signal } = await binary.exited;
    // A busy machine needs more than the second; the shortest time-out of a command would be longer still.
    expect(performance.now() - asked).toBeLessThan(6_000);
    expect(signal).toBeNull();
    expect(code, binary.stderr()).toBe(command.startsWith('run') ? 0 : 1);
  });
});

describe.concurrent('Without a signal', () => {
  it.each(Object.entries(credentials))(
    '`doctor` ends by itself with 1 while %s never answers',
    async (_what, make) => {
      await using opened = await openHanging(make);
      await using binary = await start('doctor', opened);
      expect(await binary.exited).toEqual({ code: 1, signal: null });
      expect(binary.stdout()).toMatch(/✗ credentials .*no (answer within|usable)/);
    },
  );

  it.each(['sts:AssumeRoleWithWebIdentity', 'credential_process'] as const)(
    '`plan` ends by itself with 1 and one message while %s never answers',
    async (what) => {
      await using opened = await openHanging(credentials[what]);
      await using binary = await start('plan', opened);
      expect(await binary.exited).toEqual({ code: 1, signal: null });
      expect(binary.stdout()).toMatch(/no (answer within|usable answer)/);
    },
  );

  it('`run` logs which call never answers, and /readyz names it', async () => {
    await using opened = await openHanging(credentials['sts:AssumeRoleWithWebIdentity']);
    const probes = `127.0.0.1:${await freePort()}`;
    await using operator = await runBinary(
      [
        'run',
        '--manifests',
        opened.manifests,
        '--metrics-bind-address=0',
        '--health-probe-bind-address',
        probes,
      ],
      opened.environment,
    );
    const failed = 'sts:AssumeRoleWithWebIdentity failed: no answer within 20 s';
    // "waiting for the first answer", or already which call failed: `test/cli/awsReadiness.test.ts` tells them apart.
    await operator.eventually(
      async () => {
        const early = await fetch(`http://${probes}/readyz`);
        expect([early.status, await early.text()]).toEqual([
          500,
          expect.stringContaining('[-]aws: AWS has not answered yet: '),
        ]);
      },
      { timeoutMs: 90_000 },
    );
    await operator.waitForLine(({ level, msg }) => level === 'warn' && msg === failed, { timeoutMs: 90_000 });
    const late = await fetch(`http://${probes}/readyz`);
    expect(late.status).toBe(500);
    expect(await late.text()).toContain(`[-]aws: AWS has not answered yet: ${failed}`);
    expect((await fetch(`http://${probes}/healthz`)).status).toBe(200);
  });

  it('`run` becomes ready when AWS answers at last', async () => {
    await using opened = await openHanging(() => ({ environment: {} }));
    await using proxy = await startFaultProxy({ url: opened.aws.environment.AWS_ENDPOINT_URL });
    proxy.troubled = () => ({ kind: 'Silence' });
    const probes = `127.0.0.1:${await freePort()}`;
    await using operator = await runBinary(
      [
        'run',
        '--manifests',
        opened.manifests,
        '--metrics-bind-address=0',
        '--health-probe-bind-address',
        probes,
      ],
      { ...opened.environment, AWS_ENDPOINT_URL: proxy.url },
    );
    await operator.waitForLine(({ level, msg }) => level === 'warn' && String(msg).includes('failed'), {
      timeoutMs: 60_000,
    });
    expect((await fetch(`http://${probes}/readyz`)).status).toBe(500);
    proxy.troubled = () => undefined;
    proxy.cut();
    await operator.eventually(async () => expect((await fetch(`http://${probes}/readyz`)).status).toBe(200), {
      timeoutMs: 60_000,
    });
  });
});

describe('The table of what hangs', () => {
  it('has a row for each client of the AWS SDK that the product depends on', async () => {
    const text = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
    const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
    const clients = Object.keys(dependencies).filter((name) => name.startsWith('@aws-sdk/client-'));
    expect(Object.keys(services).sort()).toEqual(clients.sort());
  });
});
