import { type ApiCall, apiError, type KubernetesApi } from '../../src/kubernetes/api.ts';
import { collectionPath } from '../../src/kubernetes/store.ts';
import type { Random } from '../../src/time/clock.ts';
import { type ApiServer, createApiServer, type Json, Refusal } from './apiServer.ts';
import { openWatch } from './apiWatch.ts';
import type { Life } from './life.ts';
import type { Time } from './time.ts';
import { createWire, fair, type NetworkFaults } from './wire.ts';

/** A cluster as its clients see it, and what may be wrong with it. May be changed while it runs. */
export interface Cluster {
  readonly server: ApiServer;
  readonly networkFaults: NetworkFaults;
  readonly conditions: {
    /** Milliseconds until an event of a watch arrives, at most. */
    lag: number;
    /** Probability that a call is refused: 429, 500 or 503. */
    refusals: number;
    /** Nothing answers. */
    isDown: boolean;
  };
  /** Calls that arrived, those that are refused too. */
  readonly calls: () => number;
  cutWatches(): void;
  connect(life: Life, random: Random): KubernetesApi;
}

const refusals = [
  new Refusal(429, 'TooManyRequests'),
  new Refusal(500, 'InternalError'),
  new Refusal(503, 'ServiceUnavailable'),
];

/** Milliseconds, as the real connection has it. */
const patience = 30_000;

export function createCluster(time: Time): Cluster {
  const server = createApiServer(time);
  const networkFaults = fair();
  const conditions = { lag: 50, refusals: 0, isDown: false };
  const cuts = new Set<() => void>();
  let calls = 0;
  return {
    server,
    networkFaults,
    conditions,
    calls: () => calls,
    cutWatches() {
      for (const cut of [...cuts]) cut();
    },
    connect(life, random) {
      const wire = createWire(time, random, networkFaults, life);
      const arrive = <T>(work: () => T): T => {
        calls += 1;
        if (conditions.isDown)
          throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        const refusal =
          random() < conditions.refusals ? refusals[Math.floor(random() * refusals.length)] : undefined;
        try {
          if (refusal) throw refusal;
          return work();
        } catch (error) {
          throw error instanceof Refusal ? apiError({ ...error, message: error.message }, error.code) : error;
        }
      };
      const onCut = (cut: () => void) => {
        cuts.add(cut);
        return () => cuts.delete(cut);
      };
      return {
        call: (call, signal) =>
          wire(() => arrive(() => answer(server, call)), signal, call.timeout ?? patience),
        stream: ({ path, query = {} }, signal) =>
          wire(
            () =>
              arrive(() =>
                openWatch(
                  {
                    server,
                    time,
                    life,
                    conditions: { lag: () => 1 + conditions.lag * random(), onCut },
                  },
                  {
                    collection: path,
                    from: Number(query['resourceVersion']),
                    timeoutSeconds: Number(query['timeoutSeconds']),
                  },
                  signal,
                ),
              ),
            signal,
          ),
        close: async () => undefined,
      };
    },
  };
}

function answer(server: ApiServer, { method, path, query = {}, body, contentType }: ApiCall): unknown {
  const given = (body ?? {}) as Json & { metadata: Json & { name: string } };
  switch (method) {
    case 'GET':
      if (/\/(trustedaccesses|leases|events)$/.test(path)) return page(server, path, query);
      // The chart's role lists and watches resources, and may not get one.
      if (path.startsWith(`${collectionPath}/`)) throw new Refusal(403, 'Forbidden');
      return found(server, path);
    case 'POST':
      return server.create(path, given);
    case 'PUT':
      return server.update(
        path,
        (copy) => {
          copy['spec'] = given['spec'];
        },
        { resourceVersion: given.metadata['resourceVersion'] },
      );
    case 'PATCH':
      return contentType === 'application/apply-patch+yaml'
        ? applied(server, path, given)
        : merged(server, path, given);
  }
}

function page(
  server: ApiServer,
  path: string,
  { limit, continue: from = '0', fieldSelector }: ApiCall['query'] & object,
) {
  const start = Number(from);
  const name = fieldSelector === undefined ? undefined : /^metadata\.name=(.+)$/.exec(fieldSelector)?.[1];
  const items = server.list(path).filter(({ metadata }) => name === undefined || metadata.name === name);
  const end = limit === undefined ? items.length : start + Number(limit);
  const more = end < items.length ? { continue: String(end) } : {};
  return { metadata: { resourceVersion: server.revision, ...more }, items: items.slice(start, end) };
}

function found(server: ApiServer, path: string): Json {
  const object = server.get(path);
  if (!object) throw new Refusal(404, 'NotFound');
  return object;
}

/** Server-side apply of a status that one manager owns as a whole. */
function applied(server: ApiServer, path: string, { metadata, status }: Json & { metadata: Json }): Json {
  return server.update(
    path.replace(/\/status$/, ''),
    (copy) => {
      copy['status'] = status;
    },
    { resourceVersion: metadata['resourceVersion'] },
  );
}

/** A merge patch of the metadata, or of an event. */
function merged(server: ApiServer, path: string, { metadata, ...rest }: Json & { metadata?: Json }): Json {
  const { uid, resourceVersion, ...changed } = metadata ?? {};
  return server.update(
    path,
    (copy) => {
      Object.assign(copy.metadata, changed);
      Object.assign(copy, rest);
    },
    { uid, resourceVersion },
  );
}
