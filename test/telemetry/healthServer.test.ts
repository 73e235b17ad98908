import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseBindAddress } from '../../src/telemetry/bindAddress.ts';
import {
  type HealthServer,
  type HealthServerOptions,
  startHealthServer,
} from '../../src/telemetry/healthServer.ts';

const free = { host: '127.0.0.1', port: 0 };
const good = { ok: true, message: 'fine' };
let server: HealthServer | undefined;

async function start(options: Partial<HealthServerOptions> = {}): Promise<HealthServer> {
  server = await startHealthServer({
    health: free,
    metrics: free,
    healthz: { ping: () => good },
    readyz: { ping: () => good, lease: () => good },
    render: async () => 'up 1\n',
    contentType: 'text/plain; version=0.0.4',
    ...options,
  });
  return server;
}

const get = async (port: number | undefined, path: string, init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { code: response.status, body: await response.text(), type: response.headers.get('content-type') };
};

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('a probe', () => {
  it('says ok in two letters when all is well', async () => {
    const { healthPort } = await start();
    expect(await get(healthPort, '/healthz')).toMatchObject({ code: 200, body: 'ok' });
    expect(await get(healthPort, '/readyz')).toMatchObject({ code: 200, body: 'ok' });
  });

  it('lists its checks with ?verbose', async () => {
    const { healthPort } = await start();
    expect((await get(healthPort, '/readyz?verbose')).body).toBe(
      '[+]ping: fine\n[+]lease: fine\nreadyz check passed\n',
    );
  });

  it('says which check failed and why, and is asked again each time', async () => {
    let ok = false;
    const { healthPort } = await start({
      readyz: { ping: () => good, cache: () => ({ ok, message: ok ? 'synced' : 'the CRD is missing' }) },
    });
    expect(await get(healthPort, '/readyz')).toMatchObject({
      code: 500,
      body: '[+]ping: fine\n[-]cache: the CRD is missing\nreadyz check failed\n',
    });
    expect(await get(healthPort, '/readyz/ping')).toMatchObject({ code: 200 });
    expect(await get(healthPort, '/readyz/cache')).toMatchObject({ code: 500 });
    expect(await get(healthPort, '/readyz/nonsense')).toMatchObject({ code: 404 });
    ok = true;
    expect(await get(healthPort, '/readyz')).toMatchObject({ code: 200 });
  });

  it('is a failure, not a crash, when it throws', async () => {
    const { healthPort } = await start({
      healthz: {
        lease: () => {
          throw new Error('no lease');
        },
      },
    });
    expect(await get(healthPort, '/healthz')).toMatchObject({ code: 500, body: 'no lease\n' });
  });

  it('answers questions only', async () => {
    const { healthPort } = await start();
    expect(await get(healthPort, '/healthz', { method: 'POST' })).toMatchObject({ code: 405 });
    expect(await get(healthPort, '/healthz', { method: 'HEAD' })).toMatchObject({ code: 200, body: '' });
    expect(await get(healthPort, '/elsewhere')).toMatchObject({ code: 404, body: 'try /healthz, /readyz\n' });
  });
});

describe('metrics', () => {
  it('have an address of their own', async () => {
    const { healthPort, metricsPort } = await start();
    expect(metricsPort).not.toBe(healthPort);
    expect(await get(metricsPort, '/metrics')).toMatchObject({
      code: 200,
      body: 'up 1\n',
      type: 'text/plain; version=0.0.4',
    });
    expect(await get(metricsPort, '/healthz')).toMatchObject({ code: 404 });
    expect(await get(healthPort, '/metrics')).toMatchObject({ code: 404 });
  });

  it('share the address of the probes when both are the same', async () => {
    const { healthPort } = await start();
    await server?.close();
    const address = { host: '127.0.0.1', port: healthPort ?? 0 };
    const both = await start({ health: address, metrics: address });
    expect(both.metricsPort).toBe(both.healthPort);
    expect(await get(both.healthPort, '/metrics')).toMatchObject({ code: 200 });
    expect(await get(both.healthPort, '/readyz')).toMatchObject({ code: 200 });
  });

  it('may be off, and so may the probes', async () => {
    const neither = await start({ health: 'off', metrics: 'off' });
    expect(neither).toMatchObject({ healthPort: undefined, metricsPort: undefined });
  });
});

describe('the server', () => {
  it('names the address in use, and leaves no open port', async () => {
    const first = await start();
    const taken = { host: '127.0.0.1', port: first.metricsPort ?? 0 };
    const second = startHealthServer({
      health: free,
      metrics: taken,
      healthz: {},
      readyz: {},
      render: async () => '',
      contentType: 'text/plain',
    });
    await expect(second).rejects.toThrow(
      `cannot serve /metrics on 127.0.0.1:${first.metricsPort}: listen EADDRINUSE`,
    );
  });

  it('finishes the answer under way when it closes, and is closed then', async () => {
    const scrape = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    const { metricsPort, close } = await start({
      render: () => {
        asked.resolve();
        return scrape.promise;
      },
    });
    const answer = get(metricsPort, '/metrics');
    await asked.promise;
    const closing = close();
    scrape.resolve('late 1\n');
    expect(await answer).toMatchObject({ code: 200, body: 'late 1\n' });
    await closing;
    await expect(fetch(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow('fetch failed');
  });

  it('does not wait for a client that never says what it wants', async () => {
    const { healthPort, close } = await start();
    const silent = connect(healthPort ?? 0, '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    silent.write('GET /heal');
    const hungUp = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => {});
    await close();
    await hungUp;
  });
});

describe('an address to bind to', () => {
  it.each([
    ['0', 'off'],
    [':8080', { host: undefined, port: 8080 }],
    [':0', { host: undefined, port: 0 }],
    ['127.0.0.1:8081', { host: '127.0.0.1', port: 8081 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['8080', undefined],
    ['', undefined],
    [':', undefined],
    [':65536', undefined],
    [':80a', undefined],
    ['::1:8080', undefined],
    ['a b:80', undefined],
  ])('%s', (text, address) => {
    expect(parseBindAddress(text)).toEqual(address);
  });
});
