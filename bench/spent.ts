/**
 * Where the processor's time from the receipt of an event to the first correcting call goes, by a profile of the operator:
 * its own code, the AWS SDK, Node.js. `node bench/spent.ts [changes]`. The profiler's own cost is in the numbers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBinary } from '../test/harness/binary.ts';
import { folderOf } from './parts/folder.ts';
import { declare } from './parts/manifests.ts';
import { principals } from './parts/principals.ts';
import { noAdministrator, readProfile, type Stretch, timeByOwner } from './parts/profile.ts';
import { type Row, report, spread } from './parts/report.ts';
import { openBenchAws } from './parts/simulatedAws.ts';

const changes = Number(process.argv[2] ?? 24);
const services = principals(changes);
const profiles = mkdtempSync(join(tmpdir(), 'trusted-access-profile-'));

await using benchAws = await openBenchAws({
  organizations: 1,
  enabled: services,
  events: true,
  throttles: 'off',
});
const stretches = await drills();
const times = timeByOwner(readProfile(profiles), stretches);
rmSync(profiles, { recursive: true });
const others = ['the AWS SDK', noAdministrator, 'garbage collection'];
const libraries = [...new Set(times.flatMap((time) => [...time.keys()]))].filter(
  (owner) => !others.includes(owner),
);
const own = times.map((time) => libraries.reduce((sum, owner) => sum + (time.get(owner) ?? 0), 0));
const quick = own.filter((milliseconds) => milliseconds < 5);
const row = (what: string, owners?: readonly string[]): Row => ({
  what,
  unit: 'ms',
  value: spread(
    times.map((time) =>
      [...time].reduce((sum, [owner, one]) => (!owners || owners.includes(owner) ? sum + one : sum), 0),
    ),
  ),
});
const biggestFirst = (rows: readonly Row[]) => rows.toSorted((a, b) => median(b) - median(a));
report('spent', [
  row('received → first correcting call, on the processor'),
  ...biggestFirst(others.map((owner) => row(`  of it ${owner}`, [owner]))),
  { ...row('  of it the operator, with its small libraries', libraries), budget: { most: 5 } },
  ...biggestFirst(libraries.map((owner) => row(`    of that ${owner}`, [owner]))),
  { what: `corrections of ${changes} with less than 5 ms of the operator`, unit: '', value: quick.length },
  { what: 'the first correction of the process: the operator', unit: 'ms', value: own[0] ?? Number.NaN },
]);

function median({ value }: Row): number {
  return typeof value === 'number' ? value : value.median;
}

async function drills(): Promise<readonly Stretch[]> {
  const folder = folderOf(declare(changes, benchAws.roles.slice(0, 1), { interval: '24h' }));
  const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0', '--log-format=json'];
  const args = ['run', '--manifests', folder, ...off, '--event-queue', benchAws.queueUrl ?? ''];
  const profiling = `--cpu-prof --cpu-prof-interval=100 --cpu-prof-dir=${profiles}`;
  await using operator = await runBinary(args, { ...benchAws.environment, NODE_OPTIONS: profiling });
  // Everything is in sync, and events are proven.
  await sleep(15_000);
  const stretches: Stretch[] = [];
  for (const principal of services) {
    const { received, corrected } = await benchAws.drill(principal, operator.pid);
    if (received !== undefined) stretches.push({ from: received, to: corrected });
    await sleep(2_000);
  }
  await operator.stop(30_000);
  return stretches;
}
