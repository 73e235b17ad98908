import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectKubernetes, leaseName, leaseNamespace } from '../../src/kubernetes/connection.ts';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { answer, type FaultyServer, refuse, reset, startFaultyServer } from './faultyServer.ts';
import { logbook } from './logbook.ts';

const signal = new AbortController().signal;
const get = { method: 'GET', path: '/version' } as const;

const apiOf = (server: FaultyServer, context?: string) =>
  createHttpApi({
    access: openKubeConfig({
      kubeconfig: server.kubeconfig,
      connections: 2,
      ...(context === undefined ? {} : { context }),
    }),
    clock: virtualClock(),
    userAgent: 'trusted-access-operator/0',
  });

describe('reaching the API server', () => {
  it('sends the token of the kubeconfig, over one connection however many calls', async () => {
    await using server = await startFaultyServer();
    server.onCall = answer(200, { major: '1' });
    const api = apiOf(server);
    for (let n = 0; n < 30; n += 1) expect(await api.call(get, signal)).toEqual({ major: '1' });
    expect(server.calls[0]?.authorization).toBe('Bearer first-token');
    expect(server.connections()).toBe(1);
    await api.close();
  });

  it('repeats a call that met a kept connection in the moment the server closed it', async () => {
    await using server = await startFaultyServer();
    server.onCall = answer(200, {});
    const api = apiOf(server);
    await api.call(get, signal);
    server.callFaults.push(reset);
    expect(await api.call(get, signal)).toEqual({});
    expect(server.connections()).toBe(2);
    await api.close();
  });

  it('does not repeat a call whose own connection was reset', async () => {
    await using server = await startFaultyServer();
    const api = apiOf(server);
    server.callFaults.push(reset);
    await expect(api.call(get, signal)).rejects.toThrow(/ECONNRESET|hang up/);
    expect(server.calls).toHaveLength(1);
    await api.close();
  });

  it('reads the credentials anew when they are refused, and repeats the call once [F-K9b]', async () => {
    await using server = await startFaultyServer();
    const api = apiOf(server);
    server.onCall = (received, response) =>
      (received.authorization === 'Bearer second-token' ? answer(200, {}) : refuse(401, 'Unauthorized'))(
        received,
        response,
      );
    await expect(api.call(get, signal)).rejects.toThrow(/401 Unauthorized/);
    expect(server.calls).toHaveLength(2);
    await server.rotateToken('second-token');
    expect(await api.call(get, signal)).toEqual({});
    await api.close();
  });

  it('gets a token from the command of the kubeconfig, once, and again when it is refused', async () => {
    await using server = await startFaultyServer();
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const runs = join(folder, 'runs');
    const script = join(folder, 'token.mjs');
    writeFileSync(
      script,
      `import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(runs)}, 'x');
const token = 'token-' + readFileSync(${JSON.stringify(runs)}, 'utf8').length;
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`,
    );
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'here',
        clusters: [{ name: 'here', cluster: { server: server.url } }],
        contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
        users: [
          {
            name: 'me',
            user: {
              exec: {
                apiVersion: 'client.authentication.k8s.io/v1',
                command: process.execPath,
                args: [script],
                interactiveMode: 'Never',
              },
            },
          },
        ],
      }),
    );
    let revoked = '';
    server.onCall = (received, response) =>
      (received.authorization === revoked ? refuse(401, 'Unauthorized') : answer(200, {}))(
        received,
        response,
      );
    const access = openKubeConfig({ kubeconfig, connections: 1 });
    const api = createHttpApi({ access, clock: virtualClock(), userAgent: 'test' });
    await api.call(get, signal);
    await api.call(get, signal);
    revoked = 'Bearer token-1';
    await api.call(get, signal);
    expect(server.calls.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
    await api.close();
  });

  it('says that there is no cluster when there is neither a kubeconfig nor a service account', () => {
    const before = { ...process.env };
    try {
      delete process.env['KUBECONFIG'];
      process.env['HOME'] = mkdtempSync(join(tmpdir(), 'home-'));
      expect(() => openKubeConfig({ connections: 1 })).toThrow(/no cluster: there is no kubeconfig/);
    } finally {
      process.env = before;
    }
  });

  it('names the contexts there are when the one asked for is not among them', async () => {
    await using server = await startFaultyServer();
    expect(() => apiOf(server, 'there')).toThrow('kubeconfig: no context there; there are: here');
  });

  it('says what an answer that is no JSON began with', async () => {
    await using server = await startFaultyServer();
    server.onCall = answer(200, '<html>login</html>');
    const api = apiOf(server);
    await expect(api.call(get, signal)).rejects.toThrow(/not JSON: <html>login/);
    await api.close();
  });

  it('rejects with the reason when it is aborted before it began', async () => {
    await using server = await startFaultyServer();
    const api = apiOf(server);
    await expect(api.call(get, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(server.calls).toHaveLength(0);
    await api.close();
  });
});

describe('the lease', () => {
  it('has a name of its own for each shard', () => {
    expect(leaseName(undefined)).toBe('trusted-access-operator');
    expect(leaseName('shard=a')).toMatch(/^trusted-access-operator-[0-9a-f]{8}$/);
    expect(leaseName('shard=a')).not.toBe(leaseName('shard=b'));
  });

  it('lives in the namespace of the option, else of POD_NAMESPACE, else of the service account', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'account-')), 'namespace');
    writeFileSync(file, 'from-account\n');
    expect(leaseNamespace('given', { POD_NAMESPACE: 'pod' }, file)).toBe('given');
    expect(leaseNamespace(undefined, { POD_NAMESPACE: 'pod' }, file)).toBe('pod');
    expect(leaseNamespace(undefined, {}, file)).toBe('from-account');
    expect(leaseNamespace(undefined, {}, '/nowhere')).toBeUndefined();
  });

  it('is refused without a namespace, and the message names the options', async () => {
    await using server = await startFaultyServer();
    const clock = virtualClock();
    const kubernetes = connectKubernetes({
      kubeconfig: server.kubeconfig,
      userAgent: 'test',
      clock,
      uptime: clock.now,
      random: () => 0,
      log: logbook(),
      env: {},
    });
    expect(() => kubernetes.elector()).toThrow(/--leader-election-namespace or POD_NAMESPACE/);
    await kubernetes.close();
  });
});
