/**
 * AWS calls as resources of one organization grow, and how long 60 services of one organization take to be as declared
 * at AWS's documented rates, against what those rates allow at best. `node bench/calls.ts [services]`.
 */
import { performance } from 'node:perf_hooks';
import { runBinary } from '../test/harness/binary.ts';
import { eventually } from '../test/harness/eventually.ts';
import { folderOf } from './parts/folder.ts';
import { declare } from './parts/manifests.ts';
import { principals } from './parts/principals.ts';
import { type Row, report } from './parts/report.ts';
import { openBenchAws } from './parts/simulatedAws.ts';

const services = Number(process.argv[2] ?? 60);
const rows: Row[] = [];
for (const resources of [1, 10, services]) {
  const { counts } = await converge(resources, principals(resources));
  // One page of 20 services after the other; organization and account once; then one call each.
  const least = Math.ceil(resources / 20) + 1 + resources;
  const total = Object.entries(counts)
    .filter(([operation]) => !operation.includes('refused'))
    .reduce((sum, [, count]) => sum + count, 0);
  rows.push({ what: `a round of ${resources} in sync`, unit: 'calls', value: total, floor: least });
  rows.push({
    what: '  of it shared by all: organization, services',
    unit: 'calls',
    value: total - (counts['ListDelegatedAdministrators'] ?? 0),
  });
}
const { seconds, counts } = await converge(services, []);
rows.push({
  what: `${services} services enabled from nothing`,
  unit: 's',
  value: seconds,
  floor: leastSeconds(services),
});
for (const [operation, count] of Object.entries(counts))
  rows.push({ what: `  ${operation}`, unit: 'calls', value: count });
report('calls', rows);

/**
 * EnableAWSServiceAccess may be called once a second and twice at once (AWS Organizations user guide, "Quotas"), by one
 * account: n calls take n - 2 seconds at best. Every other call fits beside them.
 */
function leastSeconds(calls: number): number {
  return Math.max(calls - 2, 0);
}

async function converge(resources: number, enabled: readonly string[]) {
  await using benchAws = await openBenchAws({ organizations: 1, enabled });
  const folder = folderOf(declare(resources, benchAws.roles, { interval: '24h' }));
  const began = performance.now();
  const off = [
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
    '--log-format=json',
    '--log-level=debug',
  ];
  await using operator = await runBinary(['run', '--manifests', folder, ...off], benchAws.environment);
  await eventually(
    () => {
      const settled = new Set(
        operator
          .lines()
          .filter(({ msg, outcome }) => msg === 'reconciled' && outcome === 'InSync')
          .map(({ resource }) => resource),
      );
      if (settled.size < resources) throw new Error(`${settled.size} of ${resources}`);
    },
    { timeoutMs: 300_000, everyMs: 50, what: 'all resources to be in sync' },
  );
  return { seconds: (performance.now() - began) / 1_000, counts: await benchAws.counts() };
}
