/**
 * How fast a burst of queue messages is drained, and what it costs in memory: the operator's event half with the real
 * SQS client, against a simulated SQS in a process of its own; beside it a bare loop of receive and delete.
 * `node bench/drain.ts [messages]`.
 */

import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { iamUser } from '../sandbox/aws/callers.ts';
import { addEventHalf } from '../sandbox/aws/events/eventHalf.ts';
import { addOrganization, issueKeys, putUser } from '../sandbox/aws/seed.ts';
import { createSimulatedAws } from '../sandbox/aws/simulatedAws.ts';
import type { SettingsFor } from '../src/awsApi/clientSettings.ts';
import { parseQueueUrl } from '../src/awsApi/queueAddress.ts';
import { systemClock } from '../src/cli/systemClock.ts';
import { resourcesIn, type Stored } from '../src/controller/ports.ts';
import { metadataSchema, specSchema } from '../src/crds/trustedAccess.ts';
import { createEvents } from '../src/events/events.ts';
import { sqsQueue } from '../src/events/sqsQueue.ts';
import { subscribeTo } from '../test/harness/sources.ts';
import { inParallel } from './parts/cluster.ts';
import { asTheExecutable } from './parts/flags.ts';
import { report } from './parts/report.ts';

const management = '111111111111';
const total = Number(process.argv[2] ?? 15_000);
const bareTotal = 5_000;
const receivers = 8;

if (process.send) await serve(process.send.bind(process));
else {
  asTheExecutable();
  await measure();
}

/** Fills a queue with a mixture: two thirds events, one third poison or doubled. */
async function serve(send: (message: object) => void): Promise<void> {
  const aws = createSimulatedAws({ settings: { throttles: 'off' }, journalLimit: 10 });
  const half = addEventHalf(aws);
  addOrganization(aws.world, { managementAccountId: management, members: [] });
  const url = await aws.start();
  const user = iamUser(management, putUser(aws.world, management, 'operator'));
  const { accessKeyId, secretAccessKey } = issueKeys(aws.world, user);
  const text = readFileSync(
    join(import.meta.dirname, '../test/events/fixtures/DisableAWSServiceAccess.json'),
    'utf8',
  );
  const event = JSON.parse(text);
  const actor = aws.actAs(user, 'us-east-1');
  const { QueueUrl } = actor('sqs', 'CreateQueue', { QueueName: 'events' });
  let body = text;
  for (let index = 0; index < total; index += 1) {
    if (index % 6 === 2) actor('sqs', 'SendMessage', { QueueUrl: QueueUrl ?? '', MessageBody: 'poison' });
    else {
      if (index % 6 !== 5)
        body = JSON.stringify({ ...event, detail: { ...event.detail, eventID: randomUUID() } });
      actor('sqs', 'SendMessage', { QueueUrl: QueueUrl ?? '', MessageBody: body });
    }
  }
  const { QueueUrl: bare } = actor('sqs', 'CreateQueue', { QueueName: 'bare' });
  for (let index = 0; index < bareTotal; index += 1)
    actor('sqs', 'SendMessage', { QueueUrl: bare ?? '', MessageBody: text });
  send({ url, queue: QueueUrl, bare, accessKeyId, secretAccessKey });
  process.once('disconnect', () => {
    half.close();
    void aws.stop();
  });
}

interface Report {
  readonly url: string;
  readonly queue: string;
  readonly bare: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

async function measure(): Promise<void> {
  const server = fork(import.meta.filename, [String(total)]);
  const [counted]: Report[] = await once(server, 'message');
  if (counted === undefined) throw new Error('the simulated SQS did not start');
  process.env['AWS_ENDPOINT_URL'] = counted.url;
  const { accessKeyId, secretAccessKey } = counted;
  const settingsFor: SettingsFor = async (_target, region = 'us-east-1') => ({
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  const stored: Stored = {
    kind: 'Valid',
    resource: {
      metadata: metadataSchema.parse({ name: 'sso' }),
      spec: specSchema.parse({}),
      status: { conditions: [] },
    },
  };
  const counts = new Map<string, number>();
  let handled = 0;
  const events = createEvents({
    clock: systemClock,
    random: Math.random,
    queues: [parseQueueUrl(counted.queue)],
    instance: randomUUID(),
    clusterName: 'bench',
    instanceIn: () => undefined,
    resources: resourcesIn(() => [stored]),
    meters: {
      message(outcome) {
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        handled += 1;
      },
      latency: () => {},
      roundTrip: () => {},
      queue: (_, fault) => fault && console.error(fault.message),
      problem: (problem) => console.error(problem),
    },
    openQueue: (address) => sqsQueue(address, settingsFor),
    openBus: () => ({ put: async () => [] }),
    history: { lookup: async () => [] },
  });
  const rss: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const subscribed = subscribeTo(events.sources);
  while (handled < total) {
    await sleep(50);
    rss.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await subscribed.stop();
  const bare = await drainBare(counted);
  server.disconnect();
  const half = rss[Math.floor(rss.length / 2)] ?? 0;
  report('drain', [
    {
      what: `messages a second, of ${total}`,
      unit: '1/s',
      value: total / seconds,
      floor: bare.rate,
      budget: { least: 2_000 },
    },
    {
      what: 'own processor time a message',
      unit: 'ms',
      value: (user + system) / 1_000 / total,
      floor: bare.processor,
    },
    { what: 'resident memory half way', unit: 'MB', value: half },
    { what: 'resident memory at the end', unit: 'MB', value: rss.at(-1) ?? 0, floor: half },
    ...[...counts].map(([outcome, value]) => ({ what: `  ${outcome}`, unit: 'messages', value })),
  ]);
}

/** The floor: the SDK's client receives ten and deletes them, as many at once as the operator may. */
async function drainBare({ url, bare, accessKeyId, secretAccessKey }: Report) {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: url,
    credentials,
    useQueueUrlAsEndpoint: false,
    md5: false,
  });
  let left = bareTotal;
  const cpu = process.cpuUsage();
  const began = performance.now();
  await inParallel(receivers, Array.from({ length: receivers }), async () => {
    while (left > 0) {
      const receive = new ReceiveMessageCommand({ QueueUrl: bare, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await client.send(receive);
      if (Messages.length === 0) return;
      for (const { Body } of Messages) JSON.parse(Body ?? '');
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: bare, Entries }));
      left -= Messages.length;
    }
  });
  const { user, system } = process.cpuUsage(cpu);
  client.destroy();
  const done = bareTotal - left;
  return { rate: (done * 1_000) / (performance.now() - began), processor: (user + system) / 1_000 / done };
}
