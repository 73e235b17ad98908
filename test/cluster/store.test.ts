import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { crdYaml } from '../../src/cli/crd.ts';
import { systemClock as clock } from '../../src/cli/systemClock.ts';
import type { Notice } from '../../src/controller/ports.ts';
import { statusSchema } from '../../src/crds/status.ts';
import { finalizer, type Metadata } from '../../src/crds/trustedAccess.ts';
import { connectKubernetes, type Kubernetes } from '../../src/kubernetes/connection.ts';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { collectionPath } from '../../src/kubernetes/store.ts';
import { watch } from '../../src/kubernetes/watching.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { logbook } from '../kubernetes/logbook.ts';

const { signal } = new AbortController();

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver({ users: [{ name: 'stranger' }] });
});
afterAll(async () => {
  await cluster?.stop();
});

const open: { readonly kubernetes: Kubernetes; readonly stopping: AbortController }[] = [];
afterEach(async () => {
  for (const { kubernetes, stopping } of open.splice(0)) {
    stopping.abort();
    await kubernetes.close();
  }
});

function connect(kubeconfig = cluster.kubeconfig, labelSelector?: string) {
  const log = logbook();
  const kubernetes = connectKubernetes({
    kubeconfig,
    labelSelector,
    leaderElectionNamespace: 'default',
    userAgent: 'trusted-access-operator/test',
    clock,
    uptime: () => performance.now(),
    random: Math.random,
    log,
    env: { POD_NAME: 'operator-0' },
  });
  const stopping = new AbortController();
  const changes: string[] = [];
  kubernetes.store.changes$.subscribe((name) => changes.push(name));
  open.push({ kubernetes, stopping });
  const run = () => kubernetes.store.run(stopping.signal);
  return { ...kubernetes, log, changes, run, stopping };
}

const manifest = (name: string, principal: string, labels = '{}') => `
apiVersion: trustedaccess.dev/v1alpha1
kind: TrustedAccess
metadata: { name: ${name}, labels: ${labels} }
spec: { servicePrincipal: ${principal} }
`;

async function metadataOf(store: Kubernetes['store'], name: string): Promise<Metadata> {
  return eventually(() => {
    const stored = store.get(name);
    if (stored?.kind !== 'Valid') throw new Error(`${name} is not there`);
    return stored.resource.metadata;
  });
}

async function read(name: string): Promise<Record<string, Record<string, unknown>>> {
  const { stdout } = await cluster.kubectl(['get', 'ta', name, '-o', 'json']);
  return JSON.parse(stdout);
}

const status = (message: string, extra: object = {}) =>
  statusSchema.parse({
    observedGeneration: 1,
    access: { state: 'Enabled' },
    ...extra,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'InSync',
        message,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });

describe('before the CRD is there', () => {
  it('says in one line what installs it, is not ready, and begins by itself once it is', async () => {
    const { store, log, run, whatIsMissing } = connect();
    void run();
    await eventually(() => expect(log.matching(/trusted-access crd \| kubectl apply -f -/)).toHaveLength(1));
    expect(store.ready().ok).toBe(false);
    expect((await whatIsMissing(signal)).map(({ remedy }) => remedy)).toEqual([
      'trusted-access crd | kubectl apply -f -',
    ]);
    await cluster.apply(crdYaml());
    await eventually(() => expect(store.ready().ok).toBe(true), { timeoutMs: 60_000 });
    expect(await whatIsMissing(signal)).toEqual([]);
    expect(log.matching(/kubectl apply/)).toHaveLength(1);
  });
});

describe('a store on a real API server', () => {
  it('receives what is applied, changed and deleted, and only of the shard it was given', async () => {
    const { store, changes, run } = connect(undefined, 'shard=a');
    void run();
    await store.synced;
    await cluster.apply(manifest('other', 'other.amazonaws.com', '{shard: b}'));
    await cluster.apply(manifest('mine', 'macie.amazonaws.com', '{shard: a}'));
    await eventually(() => expect(changes).toEqual(['mine']));
    expect(store.get('mine')).toMatchObject({
      resource: { spec: { interval: '1h', deletionPolicy: 'Retain' } },
    });
    await cluster.kubectl(['label', 'ta/mine', 'shard=b', '--overwrite']);
    await eventually(() => expect(store.get('mine')).toBeUndefined());
    await cluster.kubectl(['delete', 'ta', 'mine', 'other']);
    expect(changes).toEqual(['mine', 'mine']);
  });

  it('writes the whole status: what it leaves out is gone, the spec and its generation stay', async () => {
    const { store, run, changes } = connect();
    void run();
    await cluster.apply(manifest('status', 'config.amazonaws.com'));
    const metadata = await metadataOf(store, 'status');
    const replacement = { from: '222222222222', to: '333333333333', startedAt: '2026-01-01T00:00:00Z' };
    await store.writeStatus(metadata, status('first', { replacement }), signal);
    expect((await read('status'))['status']).toMatchObject({ replacement });
    expect(store.get('status')).toMatchObject({ resource: { status: { replacement } } });
    await store.writeStatus(metadata, status('second'), signal);
    const after = await read('status');
    expect(after['status']).toEqual(JSON.parse(JSON.stringify(status('second'))));
    expect(after['metadata']?.['generation']).toBe(1);
    await cluster.apply(manifest('afterwards', 'guardduty.amazonaws.com'));
    await eventually(() => expect(changes).toContain('afterwards'));
    expect(changes.filter((name) => name === 'status')).toHaveLength(1);
    await cluster.kubectl(['delete', 'ta', 'status', 'afterwards']);
  });

  it('leaves alone a resource that was deleted, or made anew under the same name', async () => {
    const { store, run } = connect();
    void run();
    await cluster.apply(manifest('anew', 'config.amazonaws.com'));
    const first = await metadataOf(store, 'anew');
    await cluster.kubectl(['delete', 'ta', 'anew']);
    await store.writeStatus(first, status('for nobody'), signal);
    await store.setFinalizer(first, true, signal);
    await cluster.apply(manifest('anew', 'config.amazonaws.com'));
    await eventually(async () => expect((await metadataOf(store, 'anew')).uid).not.toBe(first.uid));
    await store.writeStatus(first, status('for another'), signal);
    expect((await read('anew'))['status']).toBeUndefined();
  });

  it('leaves alone one that was made anew before the watch reports it', async () => {
    const { store, run, stopping } = connect();
    const running = run();
    await cluster.apply(manifest('behind', 'config.amazonaws.com'));
    const first = await metadataOf(store, 'behind');
    stopping.abort();
    await running;
    await cluster.kubectl(['delete', 'ta', 'behind', 'anew']);
    await cluster.apply(manifest('behind', 'config.amazonaws.com'));
    await store.writeStatus(first, status('for another'), signal);
    expect((await read('behind'))['status']).toBeUndefined();
    await cluster.kubectl(['delete', 'ta', 'behind']);
  });

  it('writes the status although the resource was changed after it was read', async () => {
    const { store, run, stopping } = connect();
    const running = run();
    await cluster.apply(manifest('changed', 'config.amazonaws.com'));
    const first = await metadataOf(store, 'changed');
    stopping.abort();
    await running;
    await cluster.kubectl(['label', 'ta/changed', 'team=identity']);
    await store.writeStatus(first, status('all the same'), signal);
    const after = await read('changed');
    expect(after['status']).toMatchObject({ observedGeneration: 1 });
    expect(after['metadata']?.['labels']).toEqual({ team: 'identity' });
    await cluster.kubectl(['delete', 'ta', 'changed']);
  });

  it('keeps the finalizers of others, and rejects with a conflict what was decided on an old version', async () => {
    const { store, run } = connect();
    void run();
    await cluster.apply(manifest('final', 'config.amazonaws.com'));
    const before = await metadataOf(store, 'final');
    const patch = '{"metadata":{"finalizers":["someone/else"]}}';
    await cluster.kubectl(['patch', 'ta', 'final', '--type=merge', '-p', patch]);
    await expect(store.setFinalizer(before, true, signal)).rejects.toMatchObject({ name: 'ConflictError' });
    await eventually(() =>
      expect(store.get('final')).toMatchObject({ resource: { metadata: { finalizers: ['someone/else'] } } }),
    );
    await store.setFinalizer(await metadataOf(store, 'final'), true, signal);
    expect((await read('final'))['metadata']?.['finalizers']).toEqual(['someone/else', finalizer]);
    await cluster.kubectl(['delete', 'ta', 'final', '--wait=false']);
    await eventually(async () => {
      const metadata = await metadataOf(store, 'final');
      expect(metadata.deletionTimestamp).toBeDefined();
      await store.setFinalizer(metadata, false, signal);
    });
    await cluster.kubectl(['patch', 'ta', 'final', '--type=merge', '-p', '{"metadata":{"finalizers":[]}}']);
    await eventually(() => expect(store.get('final')).toBeUndefined());
  });

  it('is reported by the API server when the history it would go on from was compacted', async () => {
    await cluster.apply(manifest('old', 'config.amazonaws.com'));
    await cluster.compact();
    const access = openKubeConfig({ kubeconfig: cluster.kubeconfig, connections: 1 });
    const api = createHttpApi({ access, clock, userAgent: 'test' });
    const nothing = () => {};
    const from = { resourceVersion: '1', timeoutSeconds: 5, onChange: nothing, onActivity: nothing };
    const end = await watch({ api, path: collectionPath, clock, ...from }, signal);
    expect(end.kind).toBe('Expired');
    await api.close();
    await cluster.kubectl(['delete', 'ta', 'old']);
  });

  it('finds out what changed when the API server comes back after its history was compacted', async () => {
    const { store, changes, run, log } = connect();
    await cluster.apply(manifest('before', 'config.amazonaws.com'));
    void run();
    await eventually(() => expect(changes).toEqual(['before']));
    await cluster.stopApiserver();
    await eventually(() => expect(log.matching(/^warn/)).not.toHaveLength(0));
    await cluster.compact();
    await cluster.startApiserver();
    await cluster.apply(manifest('after', 'macie.amazonaws.com'));
    await eventually(() => expect(changes).toContain('after'), { timeoutMs: 60_000 });
    expect(changes.filter((name) => name === 'before')).toHaveLength(1);
    expect(store.ready().ok).toBe(true);
    await cluster.kubectl(['delete', 'ta', 'before', 'after']);
    await eventually(() => expect(store.list()).toHaveLength(0));
  });
});

describe('a kubeconfig that names a proxy', () => {
  it('is followed: lists and watches go through it', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, client, head) => {
      asked.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connectTo(Number(port), host ?? '', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [upstream, client]) socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const kubeconfig = join(cluster.folder, 'proxied');
    const direct = await readFile(cluster.kubeconfig, 'utf8');
    const parsed = parse(direct) as { clusters: { cluster: Record<string, string> }[] };
    for (const each of parsed.clusters) each.cluster['proxy-url'] = `http://127.0.0.1:${address.port}`;
    await writeFile(kubeconfig, JSON.stringify(parsed));
    const { store, run, changes, stopping } = connect(kubeconfig);
    const running = run();
    await store.synced;
    await cluster.apply(manifest('proxied', 'config.amazonaws.com'));
    await eventually(() => expect(changes).toContain('proxied'));
    await store.writeStatus(await metadataOf(store, 'proxied'), status('through the proxy'), signal);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(4);
    await cluster.kubectl(['delete', 'ta', 'proxied']);
    stopping.abort();
    await running;
    proxy.close();
  });
});

describe('what the operator may not do', () => {
  it('is reported with the verb and the resource, and by doctor with the rule that gives it', async () => {
    const { log, run, store, whatIsMissing } = connect(await cluster.userKubeconfig('stranger'));
    void run();
    await eventually(() =>
      expect(log.matching(/^warn missing permission: list trustedaccesses\.trustedaccess\.dev/)).toHaveLength(
        1,
      ),
    );
    expect(store.ready().ok).toBe(false);
    const remedies = (await whatIsMissing(signal)).map(({ remedy }) => remedy);
    expect(remedies).toHaveLength(12);
    expect(remedies).toContain(
      'add to its ClusterRole: apiGroups [trustedaccess.dev], resources [trustedaccesses/status], verbs [patch]',
    );
  });
});

describe('Kubernetes events on a real API server', () => {
  it('are accepted, and counted as a series', async () => {
    const { recorder, log } = connect();
    const resource = { name: 'sso', uid: randomUUID(), principal: 'sso.amazonaws.com' };
    const subscription = (at: number): Notice => ({
      kind: 'Stalled',
      reason: 'InUse',
      message: '12 permission sets depend on it',
      resource,
      at,
    });
    const find = async () => {
      const { stdout } = await cluster.kubectl([
        'get',
        'events.v1.events.k8s.io',
        '-n',
        'default',
        '-o',
        'json',
      ]);
      const { items } = JSON.parse(stdout) as {
        items: { regarding: { uid: string }; series?: { count: number } }[];
      };
      return items.filter(({ regarding }) => regarding.uid === resource.uid);
    };
    recorder.emit(subscription(Date.now()));
    await eventually(async () => expect(await find()).toHaveLength(1));
    recorder.emit(subscription(Date.now() + 1_000));
    await eventually(async () => expect((await find())[0]?.series?.count).toBe(2));
    expect(await find()).toMatchObject([
      { type: 'Warning', reason: 'InUse', note: '12 permission sets depend on it' },
    ]);
    expect(log.lines).toEqual([]);
  });
});

describe('the lease on a real API server', () => {
  it('is handed over on a clean stop, and one candidate leads at a time', async () => {
    const first = connect();
    const second = connect();
    const terms: string[] = [];
    const work = (name: string, stop: AbortSignal) => ({
      onStartedLeading: (lost: AbortSignal) =>
        new Promise<void>((resolve) => {
          terms.push(name);
          const end = () => resolve();
          lost.addEventListener('abort', end, { once: true });
          stop.addEventListener('abort', end, { once: true });
        }),
    });
    const a = first.elector();
    const b = second.elector();
    const runningA = a.run(work('a', first.stopping.signal), first.stopping.signal);
    await eventually(() => expect(a.isLeader()).toBe(true));
    const runningB = b.run(work('b', second.stopping.signal), second.stopping.signal);
    await eventually(() => expect(second.log.matching(/standing by/)).toHaveLength(1));
    expect(b.isLeader()).toBe(false);
    first.stopping.abort();
    await runningA;
    await eventually(() => expect(b.isLeader()).toBe(true));
    expect(terms).toEqual(['a', 'b']);
    second.stopping.abort();
    await runningB;
    const { stdout } = await cluster.kubectl([
      'get',
      'lease',
      'trusted-access-operator',
      '-n',
      'default',
      '-o',
      'json',
    ]);
    expect(JSON.parse(stdout).spec).toMatchObject({ leaseTransitions: 1 });
  });
});
