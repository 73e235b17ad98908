import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { NEVER, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFeed, type Feed } from '../../../sandbox/page/feed.ts';
import { type PageServer, startPageServer } from '../../../sandbox/page/server.ts';
import type { ManifestRequest, OutsideChangeRequest } from '../../../sandbox/page/view.ts';
import { eventually, throughout } from '../../harness/eventually.ts';
import { type Asked, asking } from './asking.ts';

const key = 'k'.repeat(32);
let server: PageServer;
let feed: Feed;
let asked: (OutsideChangeRequest | ManifestRequest)[];
let shown = 0;

beforeEach(async () => {
  asked = [];
  shown = 0;
  feed = createFeed(async () => ({ shown: ++shown }), NEVER);
  server = await startPageServer({
    assets: { '/': { type: 'text/html; charset=utf-8', text: '<h1>page</h1>' } },
    key,
    feed,
    act(request) {
      asked.push(request);
      return { done: true, message: 'done' };
    },
    async apply(request) {
      asked.push(request);
      return { done: true, message: 'applied' };
    },
  });
});
afterEach(async () => {
  await server.stop();
  feed.stop();
});

const ask = (request: Asked) => asking(server.port, request);
const own = () => `http://127.0.0.1:${server.port}`;
const outsideChange = JSON.stringify({ outsideChange: 'throttle' });
/** As the page itself asks; what a test changes makes the difference. */
const post = (changed: Partial<Record<string, string>> = {}, body = outsideChange, path = '/changes') => {
  const usual = { origin: own(), authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const headers = Object.fromEntries(
    Object.entries({ ...usual, ...changed }).filter((entry): entry is [string, string] => entry[1] !== ''),
  );
  return ask({ method: 'POST', path, headers, body });
};

describe('the page', () => {
  it('is served under the name of this machine, and loads nothing from other hosts', async () => {
    const { status, body, headers } = await ask({});
    expect([status, body]).toEqual([200, '<h1>page</h1>']);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('can be opened by a link on another page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await ask({ headers })).toMatchObject({ status: 200 });
  });

  it('refusals have the same safety headers', async () => {
    const { status, headers } = await ask({ path: '/nothing' });
    expect(status).toBe(404);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
  });
});

describe('strangers', () => {
  it.each([
    'evil.example',
    '127.0.0.1',
    'localhost:1',
    '127.0.0.1.evil.example:80',
    '0.0.0.0:80',
    '[::1]:80',
  ])('a name that was pointed at this machine is not answered: %s', async (host) => {
    const named = host.replace(/:80$/, `:${server.port}`);
    expect(await ask({ headers: { host: named } })).toMatchObject({ status: 421 });
    expect(await post({ host: named })).toMatchObject({ status: 421 });
    expect(asked).toEqual([]);
  });

  it('localhost is this machine, too', async () => {
    const host = `localhost:${server.port}`;
    expect(await post({ host, origin: `http://${host}` })).toMatchObject({ status: 200 });
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'a page of another origin can do nothing, key or not: %s',
    async (origin) => {
      expect(await post({ origin })).toMatchObject({ status: 403 });
      expect(asked).toEqual([]);
    },
  );

  it('a page of another origin that sends no Origin can do nothing', async () => {
    expect(await post({ origin: '' })).toMatchObject({ status: 403 });
    expect(await post({ 'sec-fetch-site': 'same-site' })).toMatchObject({ status: 403 });
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect(await ask({ path: '/', headers })).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });

  it.each(['', 'Bearer ', `Bearer ${'x'.repeat(32)}`, `Bearer ${'k'.repeat(31)}`, `Basic ${'k'.repeat(32)}`])(
    'see nothing and change nothing without the key: %j',
    async (authorization) => {
      expect(await post({ authorization })).toMatchObject({ status: 401 });
      const headers = authorization === '' ? {} : { authorization };
      const { status, body } = await ask({ path: '/events', headers });
      expect(status).toBe(401);
      expect(JSON.parse(body).message).toContain('open the address that the sandbox printed');
      expect([asked, shown]).toEqual([[], 0]);
    },
  );
});

describe('requests', () => {
  it('a outside change and a manifest reach who does them', async () => {
    const manifest = { file: 'sso.yaml', text: 'kind: x\n', revision: 'r' };
    expect((await post()).body).toBe('{"done":true,"message":"done"}');
    expect((await post({}, JSON.stringify(manifest), '/manifests')).body).toContain('applied');
    expect(asked).toEqual([{ outsideChange: 'throttle' }, manifest]);
  });

  it.each([
    ['{', 400],
    ['[]', 400],
    ['{"deed":"destroy"}', 400],
    ['{"deed":"disable"}', 400],
    ['{"deed":"throttle","more":1}', 400],
    ['{"deed":"close","account":"../1"}', 400],
  ])('what is no request of the page is refused: %s', async (body, status) => {
    expect(await post({}, body)).toMatchObject({ status });
    expect(asked).toEqual([]);
  });

  it('a form of another page cannot pass for one', async () => {
    expect(await post({ 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await post({ 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 415,
    });
  });

  it('a body is bounded, whether or not its length is reported', async () => {
    expect(await post({ 'content-length': String(3 * 1024 * 1024) }, '')).toMatchObject({ status: 413 });
    const large = JSON.stringify({ outsideChange: 'throttle', more: 'x'.repeat(2.1 * 1024 * 1024) });
    const refused = await post({ 'transfer-encoding': 'chunked' }, large).catch((error: Error) => error);
    // Who goes on sending may find the connection gone before it has read the answer.
    if (!(refused instanceof Error)) expect(refused.status).toBe(413);
    expect(asked).toEqual([]);
    expect(await post()).toMatchObject({ status: 200 });
  });

  it.each([
    ['POST', '/', 'GET, HEAD'],
    ['GET', '/changes', 'POST'],
    ['PUT', '/manifests', 'POST'],
    ['DELETE', '/events', 'GET'],
    ['OPTIONS', '/changes', 'POST'],
  ])('%s %s is not a way to ask', async (method, path, allow) => {
    const headers = { origin: own(), authorization: `Bearer ${key}` };
    expect(await ask({ method, path, headers })).toMatchObject({ status: 405, headers: { allow } });
  });

  it.each(['/page.html', '/../package.json', '/%2e%2e/etc/passwd', '/constructor', '/__proto__'])(
    'there is nothing at %s',
    async (path) => {
      expect(await ask({ path })).toMatchObject({ status: 404 });
    },
  );
});

const open = async (path = '/events') => {
  const response = once(
    get({
      port: server.port,
      host: '127.0.0.1',
      path,
      headers: { authorization: `Bearer ${key}` },
      agent: false,
    }),
    'response',
  );
  const [stream] = await response;
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const closed = once(stream, 'close');
  stream.on('error', () => undefined);
  return { text: () => text, closed, stream };
};

describe('snapshots', () => {
  it('come as they change, and stop without viewers', async () => {
    expect(shown).toBe(0);
    const { text, stream } = await open();
    await eventually(() =>
      expect(text()).toMatch(/^event: snapshot\ndata: \{"shown":1\}\n\nevent: snapshot\n/),
    );
    stream.destroy();
    await eventually(async () => {
      const before = shown;
      await throughout(() => expect(shown).toBe(before), { forMs: 600 });
    });
    expect(shown).toBeGreaterThan(1);
  });

  it('a change is shown at once, without waiting for the next reconcile', async () => {
    const changes$ = new Subject<void>();
    const seen: string[] = [];
    let looked = 0;
    const quick = createFeed(async () => ({ looked: ++looked }), changes$);
    const leave = quick.watch((snapshot) => seen.push(snapshot));
    await eventually(() => expect(seen).toHaveLength(1), { everyMs: 5 });
    changes$.next();
    await eventually(() => expect(seen).toHaveLength(2), { everyMs: 5 });
    leave();
    quick.stop();
  });

  it('go on when one could not be made', async () => {
    let looked = 0;
    const troubled = createFeed(async () => {
      looked += 1;
      if (looked === 1) throw new Error('the folder is gone');
      return { looked };
    }, NEVER);
    const seen: string[] = [];
    troubled.watch((snapshot) => seen.push(snapshot));
    await eventually(() => expect(seen[0]).toBe('{"looked":2}'));
    troubled.stop();
  });

  it('go to a limited number of viewers', async () => {
    const viewers = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(await ask({ path: '/events', headers: { authorization: `Bearer ${key}` } })).toMatchObject({
      status: 503,
    });
    viewers[0]?.stream.destroy();
    await eventually(async () => {
      const one = await open();
      expect(one.stream.statusCode).toBe(200);
    });
  });
});

it('the server informs every viewer at its end, closes connections and frees the port', async () => {
  const { text, closed } = await open();
  const idle = connect(server.port, '127.0.0.1');
  idle.on('error', () => undefined);
  await once(idle, 'connect');
  await eventually(() => expect(text()).toContain('snapshot'));
  const { port } = server;
  const gone = once(idle, 'close');
  await server.stop();
  await Promise.all([closed, gone]);
  expect(text()).toMatch(/event: end\ndata: \{\}\n\n$/);
  await expect(asking(port, {})).rejects.toThrow('ECONNREFUSED');
});
