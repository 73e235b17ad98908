/**
 * 10,000 resources listed and 1,000 changes a second for ten seconds, from a server in a process of its own, against a
 * bare list and watch that parses JSON and keeps the objects. `node bench/reflector.ts [resources changes]`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { systemClock } from '../src/cli/systemClock.ts';
import { createHttpApi } from '../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../src/kubernetes/kubeConfig.ts';
import { createStore } from '../src/kubernetes/store.ts';
import { reapWithUs } from '../test/harness/reaper.ts';
import { declare } from './parts/manifests.ts';
import { kubeconfigFor } from './parts/plainKubeconfig.ts';
import { report, spread } from './parts/report.ts';

const [resources = 10_000, perSecond = 1_000] = process.argv.slice(2).map(Number);
const changeSeconds = 10;
const total = perSecond * changeSeconds;
const now = (): number => performance.timeOrigin + performance.now();

if (process.send !== undefined) serve(process.send.bind(process));
else await measure();

/** Pages of the list; a watch that tells of changes at their pace, each with the moment it was told. */
function serve(send: (message: object) => void): void {
  const roles = Array.from(
    { length: 200 },
    (_, index) => `arn:aws:iam::${100_000_000_000 + index}:role/operator`,
  );
  const items = declare(resources, roles).map((one, index) => ({
    ...one,
    metadata: {
      ...one.metadata,
      uid: `uid-${index}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
  }));
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://bench');
    response.setHeader('content-type', 'application/json');
    if (searchParams.get('watch') !== null) return changes(items, (line) => response.write(line));
    const from = Number(searchParams.get('continue') ?? 0);
    const limit = Number(searchParams.get('limit') ?? resources);
    const next = from + limit < resources ? { continue: String(from + limit) } : {};
    response.end(
      JSON.stringify({ metadata: { resourceVersion: '1', ...next }, items: items.slice(from, from + limit) }),
    );
  });
  server.listen(0, '127.0.0.1', () => send({ address: server.address() }));
  process.once('disconnect', () => {
    server.closeAllConnections();
    server.close();
  });
}

function changes(
  items: readonly { readonly metadata: object; readonly spec: object }[],
  write: (line: string) => void,
): void {
  let report = 0;
  const began = now();
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((now() - began) * perSecond) / 1_000));
    for (; report < due; report += 1) {
      const item = items[report % items.length];
      const metadata = {
        ...item?.metadata,
        generation: 2 + report,
        resourceVersion: String(2 + report),
        annotations: { report: String(now()) },
      };
      write(`${JSON.stringify({ type: 'MODIFIED', object: { ...item, metadata } })}\n`);
    }
    if (report === total) clearInterval(timer);
  }, 5);
}

async function measure(): Promise<void> {
  const bare = await bareOnce(await server());
  const own = await storeOnce(await server());
  report('reflector', [
    { what: `${resources} resources listed`, unit: 'ms', value: own.listed, floor: bare.listed },
    { what: 'resident memory they take', unit: 'MB', value: own.memory, floor: bare.memory },
    { what: `changes a second, ${perSecond} asked`, unit: '1/s', value: own.rate, floor: bare.rate },
    { what: 'from sent to stored', unit: 'ms', value: spread(own.late), floor: spread(bare.late) },
    { what: 'processor time a change', unit: 'ms', value: own.processor, floor: bare.processor },
  ]);
  process.exit(0);
}

interface Watched {
  readonly listed: number;
  readonly memory: number;
  readonly rate: number;
  readonly late: readonly number[];
  readonly processor: number;
}

async function server(): Promise<string> {
  const child = fork(import.meta.filename, [String(resources), String(perSecond)]);
  reapWithUs(child.pid ?? 0);
  const [{ address }] = await once(child, 'message');
  return `http://127.0.0.1:${address.port}`;
}

function resident(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

/** What is the same for both: when the list was complete, and each change with the moment it was told. */
function stopwatch() {
  const memory = resident();
  const began = now();
  let listed = 0;
  let cpu = process.cpuUsage();
  const late: number[] = [];
  const finished = Promise.withResolvers<Watched>();
  return {
    finished: finished.promise,
    listed() {
      listed = now() - began;
      cpu = process.cpuUsage();
    },
    changed(report: number) {
      late.push(now() - report);
      if (late.length < total) return;
      const { user, system } = process.cpuUsage(cpu);
      const seconds = (now() - began - listed) / 1_000;
      finished.resolve({
        listed,
        memory: resident() - memory,
        rate: total / seconds,
        late,
        processor: (user + system) / 1_000 / total,
      });
    },
  };
}

async function storeOnce(url: string): Promise<Watched> {
  const access = openKubeConfig({ kubeconfig: kubeconfigFor(url), connections: 8 });
  const log = { debug() {}, info() {}, warn() {}, error: console.error };
  const api = createHttpApi({ access, clock: systemClock, userAgent: 'bench' });
  const store = createStore({ api, clock: systemClock, random: Math.random, log });
  const watch = stopwatch();
  const stop = new AbortController();
  const running = store.run(stop.signal);
  await store.synced;
  watch.listed();
  store.changes$.subscribe((name) => {
    const stored = store.get(name);
    const report = stored?.kind === 'Valid' ? stored.resource.metadata.annotations['told'] : undefined;
    if (report !== undefined) watch.changed(Number(report));
  });
  const watched = await watch.finished;
  stop.abort();
  await running;
  return watched;
}

/** The floor: a list, a watch, JSON.parse and a map. */
async function bareOnce(url: string): Promise<Watched> {
  const known = new Map<string, unknown>();
  const watch = stopwatch();
  for (let from: string | undefined = '0'; from !== undefined; ) {
    const page = JSON.parse(await textOf(`${url}/?limit=500&continue=${from}`));
    for (const item of page.items) known.set(item.metadata.name, item);
    from = page.metadata.continue;
  }
  watch.listed();
  const asked = get(`${url}/?watch=true`, (answer) => {
    let rest = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { object } = JSON.parse(line);
        known.set(object.metadata.name, object);
        watch.changed(Number(object.metadata.annotations.report));
      }
    });
  });
  const watched = await watch.finished;
  asked.on('error', () => undefined).destroy();
  return watched;
}

function textOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('end', () => resolve(text));
    }).once('error', reject);
  });
}
