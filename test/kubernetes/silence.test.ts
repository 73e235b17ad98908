import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { createReflector } from '../../src/kubernetes/reflector.ts';
import { inactivityLimit } from '../../src/kubernetes/watching.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { eventually } from './eventually.ts';
import { logbook } from './logbook.ts';

const path = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';
const get = { method: 'GET', path: '/version' } as const;

/** Answers, until the connections that there are freeze: new ones work. */
async function freezingServer() {
  const known = new Set<Socket>();
  const frozen = new Set<Socket>();
  const waiting: ServerResponse[] = [];
  let together = 1;
  let lists = 0;
  const http = createServer(({ url = '', socket }, response) => {
    if (frozen.has(socket)) return;
    if (url.includes('watch=true')) return void response.writeHead(200).flushHeaders();
    if (url.startsWith(path)) lists += 1;
    waiting.push(response);
    if (waiting.length < together) return;
    const body = JSON.stringify({ metadata: { resourceVersion: '7' }, items: [] });
    for (const each of waiting.splice(0)) each.end(body);
  });
  http.on('connection', (socket) => known.add(socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'silence-')), 'kubeconfig');
  const server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'here',
      clusters: [{ name: 'here', cluster: { server } }],
      contexts: [{ name: 'here', context: { cluster: 'here' } }],
    }),
  );
  return {
    kubeconfig,
    lists: () => lists,
    connections: () => known.size,
    /** Answers only when so many ask at once, each on a connection of its own. */
    waitFor: (count: number) => {
      together = count;
    },
    freeze() {
      for (const socket of known) frozen.add(socket);
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

it('lists anew within 70 seconds of a network that fell silent, however many connections wait in the pool', async () => {
  await using server = await freezingServer();
  const clock = virtualClock();
  const access = openKubeConfig({ kubeconfig: server.kubeconfig, connections: 8 });
  const api = createHttpApi({ access, clock, userAgent: 'test' });
  const stopping = new AbortController();
  server.waitFor(6);
  await Promise.all(Array.from({ length: 6 }, () => api.call(get, stopping.signal)));
  server.waitFor(1);
  const reflector = createReflector({
    api,
    path,
    resource: 'trustedaccesses',
    whenMissing: 'missing',
    handler: { begin: () => ({ add() {}, done() {} }), change() {} },
    clock,
    random: () => 0,
    log: logbook(),
    relistAfter: inactivityLimit,
  });
  const running = reflector.run(stopping.signal);
  await eventually(() => expect(reflector.synced()).toBe(true));
  expect(server.connections()).toBe(6);
  server.freeze();
  await clock.advance(inactivityLimit);
  // The backoff after the failed watch, and not the 30 s of a call on each dead connection.
  await clock.advance(1_000);
  await eventually(() => expect(server.lists()).toBe(2));
  stopping.abort();
  await running;
  await api.close();
});

it('tries no other old connection after a call that was not answered in time', async () => {
  await using server = await freezingServer();
  const clock = virtualClock();
  const access = openKubeConfig({ kubeconfig: server.kubeconfig, connections: 4 });
  const api = createHttpApi({ access, clock, userAgent: 'test' });
  const { signal } = new AbortController();
  server.waitFor(4);
  await Promise.all(Array.from({ length: 4 }, () => api.call(get, signal)));
  server.waitFor(1);
  server.freeze();
  const first = api.call(get, signal).catch((error: Error) => error.message);
  await clock.advance(30_000);
  expect(await first).toBe('GET /version: no answer within 30 s');
  expect(await api.call(get, signal)).toMatchObject({ items: [] });
  await api.close();
});
