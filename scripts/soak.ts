/**
 * `make soak MINUTES=60`: mixed work twice a second on a real kube-apiserver and the simulated AWS, with the executable
 * as it is deployed; memory, handles and connections are to stay flat. Writes .cache/soak.json and docs/assets/soak.svg.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { collection, openCluster } from '../bench/parts/cluster.ts';
import { startOperator } from '../bench/parts/operator.ts';
import { openScenario } from '../sandbox/drills/scenario.ts';
import { graphOf } from './soak/graph.ts';
import { growth, type Sample, sampleOf } from './soak/sample.ts';
import { mixedWork } from './soak/work.ts';

const root = resolve(import.meta.dirname, '..');
const minutes = Number(process.env['MINUTES'] || 60);
if (!(minutes > 0)) {
  process.stderr.write('MINUTES is to be a positive number\n');
  process.exit(2);
}

await using bench = await openCluster();
const scenario = await openScenario();
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name.startsWith('AWS_')),
);
await using operator = await startOperator(bench.cluster.kubeconfig, environment, [
  `--event-queue=${scenario.queueUrl}`,
]);
const work = mixedWork(bench, scenario, 1);
const samples: Sample[] = [];
const done = new Map<string, number>();
const began = performance.now();
const seconds = () => (performance.now() - began) / 1_000;
while (seconds() < minutes * 60) {
  const what = await work();
  done.set(what, (done.get(what) ?? 0) + 1);
  await sleep(500);
  const last = samples.at(-1)?.at ?? -10;
  if (seconds() - last < 10) continue;
  samples.push(sampleOf(operator.pid, seconds()));
  if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(seconds() / 60)} of ${minutes} minutes `);
}
// What is contended is left alone for up to half an hour; everything else has to be settled by then.
await sleep(30_000);
const reasons = await readyReasons();
const { code } = await operator.stop(30_000);
await scenario.stop();

async function readyReasons(): Promise<ReadonlyMap<string, number>> {
  const { items } = JSON.parse((await bench.call('GET', collection)).body) as { items: Resource[] };
  const all = items.map(
    ({ status }) => status?.conditions.find(({ type }) => type === 'Ready')?.reason ?? 'none',
  );
  return new Map(
    Object.entries(Object.groupBy(all, (reason) => reason)).map(([reason, found]) => [
      reason,
      found?.length ?? 0,
    ]),
  );
}

interface Resource {
  readonly status?: { readonly conditions: readonly { readonly type: string; readonly reason: string }[] };
}

const grown = growth(samples);
for (const [what, times] of done) process.stdout.write(`${String(times).padStart(6)}  ${what}\n`);
for (const { what, early, late, isFlat } of grown) {
  process.stdout.write(
    `${what}: ${early.toFixed(1)} early, ${late.toFixed(1)} at the end: ${isFlat ? 'flat' : 'GREW'}\n`,
  );
}
const reached = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
process.stdout.write(`half a minute later: ${reached}\n`);
process.stdout.write(`stopped with exit code ${code} after ${Math.round(seconds() / 60)} minutes\n`);
const cache = process.env['TRUSTED_ACCESS_CACHE_DIR'] ?? join(root, '.cache');
mkdirSync(cache, { recursive: true });
writeFileSync(
  join(cache, 'soak.json'),
  `${JSON.stringify({ minutes, done: Object.fromEntries(done), samples })}\n`,
);
const caption = `Memory and handles of the operator over ${Math.round(minutes)} minutes of mixed work`;
writeFileSync(join(root, 'docs', 'assets', 'soak.svg'), graphOf(samples, caption));
process.exitCode = code === 0 && grown.every(({ isFlat }) => isFlat) ? 0 : 1;
