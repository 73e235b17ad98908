import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/cli/systemClock.ts';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { watch } from '../../src/kubernetes/watching.ts';
import { type Fault, type FaultyServer, startFaultyServer, statusOf } from './faultyServer.ts';

const path = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const expired = line('ERROR', statusOf(410, 'Expired', 'too old resource version'));
const added = line('ADDED', { metadata: { name: 'sso', resourceVersion: '101' } });

/** All of it and the end in one piece, so that the connection is free again when the text is looked at. */
const atOnce =
  (text: string): Fault =>
  (_received, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(text);
  };
const inChunks =
  (text: string): Fault =>
  (_received, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    response.end(text);
  };

let server: FaultyServer;
let uncaught: unknown[];
const note = (error: unknown) => void uncaught.push(error);

beforeEach(async () => {
  server = await startFaultyServer();
  uncaught = [];
  process.on('uncaughtException', note);
});
afterEach(async () => {
  process.off('uncaughtException', note);
  await server[Symbol.asyncDispose]();
});

describe('a watch whose end comes together with what ends it', () => {
  it.each([
    ['an ERROR event, and its length was told', atOnce(expired), ['Expired']],
    ['an ERROR event, in chunks', inChunks(expired), ['Expired']],
    ['an event whose handler stops the watch', atOnce(added), ['Failed', 'Closed']],
    ['an event whose handler stops the watch, in chunks', inChunks(added), ['Failed', 'Closed']],
  ])('ends, and nothing else does: %s', async (_, fault, kinds) => {
    const access = openKubeConfig({ kubeconfig: server.kubeconfig, connections: 1 });
    const api = createHttpApi({ access, clock, userAgent: 'test' });
    for (let round = 0; round < 20; round += 1) {
      server.watchFaults.push(fault);
      const stopping = new AbortController();
      const onChange = () => stopping.abort(new Error('stopped'));
      const request = { api, path, clock, resourceVersion: '100', timeoutSeconds: 300, onActivity: () => {} };
      const end = await watch({ ...request, onChange }, stopping.signal);
      expect(kinds).toContain(end.kind);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await api.close();
    expect(uncaught).toEqual([]);
  });
});
