/**
 * Many resources in many organizations on a real kube-apiserver: events proven: until all are in sync, status writes
 * a second, memory, and what idling costs. `node bench/scale.ts [resources organizations]…`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binary } from '../test/harness/binary.ts';
import { type Bench, collection, inParallel, openCluster } from './parts/cluster.ts';
import { type Declared, declare } from './parts/manifests.ts';
import { startOperator } from './parts/operator.ts';
import { principals } from './parts/principals.ts';
import { memoryOf, processorTime } from './parts/processes.ts';
import { type Row, report } from './parts/report.ts';
import { type BenchAws, openBenchAws } from './parts/simulatedAws.ts';

const sizes = [
  [1, 1],
  [100, 1],
  [1_000, 20],
  [10_000, 200],
] as const;
const asked = process.argv.slice(2).map(Number);
const chosen = asked.length === 2 ? [[asked[0] ?? 1, asked[1] ?? 1] as const] : sizes;
const idleSeconds = 20;

let one: number | undefined;
for (const [resources, organizations] of chosen) {
  const rows = await measure(resources, organizations);
  report(`scale-${resources}`, rows);
}

async function measure(resources: number, organizations: number): Promise<readonly Row[]> {
  const enabled = principals(Math.ceil(resources / organizations));
  await using benchAws = await openBenchAws({ organizations, enabled, events: true });
  await using bench = await openCluster();
  const declared = declare(resources, benchAws.roles);
  await bench.create(declared);
  const floor = await bareWrites(bench, declared);
  const began = performance.now();
  await using operator = await startOperator(bench.cluster.kubeconfig, benchAws.environment, [
    '--event-queue',
    benchAws.queueUrl ?? '',
  ]);
  const settled = await settle(operator, benchAws, bench, resources, began);
  const counts = await benchAws.counts();
  const memory = memoryOf(operator.pid);
  const quietAfter = await quiet(operator.pid);
  one ??= memory.resident;
  const before = processorTime(operator.pid);
  await sleep(idleSeconds * 1_000);
  const idle = (processorTime(operator.pid) - before) / (idleSeconds * 10);
  const later = memoryOf(operator.pid);
  await operator.stop();
  // Listening goes on whatever the number of resources.
  const listening = /Message|PutEvents/;
  const calls = Object.entries(counts)
    .filter(([operation]) => !listening.test(operation))
    .reduce((sum, [, count]) => sum + count, 0);
  return [
    { what: 'start → first status stored', unit: 's', value: settled.first },
    { what: 'start → all in sync', unit: 's', value: settled.all },
    // Of fewer, AWS's rates decide and not the writing.
    ...(resources < 1_000
      ? []
      : [
          {
            what: 'status writes a second',
            unit: '1/s',
            value: resources / (settled.all - settled.first),
            floor,
          },
        ]),
    { what: 'processor time a resource, list to status', unit: 'ms', value: settled.processor / resources },
    { what: 'AWS calls of the round', unit: 'calls', value: calls },
    { what: 'of them a resource', unit: 'calls', value: calls / resources },
    { what: 'resident memory in sync', unit: 'MB', value: memory.resident, budget: { most: 300 } },
    ...(resources > 1
      ? [
          {
            what: 'of it a resource',
            unit: 'kB',
            value: ((memory.resident - (one ?? 0)) * 1_024) / resources,
          },
        ]
      : []),
    { what: 'most on the way there', unit: 'MB', value: memory.peak },
    { what: 'in sync → last Kubernetes event written', unit: 's', value: quietAfter },
    { what: 'resident memory when idle', unit: 'MB', value: later.resident, budget: { most: 300 } },
    { what: `idle for ${idleSeconds} s: of a core`, unit: '%', value: idle, budget: { most: 5 } },
  ];
}

/** Up to a thousand Kubernetes events are still to be written, one after the other; seconds until that is done. */
async function quiet(pid: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const before = processorTime(pid);
    await sleep(2_000);
    const since = (performance.now() - began) / 1_000;
    if (processorTime(pid) - before < 10 || since > 120) return since - 2;
  }
}

/** Every resource says InSync; seconds since the start. Looks at etcd's own count, which costs the operator nothing. */
async function settle(
  operator: Binary,
  benchAws: BenchAws,
  { call }: Bench,
  resources: number,
  began: number,
) {
  let first: number | undefined;
  const patience = 20 * 60_000;
  for (;;) {
    const seconds = (performance.now() - began) / 1_000;
    const done = await inSync(call, resources);
    if (done > 0) first ??= seconds;
    if (done === resources)
      return { first: first ?? seconds, all: seconds, processor: processorTime(operator.pid) };
    if (seconds * 1_000 > patience)
      throw new Error(`${done} of ${resources} in sync: ${JSON.stringify(await benchAws.counts())}`);
    await sleep(resources > 100 ? 1_000 : 100);
  }
}

async function inSync(call: Bench['call'], resources: number): Promise<number> {
  // The last of the first and of the later ones, before all of them are counted.
  if (resources > 1_000) {
    const { body } = await call('GET', `${collection}/bench-00000`);
    if (!body.includes('"InSync"')) return 0;
  }
  const { body } = await call('GET', `${collection}?resourceVersion=0`);
  return body.split('"reason":"InSync","status":"True","type":"Ready"').length - 1;
}

/** The floor: bare server-side applies of a status of the same size, as many at once as the operator may send. */
async function bareWrites({ call }: Bench, declared: readonly Declared[]): Promise<number> {
  const some = declared.slice(0, 1_000);
  const message = 'x'.repeat(400);
  const conditions = ['A', 'B', 'C'].map((type) => ({
    type,
    status: 'True',
    reason: 'Bare',
    message,
    lastTransitionTime: new Date().toISOString(),
  }));
  const began = performance.now();
  await inParallel(7, some, async ({ apiVersion, kind, metadata }) => {
    const body = { apiVersion, kind, metadata, status: { conditions } };
    const query = 'fieldManager=bare&force=true';
    const { code, body: said } = await call(
      'PATCH',
      `${collection}/${metadata.name}/status?${query}`,
      body,
      'application/apply-patch+yaml',
    );
    if (code !== 200) throw new Error(`bare status: ${code} ${said}`);
  });
  const seconds = (performance.now() - began) / 1_000;
  await inParallel(7, some, async ({ metadata }) => {
    await call(
      'PATCH',
      `${collection}/${metadata.name}/status`,
      { status: null },
      'application/merge-patch+json',
    );
  });
  return some.length / seconds;
}
