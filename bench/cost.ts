/**
 * What running it costs a month on AWS, on defaults: the calls of one round, counted at a simulated AWS; the requests of
 * listening, counted over an hour of virtual time; the list prices of us-east-1. `node bench/cost.ts`.
 */
import { idleRequests } from '../scripts/docs/requests.ts';
import { type Binary, runBinary } from '../test/harness/binary.ts';
import { eventually } from '../test/harness/eventually.ts';
import { folderOf } from './parts/folder.ts';
import { declare } from './parts/manifests.ts';
import { type Row, report } from './parts/report.ts';
import { type BenchAws, openBenchAws } from './parts/simulatedAws.ts';

/** 30 days, as in AWS's price examples. */
const hours = 720;
/** Dollars a request. Calls of Organizations, IAM, Identity Center and STS, and events of AWS services, cost nothing. */
const price = { sqs: 0.4 / 1e6, customEvent: 1 / 1e6 };
/** SQS requests of an account that are free each month. */
const free = 1e6;

type Counts = Readonly<Record<string, number>>;

const rows: Row[] = [];
const { receives, deletions, heartbeats } = await idleRequests();
const requests = (receives + deletions) * hours;
const beats = heartbeats * hours;
for (const organizations of [1, 10, 100]) {
  const counts = await observe(organizations);
  const row = (what: string, unit: string, value: number): void => {
    rows.push({ what: `${organizations} organizations: ${what}`, unit, value });
  };
  const calls = Object.values(counts).reduce((sum, count) => sum + count, 0);
  row('AWS calls of one round, once an hour', 'calls', calls);
  row('free AWS calls a month', 'calls', calls * hours);
  row('SQS requests a month', 'calls', requests);
  row('heartbeats on the bus a month', 'events', beats);
  row('bill a month', '$', Math.max(0, requests - free) * price.sqs + beats * price.customEvent);
  row(
    'bill a month when the free requests are used up',
    '$',
    requests * price.sqs + beats * price.customEvent,
  );
}
report('cost', rows);

/** Calls of one round over the sso resource of each organization: what happens once an hour. */
async function observe(organizations: number): Promise<Counts> {
  await using benchAws = await openBenchAws({ organizations, enabled: ['sso.amazonaws.com'] });
  await using operator = await start(benchAws);
  await allSettled(operator, organizations);
  return await benchAws.counts();
}

function start(benchAws: BenchAws): Promise<Binary> {
  const folder = folderOf(
    declare(benchAws.roles.length, benchAws.roles, { servicePrincipal: 'sso.amazonaws.com' }),
  );
  const off = [
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
    '--log-format=json',
    '--log-level=debug',
  ];
  return runBinary(['run', '--manifests', folder, ...off], benchAws.environment);
}

async function allSettled(operator: Binary, resources: number): Promise<void> {
  await eventually(
    () => {
      const done = operator
        .lines()
        .filter(({ msg, outcome }) => msg === 'reconciled' && outcome === 'InSync');
      const names = new Set(done.map(({ resource }) => resource));
      if (names.size < resources) throw new Error(`${names.size} of ${resources}`);
    },
    { timeoutMs: 180_000, everyMs: 100, what: 'all resources to be in sync' },
  );
}
