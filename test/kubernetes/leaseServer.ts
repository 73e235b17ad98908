import { ApiError, apiError, type KubernetesApi } from '../../src/kubernetes/api.ts';
import type { Clock } from '../../src/time/clock.ts';
import { statusOf } from './faultyServer.ts';

export interface Link {
  /** Milliseconds there and back again. */
  request(): number;
  response(): number;
  /** Lost on the way there, on the way back, or not. */
  fate(): 'Arrives' | 'RequestLost' | 'ResponseLost';
}

export const perfectLink: Link = { request: () => 0, response: () => 0, fate: () => 'Arrives' };

interface Spec {
  holderIdentity: string;
  leaseDurationSeconds: number;
  acquireTime: string;
  renewTime: string;
  leaseTransitions: number;
}

interface Stored {
  metadata: Record<string, unknown> & { resourceVersion: string };
  spec: Spec;
}

export interface LeaseServer {
  stored: Stored | undefined;
  readonly log: string[];
  /** As one candidate reaches it; time-outs are the caller's. */
  through(link: Link): KubernetesApi;
}

/** One lease behind an API that is optimistic about concurrency, as the real one. Time is the clock's. */
export function leaseServer(clock: Clock): LeaseServer {
  let version = 0;
  const server: LeaseServer = { stored: undefined, log: [], through };

  const store = (body: { metadata: Record<string, unknown>; spec: Spec }): unknown => {
    version += 1;
    server.stored = { metadata: { ...body.metadata, resourceVersion: String(version) }, spec: body.spec };
    server.log.push(body.spec.holderIdentity);
    return structuredClone(server.stored);
  };

  const handle = (method: string, body: unknown): unknown => {
    const sent = body as { metadata: Record<string, unknown>; spec: Spec };
    const { stored } = server;
    if (method === 'POST') {
      if (stored !== undefined) throw apiError(statusOf(409, 'AlreadyExists', 'exists'));
      return store(sent);
    }
    if (stored === undefined) throw apiError(statusOf(404, 'NotFound', 'no lease'));
    if (method === 'GET') return structuredClone(stored);
    if (sent.metadata['resourceVersion'] !== stored.metadata.resourceVersion) {
      throw apiError(statusOf(409, 'Conflict', 'the object has been modified'));
    }
    return store(sent);
  };

  function through(link: Link): KubernetesApi {
    return {
      call: (call, signal) =>
        new Promise((resolve, reject) => {
          if (signal.aborted) return reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          const limit = call.timeout ?? 30_000;
          clock.after(limit, () => reject(new Error(`${call.method}: no answer within ${limit} ms`)));
          const fate = link.fate();
          if (fate === 'RequestLost') return;
          const body = structuredClone(call.body);
          clock.after(link.request(), () => {
            let settled: () => void;
            try {
              const result = handle(call.method, body);
              settled = () => resolve(result);
            } catch (error) {
              settled = () => reject(error);
            }
            if (fate === 'Arrives') clock.after(link.response(), settled);
          });
        }),
      stream: () => Promise.reject(new ApiError(404, 'NotFound', 'leases are not watched')),
      close: () => Promise.resolve(),
    };
  }
  return server;
}
