import { afterEach, describe, expect, it } from 'vitest';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import type { ClusterAccess } from '../../src/kubernetes/kubeConfig.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { createReflector, type ReflectorOptions } from '../../src/kubernetes/reflector.ts';
import { settle, type VirtualClock, virtualClock } from '../harness/virtualClock.ts';
import { eventually } from './eventually.ts';
import { answer, type FaultyServer, refuse, reset, startFaultyServer, statusOf } from './faultyServer.ts';
import { logbook } from './logbook.ts';

const path = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';
const item = (name: string, resourceVersion: number) => ({
  metadata: { name, resourceVersion: String(resourceVersion) },
});
const nameOf = (object: unknown) => (object as { metadata: { name: string } }).metadata.name;

const started: { stop(): Promise<void>; server: FaultyServer }[] = [];
afterEach(async () => {
  for (const { stop, server } of started.splice(0)) {
    await stop();
    await server[Symbol.asyncDispose]();
  }
});

interface Setting extends Partial<ReflectorOptions> {
  readonly prepare?: (server: FaultyServer) => void;
  readonly access?: (access: ClusterAccess) => ClusterAccess;
}

async function reflecting({ prepare, access = (same) => same, ...options }: Setting = {}) {
  const server = await startFaultyServer();
  server.items.set('sso', item('sso', 90));
  prepare?.(server);
  const clock = virtualClock();
  const log = logbook();
  const view = new Set<string>();
  const stopping = new AbortController();
  const api = createHttpApi({
    access: access(openKubeConfig({ kubeconfig: server.kubeconfig, connections: 4 })),
    clock,
    userAgent: 'test',
  });
  const reflector = createReflector({
    api,
    path,
    resource: 'trustedaccesses.trustedaccess.dev',
    whenMissing: 'not served: trusted-access crd | kubectl apply -f -',
    handler: {
      begin() {
        const fresh: string[] = [];
        return {
          add: (object) => void fresh.push(nameOf(object)),
          done() {
            view.clear();
            for (const name of fresh) view.add(name);
          },
        };
      },
      change: ({ type, object }) =>
        void (type === 'Removed' ? view.delete(nameOf(object)) : view.add(nameOf(object))),
    },
    clock,
    random: () => 0,
    log,
    ...options,
  });
  const running = reflector.run(stopping.signal);
  const stop = async () => {
    stopping.abort(new Error('stopped'));
    await running;
    await api.close();
  };
  started.push({ stop, server });
  const watching = (count: number) =>
    eventually(() => {
      expect(server.watches).toHaveLength(count);
      return server.watches[count - 1] as (typeof server.watches)[number];
    });
  /** What lies ahead on the virtual clock is a wait that began: time may pass. */
  const passes = async (milliseconds: number) => {
    await settle(20);
    await clock.advance(milliseconds);
  };
  return { server, clock, log, view, reflector, stopping, running, watching, passes, stop };
}

/** Lets virtual time pass a second at a time, with a moment for the loopback after each. */
async function passUntil(clock: VirtualClock, reached: () => boolean): Promise<void> {
  for (let seconds = 0; !reached(); seconds += 1) {
    if (seconds > 3_600) throw new Error('not reached within an hour');
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('the view of a collection', () => {
  it('lists, then watches from the version of the list with bookmarks and a limit of 300 to 600 s [F-K8a]', async () => {
    const { watching, view, reflector } = await reflecting();
    const first = await watching(1);
    expect([...view]).toEqual(['sso']);
    expect(reflector.synced()).toBe(true);
    expect(Object.fromEntries(first.query)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '100',
      timeoutSeconds: '300',
    });
    first.send('ADDED', item('guardduty', 101));
    first.send('DELETED', item('sso', 102));
    await eventually(() => expect([...view]).toEqual(['guardduty']));
  });

  it('spreads the limits of watches', async () => {
    const { watching } = await reflecting({ random: () => 0.999 });
    expect((await watching(1)).query.get('timeoutSeconds')).toBe('600');
  });

  it('asks for the labels it was reported, in list and watch', async () => {
    const { watching, server } = await reflecting({ labelSelector: 'shard=a' });
    expect((await watching(1)).query.get('labelSelector')).toBe('shard=a');
    expect(server.lists[0]?.query.get('labelSelector')).toBe('shard=a');
  });

  it('reads a long list page by page [F-K8b]', async () => {
    const { watching, view, server } = await reflecting({
      pageSize: 2,
      prepare: ({ items }) => {
        for (const name of ['a', 'b', 'c', 'd']) items.set(name, item(name, 50));
      },
    });
    await watching(1);
    expect([...view]).toEqual(['sso', 'a', 'b', 'c', 'd']);
    expect(server.lists.map(({ query }) => query.get('continue'))).toEqual([null, '2', '4']);
  });

  it('begins the list anew, unpaged, when a page comes too late (continue token expired)', async () => {
    const { watching, view, server } = await reflecting({
      pageSize: 1,
      prepare: ({ items, listFaults }) => {
        items.set('b', item('b', 50));
        listFaults.push(
          answer(200, { metadata: { resourceVersion: '90', continue: '1' }, items: [item('stale', 1)] }),
          refuse(410, 'Expired', 'The provided continue parameter is too old'),
        );
      },
    });
    expect((await watching(1)).query.get('resourceVersion')).toBe('100');
    expect([...view]).toEqual(['sso', 'b']);
    expect(server.lists.map(({ query }) => query.get('limit'))).toEqual(['1', '1', null]);
  });

  it('goes on from a bookmark after the watch ended in good order', async () => {
    const { watching, server, clock } = await reflecting();
    const first = await watching(1);
    first.send('BOOKMARK', item('', 150));
    await settle(20);
    await eventually(() => expect(clock.pending()).toBe(1));
    await clock.advance(5_000);
    first.end();
    expect((await watching(2)).query.get('resourceVersion')).toBe('150');
    expect(server.lists).toHaveLength(1);
  });

  it('lists anew when the last list is an hour old, although nothing is amiss', async () => {
    const { watching, server, clock, view } = await reflecting({ relistAfter: 60_000 });
    const first = await watching(1);
    server.items.set('missed', item('missed', 95));
    await clock.advance(61_000);
    first.end();
    await watching(2);
    expect(server.lists).toHaveLength(2);
    expect([...view]).toContain('missed');
  });
});

describe('faults of the API server, each survived', () => {
  it('a LIST answered 500 is repeated with growing delays, reported once, and its end is reported [F-K1a]', async () => {
    const { server, clock, log, watching } = await reflecting({
      prepare: ({ listFaults }) =>
        listFaults.push(refuse(500, 'InternalError'), refuse(500, 'InternalError')),
    });
    await eventually(() => expect(server.lists).toHaveLength(1));
    await eventually(() => expect(log.lines).toHaveLength(1));
    await clock.advance(799);
    expect(server.lists).toHaveLength(1);
    await clock.advance(1);
    await eventually(() => expect(server.lists).toHaveLength(2));
    await eventually(() => expect(clock.pending()).toBe(1));
    await settle(20);
    await clock.advance(1_600);
    await watching(1);
    expect(log.lines).toEqual([
      'warn cannot list trustedaccesses.trustedaccess.dev: 500 InternalError: InternalError',
      'info trustedaccesses.trustedaccess.dev: listed, and watched from now on',
    ]);
  });

  it('a socket reset in the middle of the stream: watched again from the last event [F-K2a]', async () => {
    const { watching, view, log, passes } = await reflecting();
    const first = await watching(1);
    first.send('ADDED', item('guardduty', 101));
    await eventually(() => expect(view.size).toBe(2));
    first.raw('{"type":"ADDED","object":{"metadata":{"na');
    first.reset();
    await eventually(() => expect(log.matching(/^warn cannot watch/)).toHaveLength(1));
    await passes(800);
    const second = await watching(2);
    expect(second.query.get('resourceVersion')).toBe('101');
    second.send('BOOKMARK', item('', 120));
    await eventually(() => expect(log.matching(/^info .* watched again/)).toHaveLength(1));
  });

  it('a watch answered 429 waits as long as Retry-After says [F-K3a]', async () => {
    const { watching, server, clock, log } = await reflecting({
      prepare: ({ watchFaults }) =>
        watchFaults.push(refuse(429, 'TooManyRequests', 'slow down', { 'retry-after': '17' })),
    });
    await eventually(() => expect(log.matching(/429/)).toHaveLength(1));
    await clock.advance(16_999);
    await settle(20);
    expect(server.watches).toHaveLength(0);
    await clock.advance(1);
    await watching(1);
    expect(server.lists).toHaveLength(1);
  });

  it('a silent stream is given up after 70 s, not before [F-K4a]', async () => {
    const { watching, clock, log, passes } = await reflecting();
    const first = await watching(1);
    await settle(20);
    await clock.advance(69_000);
    expect(first.closed).toBe(false);
    first.send('BOOKMARK', item('', 140));
    await settle(50);
    await clock.advance(69_000);
    expect(first.closed).toBe(false);
    await clock.advance(1_000);
    await eventually(() => expect(first.closed).toBe(true));
    await eventually(() => expect(log.matching(/no data for 70 s/)).toHaveLength(1));
    await passes(800);
    expect((await watching(2)).query.get('resourceVersion')).toBe('140');
  });

  it('an ERROR event of 500 ends the watch, although the server leaves the stream open [F-K5a]', async () => {
    const { watching, log, passes } = await reflecting();
    const first = await watching(1);
    first.send('ERROR', statusOf(500, 'InternalError', 'etcd is away'));
    await eventually(() => expect(first.closed).toBe(true));
    await eventually(() => expect(log.matching(/etcd is away/)).toHaveLength(1));
    await passes(800);
    await watching(2);
  });

  it('an ERROR event of 410 lists anew, and what was missed is there [F-K5b]', async () => {
    const { watching, server, view, passes, log } = await reflecting();
    const first = await watching(1);
    server.items.delete('sso');
    server.items.set('macie', item('macie', 300));
    server.version = 300;
    first.send('ERROR', statusOf(410, 'Expired', 'too old resource version'));
    await eventually(() => expect(log.matching(/listing again/)).toHaveLength(1));
    await passes(800);
    expect((await watching(2)).query.get('resourceVersion')).toBe('300');
    expect([...view]).toEqual(['macie']);
  });

  it('a watch answered 410 lists anew', async () => {
    const { watching, server, passes, log } = await reflecting({
      prepare: ({ watchFaults }) => watchFaults.push(refuse(410, 'Expired')),
    });
    await eventually(() => expect(log.matching(/listing again/)).toHaveLength(1));
    await passes(800);
    await watching(1);
    expect(server.lists).toHaveLength(2);
  });

  it('authentication that throws on reconnect is one more failed attempt [F-K6a]', async () => {
    let broken = false;
    const { watching, log, passes } = await reflecting({
      access: (inner) => ({
        ...inner,
        authenticate: async () => {
          if (broken) throw new Error('exec: aws: command not found');
          return inner.authenticate();
        },
      }),
    });
    const first = await watching(1);
    broken = true;
    first.reset();
    await eventually(() => expect(log.matching(/^warn/)).not.toHaveLength(0));
    await passes(800);
    await eventually(() => expect(log.matching(/command not found/)).toHaveLength(1));
    broken = false;
    await passes(1_600);
    await watching(2);
  });

  it('a handler that throws is reported, and the next event is handled [F-K6b]', async () => {
    const seen: string[] = [];
    const { watching, log } = await reflecting({
      handler: {
        begin: () => ({ add: () => {}, done: () => {} }),
        change: ({ object }) => {
          if (nameOf(object) === 'bad') throw new Error('cannot take it');
          seen.push(nameOf(object));
        },
      },
    });
    const first = await watching(1);
    first.send('ADDED', item('bad', 101));
    first.send('ADDED', item('good', 102));
    await eventually(() => expect(seen).toEqual(['good']));
    expect(log.matching(/^error .*cannot take it/)).toHaveLength(1);
    expect(first.closed).toBe(false);
  });

  it('a handler that throws while a list is taken over does not stop the watch [F-K6c]', async () => {
    const { watching, log } = await reflecting({
      handler: {
        begin: () => ({
          add: () => {
            throw new Error('no');
          },
          done: () => {},
        }),
        change: () => {},
      },
    });
    await watching(1);
    expect(log.matching(/^error/)).toHaveLength(1);
  });

  it('a line that is no event ends the watch and the next one goes on', async () => {
    const { watching, passes, log } = await reflecting();
    (await watching(1)).raw('<html>bad gateway</html>\n');
    await eventually(() => expect(log.matching(/^warn/)).toHaveLength(1));
    await passes(800);
    await watching(2);
  });

  it('an event that arrives in pieces, in the middle of a character, is one event', async () => {
    const { server, watching, view } = await reflecting();
    await watching(1);
    const bytes = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: item('zürich', 101) })}\n`);
    const cut = bytes.indexOf(0xc3) + 1;
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    for (const chunk of chunks) {
      server.watches[0]?.raw(chunk as unknown as string);
      await settle(20);
    }
    await eventually(() => expect(view.has('zürich')).toBe(true));
  });

  it('lists anew after three watches in a row that failed: the version may be to blame', async () => {
    const { server, watching, passes, log } = await reflecting({
      prepare: ({ watchFaults }) =>
        watchFaults.push(
          refuse(504, 'Timeout', 'one'),
          refuse(504, 'Timeout', 'two'),
          refuse(504, 'Timeout', 'three'),
        ),
    });
    for (const [word, delay] of [
      ['one', 800],
      ['two', 1_600],
      ['three', 3_200],
    ] as const) {
      await eventually(() => expect(log.matching(new RegExp(word))).toHaveLength(1));
      await passes(delay);
    }
    await watching(1);
    expect(server.lists).toHaveLength(2);
  });

  it('does not hammer a server that closes each watch at once', async () => {
    const closing = (_: unknown, response: { writeHead(code: number): void; end(): void }) => {
      response.writeHead(200);
      response.end();
    };
    let watches = 0;
    const { clock } = await reflecting({
      prepare: ({ watchFaults }) => {
        for (let n = 0; n < 50; n += 1)
          watchFaults.push((received, response) => {
            watches += 1;
            closing(received, response);
          });
      },
    });
    for (let second = 0; second < 60; second += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await clock.advance(1_000);
    }
    expect(watches).toBeGreaterThan(2);
    expect(watches).toBeLessThan(9);
  });
});

describe('what the operator lacks is reported in a line', () => {
  it('a CRD that is not installed: which command installs it, once, and that it is there', async () => {
    const { log, server, clock, watching } = await reflecting({
      prepare: ({ listFaults }) => {
        for (let n = 0; n < 4; n += 1) listFaults.push(answer(404, '404 page not found\n'));
      },
    });
    await passUntil(clock, () => server.watches.length > 0);
    await watching(1);
    expect(log.lines).toEqual([
      'warn not served: trusted-access crd | kubectl apply -f -',
      'info trustedaccesses.trustedaccess.dev: listed, and watched from now on',
    ]);
  });

  it('a missing permission: which verb on which resource; another one is another line', async () => {
    const { log, passes, watching, server } = await reflecting({
      prepare: ({ listFaults, watchFaults }) => {
        listFaults.push(refuse(403, 'Forbidden', 'User "x" cannot list resource "trustedaccesses"'));
        watchFaults.push(refuse(403, 'Forbidden', 'User "x" cannot watch resource "trustedaccesses"'));
      },
    });
    await eventually(() => expect(log.lines).toHaveLength(1));
    await passes(800);
    await eventually(() => expect(log.lines).toHaveLength(3));
    await passes(1_600);
    await watching(1);
    expect(server.lists).toHaveLength(3);
    expect(log.lines[0]).toMatch(/^warn missing permission: list trustedaccesses\.trustedaccess\.dev; /);
    expect(log.lines[2]).toMatch(/^warn missing permission: watch trustedaccesses\.trustedaccess\.dev; /);
  });
});

describe('stopping', () => {
  it('during a LIST leaves no watch behind [F-K7a]', async () => {
    let release = () => {};
    const { server, stop } = await reflecting({
      prepare: ({ listFaults }) =>
        listFaults.push((received, response) => {
          release = () => answer(200, { metadata: { resourceVersion: '1' }, items: [] })(received, response);
        }),
    });
    await eventually(() => expect(server.lists).toHaveLength(1));
    await stop();
    release();
    await settle(50);
    expect(server.watches).toHaveLength(0);
  });

  it('during the delay before a reconnect leaves no watch behind, and no timer [F-K7b]', async () => {
    const { server, stop, log, clock, watching } = await reflecting();
    (await watching(1)).reset();
    await eventually(() => expect(log.matching(/^warn/)).toHaveLength(1));
    await stop();
    await clock.advance(600_000);
    await settle(50);
    expect(server.watches).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });

  it('closes the watch that is open, and handles nothing after [F-K7c]', async () => {
    const { watching, stop, view, clock } = await reflecting();
    const first = await watching(1);
    first.send('ADDED', item('late', 101));
    await stop();
    const after = [...view];
    await eventually(() => expect(first.closed).toBe(true));
    await settle(20);
    expect([...view]).toEqual(after);
    expect(clock.pending()).toBe(0);
  });
});

it('keeps few connections, whatever it does [F-K9a]', async () => {
  const { server, clock } = await reflecting({
    relistAfter: 0,
    prepare: ({ listFaults }) => {
      for (let n = 0; n < 30; n += 1) listFaults.push(refuse(500, 'InternalError', `failure ${n}`));
    },
  });
  await passUntil(clock, () => server.lists.length >= 30);
  expect(server.connections()).toBeLessThanOrEqual(2);
});

it('a reset before any answer is a failed attempt like another', async () => {
  const { watching, log, passes } = await reflecting({ prepare: ({ listFaults }) => listFaults.push(reset) });
  await eventually(() => expect(log.matching(/^warn cannot list/)).toHaveLength(1));
  await passes(800);
  await watching(1);
});
