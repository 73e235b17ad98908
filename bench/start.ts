/**
 * From the start of the process to the first AWS call and to the first resource in sync, and what it holds in memory
 * then: one resource on a real kube-apiserver. `node bench/start.ts [starts]`.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../test/harness/childProcess.ts';
import { eventually } from '../test/harness/eventually.ts';
import { type Bench, collection, openCluster } from './parts/cluster.ts';
import { declare } from './parts/manifests.ts';
import { startOperator } from './parts/operator.ts';
import { principals } from './parts/principals.ts';
import { type Memory, memoryOf, processorTime } from './parts/processes.ts';
import { report, spread } from './parts/report.ts';
import { type BenchAws, openBenchAws } from './parts/simulatedAws.ts';

const starts = Number(process.argv[2] ?? 7);
const root = resolve(import.meta.dirname, '..');

await using benchAws = await openBenchAws({ organizations: 1, enabled: principals(1) });
await using bench = await openCluster();
const [only] = declare(1, benchAws.roles);
if (only === undefined) throw new Error('nothing declared');
await bench.create([only]);
const bare = [await bareNode(), await bareNode(), await bareNode()];
const measured: Awaited<ReturnType<typeof startOnce>>[] = [];
for (let number = 0; number < starts; number += 1) measured.push(await startOnce(benchAws, bench));
const resident = (of: (memory: Memory) => number) => ({
  value: spread(measured.map(({ memory }) => of(memory))),
  floor: spread(bare.map(({ memory }) => of(memory))),
});
report('start', [
  {
    what: 'start → first AWS call',
    unit: 'ms',
    value: spread(measured.map(({ called }) => called)),
    floor: spread(bare.map(({ up }) => up)),
    budget: { most: 700 },
  },
  { what: 'start → status stored', unit: 'ms', value: spread(measured.map(({ stored }) => stored)) },
  {
    what: 'processor time of the start',
    unit: 'ms',
    value: spread(measured.map(({ processor }) => processor)),
  },
  {
    what: 'resident memory, 5 s later',
    unit: 'MB',
    ...resident((one) => one.resident),
    budget: { most: 85 },
  },
  { what: 'of it own pages', unit: 'MB', ...resident((one) => one.own) },
  { what: 'of it pages of files: the program of Node.js', unit: 'MB', ...resident((one) => one.files) },
  { what: 'most while starting', unit: 'MB', ...resident((one) => one.peak) },
  { what: 'bundle, without source maps', unit: 'kB', value: bundle() / 1_000 },
]);

async function startOnce(aws: BenchAws, { cluster, call }: Bench) {
  await call('PATCH', `${collection}/bench-00000/status`, { status: null }, 'application/merge-patch+json');
  await aws.reset();
  const began = performance.now();
  await using operator = await startOperator(cluster.kubeconfig, aws.environment);
  const until = (what: string, holds: () => Promise<boolean>): Promise<number> =>
    eventually(
      async () => {
        if (!(await holds())) throw new Error('not yet');
        return performance.now() - began;
      },
      { timeoutMs: 60_000, everyMs: 5, what },
    );
  const called = await until('the first AWS call', async () => Object.keys(await aws.counts()).length > 0);
  const stored = await until('the status', async () =>
    (await call('GET', `${collection}/bench-00000`)).body.includes('"InSync"'),
  );
  const processor = processorTime(operator.pid);
  await sleep(5_000);
  return { called, stored, processor, memory: memoryOf(operator.pid) };
}

/** The floor: Node.js that does nothing. */
async function bareNode(): Promise<{ up: number; memory: Memory }> {
  const began = performance.now();
  const idle = 'process.stdout.write("up");setInterval(() => {}, 1e6)';
  const node = await startProcess(process.execPath, ['-e', idle]);
  await new Promise<void>((done) => node.onStdout(() => done()));
  const up = performance.now() - began;
  await sleep(500);
  const memory = memoryOf(node.pid);
  await node.stop();
  return { up, memory };
}

function bundle(): number {
  const folders = [join(root, 'dist'), join(root, 'dist', 'chunks')];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return files.filter((file) => file.endsWith('.mjs')).reduce((sum, file) => sum + statSync(file).size, 0);
}
