/**
 * What running it costs a month on AWS, on defaults: calls counted in one round and in two minutes of listening, and
 * the list prices of us-east-1 as of July 2026. `node bench/cost.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Binary, runBinary } from '../test/harness/binary.ts';
import { eventually } from '../test/harness/eventually.ts';
import { folderOf } from './parts/folder.ts';
import { declare } from './parts/manifests.ts';
import { type Row, report } from './parts/report.ts';
import { openTown, type Town } from './parts/town.ts';

const hours = 730;
const minutes = hours * 60;
/** Dollars a request. Calls of Organizations, IAM, Identity Center and STS, and events of AWS services, cost nothing. */
const price = { sqs: 0.4 / 1e6, customEvent: 1 / 1e6 };
/** SQS requests of an account that are free each month. */
const free = 1e6;
const queueCalls = ['ReceiveMessage', 'DeleteMessageBatch', 'DeleteMessage', 'ChangeMessageVisibilityBatch'];

type Counts = Readonly<Record<string, number>>;
const sum = (counts: Counts, named: (operation: string) => boolean): number =>
  Object.entries(counts)
    .filter(([operation]) => named(operation))
    .reduce((all, [, count]) => all + count, 0);
const isQueue = (operation: string): boolean => queueCalls.includes(operation);
const isEvent = (operation: string): boolean => operation === 'PutEvents';

const rows: Row[] = [];
const listening = await listen();
const requests = sum(listening, isQueue) * minutes;
const beats = sum(listening, isEvent) * minutes;
for (const organizations of [1, 10, 100]) {
  const looks =
    sum(await look(organizations), (operation) => !isQueue(operation) && !isEvent(operation)) * hours;
  const row = (what: string, unit: string, value: number): void => {
    rows.push({ what: `${organizations} organizations: ${what}`, unit, value });
  };
  row('free AWS calls a month', 'calls', looks);
  row('SQS requests a month', 'calls', requests);
  row('heartbeats on the bus a month', 'events', beats);
  row('bill a month', '$', Math.max(0, requests - free) * price.sqs + beats * price.customEvent);
  row('bill without free requests', '$', requests * price.sqs + beats * price.customEvent);
}
report('cost', rows);

/** Calls of one look at the sso resource of each organization: what happens once an hour. */
async function look(organizations: number): Promise<Counts> {
  await using town = await openTown({ organizations, enabled: ['sso.amazonaws.com'] });
  await using operator = await start(town, []);
  await allSettled(operator, organizations);
  return await town.counts();
}

/** Calls a minute of a proven queue in which nothing happens but heartbeats. */
async function listen(): Promise<Counts> {
  await using town = await openTown({ organizations: 1, enabled: ['sso.amazonaws.com'], events: true });
  await using _operator = await start(town, ['--event-queue', town.queueUrl ?? '']);
  await eventually(
    async () => {
      if (sum(await town.counts(), (operation) => operation.startsWith('DeleteMessage')) === 0)
        throw new Error('not yet');
    },
    { timeoutMs: 60_000, everyMs: 500, what: 'the first heartbeat' },
  );
  await sleep(5_000);
  await town.reset();
  const over = 2;
  await sleep(over * 60_000);
  const counts = await town.counts();
  return Object.fromEntries(Object.entries(counts).map(([operation, count]) => [operation, count / over]));
}

function start(town: Town, args: readonly string[]): Promise<Binary> {
  const folder = folderOf(declare(town.roles.length, town.roles, { servicePrincipal: 'sso.amazonaws.com' }));
  const off = [
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
    '--log-format=json',
    '--log-level=debug',
  ];
  return runBinary(['run', '--manifests', folder, ...off, ...args], town.environment);
}

async function allSettled(operator: Binary, resources: number): Promise<void> {
  await eventually(
    () => {
      const done = operator
        .lines()
        .filter(({ msg, outcome }) => msg === 'reconciled' && outcome === 'Settled');
      const names = new Set(done.map(({ resource }) => resource));
      if (names.size < resources) throw new Error(`${names.size} of ${resources}`);
    },
    { timeoutMs: 180_000, everyMs: 100, what: 'all resources to be in sync' },
  );
}
