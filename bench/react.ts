/**
 * Somebody switches a service off in AWS: when the operator hears of it, when its first correcting call is sent, when
 * it has seen that AWS has it; on events and on polling. `node bench/react.ts [changes]`.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  ListAWSServiceAccessForOrganizationCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Binary, runBinary } from '../test/harness/binary.ts';
import { folderOf } from './parts/folder.ts';
import { declare } from './parts/manifests.ts';
import { principals } from './parts/principals.ts';
import { processorTime } from './parts/processes.ts';
import { type Row, report, type Spread, spread } from './parts/report.ts';
import { type BenchAws, type Drill, openBenchAws } from './parts/simulatedAws.ts';

const changes = Number(process.argv[2] ?? 12);
const services = principals(changes);
const now = (): number => performance.timeOrigin + performance.now();

await using benchAws = await openBenchAws({ organizations: 1, enabled: services, events: true });
const floor = { ...(await bareCalls(benchAws)), poll: await barePolls(benchAws) };
const events = await work(benchAws, '24h', ['--event-queue', benchAws.queueUrl ?? '']);
const polling = await work(benchAws, '5s', []);
report('react', [...rowsOf('events', events, floor), ...rowsOf('polling every 5 s', polling, floor)]);

interface Worked {
  readonly drills: readonly Drill[];
  /** Milliseconds on the processor for each change, the whole of it: receiving, observing, correcting, verifying, reporting. */
  readonly processor: readonly number[];
}

async function work(aws: BenchAws, interval: string, args: readonly string[]): Promise<Worked> {
  const folder = folderOf(declare(changes, aws.roles.slice(0, 1), { interval }));
  await using operator = await start(aws, folder, args);
  const drills: Drill[] = [];
  const processor: number[] = [];
  for (const principal of services) {
    // The documented rates are not what is measured: each change finds them unused.
    await sleep(args.length > 0 ? 5_000 : 4_000 + Math.random() * 5_000);
    const before = processorTime(operator.pid);
    drills.push(await aws.drill(principal, operator.pid));
    await sleep(500);
    processor.push(processorTime(operator.pid) - before);
  }
  return { drills, processor };
}

async function start(aws: BenchAws, folder: string, args: readonly string[]): Promise<Binary> {
  const off = [
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
    '--log-format=json',
    '--log-level=debug',
  ];
  const operator = await runBinary(['run', '--manifests', folder, ...off, ...args], aws.environment);
  for (let number = 0; number < changes; number += 1) {
    const name = declare(changes, aws.roles)[number]?.metadata.name;
    await operator.waitForLine(({ msg, resource }) => msg === 'reconciled' && resource === name, {
      timeoutMs: 120_000,
    });
  }
  // Events are proven by a heartbeat, which wakes everybody once more.
  await sleep(args.length > 0 ? 10_000 : 0);
  return operator;
}

function rowsOf(
  how: string,
  { drills, processor }: Worked,
  bare: { readonly call: Spread; readonly processor: Spread; readonly poll: Spread },
): readonly Row[] {
  const rows: Row[] = [];
  const add = (what: string, samples: readonly number[], rest: Partial<Row> = {}): void => {
    rows.push({ what: `${how}: ${what}`, unit: 'ms', value: spread(samples), ...rest });
  };
  const received = drills.flatMap((drill) =>
    drill.received === undefined ? [] : [{ ...drill, received: drill.received }],
  );
  if (received.length > 0) {
    add(
      'change → received (of it in AWS: 400 ms and more)',
      received.map((one) => one.received - one.changed),
      { floor: bare.poll },
    );
    add(
      'received → first correcting call',
      received.map((one) => one.corrected - one.received),
      { floor: bare.call, budget: { most: 50 } },
    );
    rows.push({
      what: `${how}: calls between receipt and correction`,
      unit: 'calls',
      value: spread(received.map(({ reads }) => reads)),
    });
  } else {
    add(
      'change → first correcting call',
      drills.map((one) => one.corrected - one.changed),
    );
  }
  add(
    'last read answered → first correcting call: the operator alone',
    drills.map((one) => one.corrected - one.seen),
    { floor: bare.call },
  );
  add(
    'first correcting call → verified',
    drills.map((one) => one.verified - one.corrected),
    { floor: bare.call },
  );
  add(
    'processor time up to the first correcting call (bench/spent.ts: whose)',
    drills.map((one) => one.processor),
    { floor: bare.processor },
  );
  add('processor time of all that, and half a second more', processor);
  return rows;
}

/** The floor of a call: the SDK's client, a kept connection, the same simulated AWS. */
async function bareCalls({
  environment,
}: BenchAws): Promise<{ readonly call: Spread; readonly processor: Spread }> {
  const client = new OrganizationsClient(settingsOf(environment));
  const samples: number[] = [];
  const processor: number[] = [];
  for (let number = 0; number < 12; number += 1) {
    const [began, before] = [now(), processorTime(process.pid)];
    await client.send(new ListAWSServiceAccessForOrganizationCommand({ MaxResults: 20 }));
    samples.push(now() - began);
    processor.push(processorTime(process.pid) - before);
    await sleep(1_050);
  }
  client.destroy();
  return { call: spread(samples.slice(2)), processor: spread(processor.slice(2)) };
}

/** The floor of receiving: a message put into a queue that is long-polled already. */
async function barePolls(aws: BenchAws): Promise<Spread> {
  const client = new SQSClient({ ...settingsOf(aws.environment), useQueueUrlAsEndpoint: false, md5: false });
  const samples: number[] = [];
  for (let number = 0; number < 12; number += 1) {
    const received = client
      .send(new ReceiveMessageCommand({ QueueUrl: aws.bareQueueUrl ?? '', WaitTimeSeconds: 20 }))
      .then(now);
    await sleep(200);
    const put = await aws.send(aws.bareQueueUrl ?? '');
    samples.push((await received) - put);
  }
  client.destroy();
  return spread(samples.slice(2));
}

function settingsOf(environment: NodeJS.ProcessEnv) {
  return {
    region: environment['AWS_REGION'] ?? '',
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  };
}
