import { afterEach, describe, expect, it } from 'vitest';
import { metadataOf } from '../../src/controller/ports.ts';
import { statusSchema } from '../../src/crds/status.ts';
import { finalizer } from '../../src/crds/trustedAccess.ts';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { createStore, type StoreOptions } from '../../src/kubernetes/store.ts';
import { settle, virtualClock } from '../harness/virtualClock.ts';
import { eventually } from './eventually.ts';
import { answer, type FaultyServer, refuse, startFaultyServer } from './faultyServer.ts';
import { logbook } from './logbook.ts';

const path = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';
const signal = new AbortController().signal;

const trustedAccess = (name: string, version: number, extra: Record<string, unknown> = {}, more = {}) => ({
  apiVersion: 'trustedaccess.dev/v1alpha1',
  kind: 'TrustedAccess',
  metadata: {
    name,
    uid: `uid-${name}`,
    generation: 1,
    resourceVersion: String(version),
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [{ manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:spec': {} } }],
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":{}}', team: 'identity' },
    ...extra,
  },
  spec: { servicePrincipal: 'sso.amazonaws.com', access: 'Enabled' },
  ...more,
});

const listOf = (...items: object[]) => ({ metadata: { resourceVersion: '70' }, items });

const started: { stop(): Promise<void>; server: FaultyServer }[] = [];
afterEach(async () => {
  for (const { stop, server } of started.splice(0)) {
    await stop();
    await server[Symbol.asyncDispose]();
  }
});

async function storing(objects: ReturnType<typeof trustedAccess>[], options: Partial<StoreOptions> = {}) {
  const server = await startFaultyServer(path);
  for (const object of objects) server.items.set(object.metadata.name, object);
  const clock = virtualClock();
  const log = logbook();
  const api = createHttpApi({
    access: openKubeConfig({ kubeconfig: server.kubeconfig, connections: 4 }),
    clock,
    userAgent: 'test',
  });
  const store = createStore({ api, clock, random: () => 0, log, ...options });
  const changes: string[] = [];
  store.changes$.subscribe((name) => changes.push(name));
  const stopping = new AbortController();
  const running = store.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
    await api.close();
  };
  started.push({ stop, server });
  const watch = await eventually(() => {
    const [first] = server.watches;
    if (first === undefined) throw new Error('no watch yet');
    return first;
  });
  return { server, clock, log, store, changes, watch, stop };
}

const metadataIn = (store: Awaited<ReturnType<typeof storing>>['store'], name: string) => {
  const stored = store.get(name);
  if (stored === undefined) throw new Error(`no ${name}`);
  return metadataOf(stored);
};

describe('what the operator knows of its resources', () => {
  it('has every resource parsed with its defaults, and says so when the first list is complete', async () => {
    const { store, changes } = await storing([trustedAccess('sso', 50), trustedAccess('macie', 51)]);
    await store.synced;
    expect(changes).toEqual(['sso', 'macie']);
    expect(store.ready()).toEqual({ ok: true, message: '2 resources' });
    expect(store.get('sso')).toMatchObject({
      kind: 'Valid',
      resource: { spec: { driftPolicy: 'Correct', interval: '1h' }, status: { conditions: [] } },
    });
    expect(store.list()).toHaveLength(2);
    expect(store.get('nobody')).toBeUndefined();
  });

  it('keeps nothing that it does not read: managed fields and copies of manifests are dropped', async () => {
    const { store } = await storing([trustedAccess('sso', 50)]);
    expect(JSON.stringify(store.get('sso'))).not.toMatch(/managedFields|last-applied/);
    expect(metadataIn(store, 'sso').annotations).toEqual({ team: 'identity' });
  });

  it('a later subscriber receives the name of each resource first', async () => {
    const { store, watch } = await storing([trustedAccess('sso', 50)]);
    const late: string[] = [];
    store.changes$.subscribe((name) => late.push(name));
    watch.send('ADDED', trustedAccess('macie', 101));
    await eventually(() => expect(late).toEqual(['sso', 'macie']));
  });

  it('a field of a newer version is dropped, and an unreadable value makes the resource invalid', async () => {
    const newer = trustedAccess('newer', 50, {}, { spec: { access: 'Enabled', brandNew: true } });
    const broken = trustedAccess('broken', 51, {}, { spec: { access: 'Sometimes' } });
    const { store } = await storing([newer, broken]);
    expect(store.get('newer')?.kind).toBe('Valid');
    const invalid = store.get('broken');
    expect(invalid).toMatchObject({ kind: 'Invalid', metadata: { name: 'broken' } });
    expect(invalid?.kind === 'Invalid' && invalid.problems.join()).toMatch(/access/);
  });

  it('an object that is none is left out, and the others are there', async () => {
    const { store, changes, watch } = await storing([trustedAccess('sso', 50)]);
    watch.send('ADDED', { metadata: 7 });
    watch.send('ADDED', trustedAccess('macie', 101));
    await eventually(() => expect(changes).toEqual(['sso', 'macie']));
    expect(store.list()).toHaveLength(2);
  });
});

describe('what wakes the operator', () => {
  const wakes = async (extra: Record<string, unknown>, more: object = {}) => {
    const { changes, watch, store } = await storing([trustedAccess('sso', 50)]);
    watch.send('MODIFIED', trustedAccess('sso', 101, extra, more));
    await eventually(() => expect(metadataIn(store, 'sso').resourceVersion).toBe('101'));
    return changes.length > 1;
  };
  it.each<[string, boolean, Record<string, unknown>]>([
    ['a new generation', true, { generation: 2 }],
    ['a deletion', true, { deletionTimestamp: '2026-01-02T00:00:00Z' }],
    ['another finalizer', true, { finalizers: ['someone/else'] }],
    [
      'the annotation that asks for a reconcile',
      true,
      { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
    ],
    ['a label', true, { labels: { shard: 'b' } }],
    ['the same name made anew', true, { uid: 'uid-2' }],
    ['an echo of its own status', false, {}],
    [
      "kubectl's copy of an unchanged manifest",
      false,
      {
        annotations: { team: 'identity', 'kubectl.kubernetes.io/last-applied-configuration': '{"other":1}' },
      },
    ],
  ])('%s: %s', async (_what, expected, extra) => {
    expect(await wakes(extra, { status: { observedGeneration: 1, conditions: [] } })).toBe(expected);
  });

  it('a removal, and a resource that went missing without a watch', async () => {
    const { changes, watch, store, server, clock, log } = await storing([
      trustedAccess('sso', 50),
      trustedAccess('macie', 51),
    ]);
    watch.send('DELETED', trustedAccess('macie', 101));
    await eventually(() => expect(changes).toEqual(['sso', 'macie', 'macie']));
    server.items.clear();
    server.items.set('config', trustedAccess('config', 200));
    watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await eventually(() => expect(log.matching(/listing again/)).toHaveLength(1));
    await settle(20);
    await clock.advance(800);
    await eventually(() => expect(changes.slice(3)).toEqual(['config', 'sso']));
    expect(store.get('sso')).toBeUndefined();
  });

  it('a list that finds nothing new wakes no resource', async () => {
    const { changes, watch, server, clock, log } = await storing([trustedAccess('sso', 50)]);
    watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await eventually(() => expect(log.matching(/listing again/)).toHaveLength(1));
    await settle(20);
    await clock.advance(800);
    await eventually(() => expect(server.watches).toHaveLength(2));
    expect(changes).toEqual(['sso']);
  });
});

describe('readiness', () => {
  it('is refused with the command that helps while the CRD is not there', async () => {
    const server = await startFaultyServer(path);
    for (let n = 0; n < 50; n += 1) server.listFaults.push(answer(404, '404 page not found'));
    const clock = virtualClock();
    const log = logbook();
    const access = openKubeConfig({ kubeconfig: server.kubeconfig, connections: 1 });
    const api = createHttpApi({ access, clock, userAgent: 'test' });
    const store = createStore({ api, clock, random: () => 0, log });
    const stopping = new AbortController();
    const running = store.run(stopping.signal);
    started.push({
      server,
      stop: async () => {
        stopping.abort();
        await running;
        await api.close();
      },
    });
    expect(store.ready()).toMatchObject({ ok: false });
    await eventually(() => expect(log.lines).toHaveLength(1));
    expect(store.ready().message).toMatch(/trusted-access crd \| kubectl apply -f -/);
    server.listFaults.length = 0;
    await settle(20);
    await clock.advance(800);
    await store.synced;
    expect(store.ready().ok).toBe(true);
  });
});

describe('writing the status', () => {
  const status = statusSchema.parse({
    observedGeneration: 1,
    access: { state: 'Enabled', since: '2026-01-01T00:00:00Z' },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'InSync',
        message: 'as declared',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });

  it('is one server-side apply of the whole status by one manager, and never touches the spec', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.onCall = answer(200, trustedAccess('sso', 102, {}, { status }));
    await store.writeStatus(metadataIn(store, 'sso'), status, signal);
    const [call] = server.calls;
    expect(call).toMatchObject({
      method: 'PATCH',
      path: `${path}/sso/status`,
      contentType: 'application/apply-patch+yaml',
    });
    expect(Object.fromEntries(call?.query ?? [])).toEqual({
      fieldManager: 'trusted-access-operator',
      force: 'true',
    });
    expect(JSON.parse(call?.body ?? '')).toEqual({
      apiVersion: 'trustedaccess.dev/v1alpha1',
      kind: 'TrustedAccess',
      metadata: { name: 'sso', resourceVersion: '50' },
      status: JSON.parse(JSON.stringify(status)),
    });
  });

  it('is seen at once, and neither the answer nor the echo wakes a resource', async () => {
    const { store, server, changes, watch } = await storing([trustedAccess('sso', 50)]);
    server.onCall = answer(200, trustedAccess('sso', 102, {}, { status }));
    await store.writeStatus(metadataIn(store, 'sso'), status, signal);
    expect(store.get('sso')).toMatchObject({ resource: { status: { observedGeneration: 1 } } });
    watch.send('MODIFIED', trustedAccess('sso', 101));
    watch.send('MODIFIED', trustedAccess('sso', 102, {}, { status }));
    watch.send('ADDED', trustedAccess('last', 103));
    await eventually(() => expect(changes).toEqual(['sso', 'last']));
    // 101 is older than what the answer told already.
    expect(metadataIn(store, 'sso').resourceVersion).toBe('102');
  });

  it('reports a change of the spec that the answer shows before the watch does', async () => {
    const { store, server, changes } = await storing([trustedAccess('sso', 50)]);
    server.onCall = answer(200, trustedAccess('sso', 102, { generation: 2 }, { status }));
    await store.writeStatus(metadataIn(store, 'sso'), status, signal);
    expect(changes).toEqual(['sso', 'sso']);
  });

  it('does not bring back a resource that went while it was written, and makes no call for one that is gone', async () => {
    const { store, server, watch } = await storing([trustedAccess('sso', 50)]);
    const metadata = metadataIn(store, 'sso');
    let respond = () => {};
    server.callFaults.push((received, response) => {
      respond = () => answer(200, trustedAccess('sso', 100, {}, { status }))(received, response);
    });
    const writing = store.writeStatus(metadata, status, signal);
    await eventually(() => expect(server.calls).toHaveLength(1));
    watch.send('DELETED', trustedAccess('sso', 101));
    await eventually(() => expect(store.get('sso')).toBeUndefined());
    respond();
    await writing;
    expect(store.get('sso')).toBeUndefined();
    await store.writeStatus(metadata, status, signal);
    expect(server.calls).toHaveLength(1);
  });

  it('resolves to false when the resource is gone', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(refuse(404, 'NotFound'));
    await expect(store.writeStatus(metadataIn(store, 'sso'), status, signal)).resolves.toBe(false);
  });

  it('is applied to the newer version when the resource changed elsewhere meanwhile', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(
      refuse(409, 'Conflict', 'the object has been modified'),
      answer(200, trustedAccess('sso', 61, { generation: 2 }, { status })),
    );
    server.listFaults.push(answer(200, listOf(trustedAccess('sso', 60, { generation: 2 }))));
    await store.writeStatus(metadataIn(store, 'sso'), status, signal);
    expect(server.calls.map(({ method }) => method)).toEqual(['PATCH', 'PATCH']);
    expect(server.lists.at(-1)?.query.get('fieldSelector')).toBe('metadata.name=sso');
    expect(JSON.parse(server.calls[1]?.body ?? '')).toMatchObject({ metadata: { resourceVersion: '60' } });
  });

  it.each([
    ['another one was made under its name', [trustedAccess('sso', 60, { uid: 'uid-2' })]],
    ['it was deleted meanwhile', []],
  ])('touches nothing when %s', async (_what, found) => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(refuse(409, 'Conflict', 'the object has been modified'));
    server.listFaults.push(answer(200, listOf(...found)));
    await store.writeStatus(metadataIn(store, 'sso'), status, signal);
    expect(server.calls.map(({ method }) => method)).toEqual(['PATCH']);
  });

  it('rejects when the resource changes faster than its status can be written', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.onCall = refuse(409, 'Conflict', 'the object has been modified');
    await expect(store.writeStatus(metadataIn(store, 'sso'), status, signal)).rejects.toMatchObject({
      name: 'ConflictError',
    });
  });

  it.each([
    ['the API server fails', refuse(500, 'InternalError', 'etcd'), /500 InternalError: etcd/],
    ['it may not', refuse(403, 'Forbidden', 'cannot patch resource'), /403 Forbidden/],
  ])('rejects when %s', async (_what, fault, message) => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(fault);
    await expect(store.writeStatus(metadataIn(store, 'sso'), status, signal)).rejects.toThrow(message);
  });

  it('rejects when no answer comes for 30 s', async () => {
    const { store, server, clock } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(() => {});
    const writing = expect(store.writeStatus(metadataIn(store, 'sso'), status, signal)).rejects.toThrow(
      /no answer within 30 s/,
    );
    await eventually(() => expect(server.calls).toHaveLength(1));
    await clock.advance(30_000);
    await writing;
  });

  it('ends at once when it is aborted', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(() => {});
    const lease = new AbortController();
    const writing = expect(store.writeStatus(metadataIn(store, 'sso'), status, lease.signal)).rejects.toThrow(
      'lease lost',
    );
    await eventually(() => expect(server.calls).toHaveLength(1));
    lease.abort(new Error('lease lost'));
    await writing;
  });
});

describe('the finalizer', () => {
  it('is added beside those of others, by a merge patch that carries the resource version', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50, { finalizers: ['someone/else'] })]);
    server.onCall = answer(200, trustedAccess('sso', 102, { finalizers: ['someone/else', finalizer] }));
    await store.setFinalizer(metadataIn(store, 'sso'), true, signal);
    expect(server.calls[0]).toMatchObject({
      method: 'PATCH',
      path: `${path}/sso`,
      contentType: 'application/merge-patch+json',
    });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toEqual({
      metadata: { uid: 'uid-sso', resourceVersion: '50', finalizers: ['someone/else', finalizer] },
    });
    expect(metadataIn(store, 'sso').finalizers).toContain(finalizer);
  });

  it('is removed and leaves those of others', async () => {
    const { store, server } = await storing([
      trustedAccess('sso', 50, { finalizers: [finalizer, 'someone/else'] }),
    ]);
    server.onCall = answer(200, trustedAccess('sso', 102, { finalizers: ['someone/else'] }));
    await store.setFinalizer(metadataIn(store, 'sso'), false, signal);
    expect(JSON.parse(server.calls[0]?.body ?? '')).toMatchObject({
      metadata: { finalizers: ['someone/else'] },
    });
  });

  it.each([
    ['there already', true, [finalizer]],
    ['not there', false, []],
  ])('makes no call when it is %s', async (_what, present, finalizers) => {
    const { store, server } = await storing([trustedAccess('sso', 50, { finalizers })]);
    await store.setFinalizer(metadataIn(store, 'sso'), present, signal);
    expect(server.calls).toHaveLength(0);
  });

  it('rejects with a conflict when the resource changed meanwhile', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50)]);
    server.callFaults.push(refuse(409, 'Conflict', 'the object has been modified'));
    await expect(store.setFinalizer(metadataIn(store, 'sso'), true, signal)).rejects.toMatchObject({
      name: 'ConflictError',
    });
  });

  it('resolves when the resource is gone', async () => {
    const { store, server } = await storing([trustedAccess('sso', 50, { finalizers: [finalizer] })]);
    server.callFaults.push(refuse(404, 'NotFound'));
    await expect(store.setFinalizer(metadataIn(store, 'sso'), false, signal)).resolves.toBeUndefined();
  });
});
