import { concat, defer, from, type Observable, Subject } from 'rxjs';
import type { Clock, Random, ResourceStore, Stored } from '../controller/ports.ts';
import {
  apiVersion,
  finalizer,
  group,
  kind,
  plural,
  type TrustedAccessStatus,
  version,
} from '../crds/trustedAccess.ts';
import { readTrustedAccess } from '../crds/validate.ts';
import { applyPatch, hasCode, type KubernetesApi, mergePatch } from './api.ts';
import { createCache, metadataOf } from './cache.ts';
import type { Log } from './log.ts';
import { createReflector } from './reflector.ts';

export const collectionPath = `/apis/${group}/${version}/${plural}`;
export const resourceName = `${plural}.${group}`;
export const fieldManager = 'trusted-access-operator';

export interface StoreOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly labelSelector?: string;
  readonly relistAfter?: number;
  readonly pageSize?: number;
}

export interface KubernetesStore extends ResourceStore {
  /** Lists and watches until the signal is aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves after the first complete list. */
  readonly synced: Promise<void>;
  /** For /readyz: the first list is complete and the CRD is served. */
  ready(): { readonly ok: boolean; readonly message: string };
}

const missing = `the API server does not serve ${resourceName} in ${version}: trusted-access crd | kubectl apply -f -`;

/** kubectl's copy of the manifest: as large as the resource, and nothing the operator reads. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function read(object: unknown): Stored | undefined {
  const stored = readTrustedAccess(object);
  if (stored === undefined) return undefined;
  delete metadataOf(stored).annotations[lastApplied];
  return stored;
}

/** The resource this status is about was deleted, or deleted and made anew under the same name. */
const isGone = (error: unknown): boolean =>
  hasCode(error, 404) || (hasCode(error, 409, 422) && /\bUID\b|metadata\.uid/.test(error.message));

/** The finalizers of the object with ours added or taken away; undefined when nothing changes. */
export function finalizersWith(present: boolean, current: readonly string[]): string[] | undefined {
  if (current.includes(finalizer) === present) return undefined;
  return present ? [...current, finalizer] : current.filter((each) => each !== finalizer);
}

/** TrustedAccess resources of a cluster. */
export function createStore(options: StoreOptions): KubernetesStore {
  const { api } = options;
  const changed = new Subject<string>();
  const synced = Promise.withResolvers<void>();
  const cache = createCache(read, (name) => changed.next(name));
  const reflector = createReflector({
    ...options,
    path: collectionPath,
    resource: resourceName,
    whenMissing: missing,
    handler: {
      begin() {
        const listing = cache.begin();
        return {
          add: listing.add,
          done() {
            listing.done();
            synced.resolve();
          },
        };
      },
      change: ({ type, object }) => (type === 'Removed' ? cache.remove(object) : cache.upsert(object)),
    },
  });

  const patch = async (call: Parameters<KubernetesApi['call']>[0], signal: AbortSignal): Promise<void> => {
    try {
      cache.refresh(await api.call(call, signal));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  };

  const changes$: Observable<string> = defer(() => concat(from(cache.names()), changed));

  return {
    changes$,
    get: cache.get,
    list: cache.list,
    run: reflector.run,
    synced: synced.promise,
    ready() {
      const problem = reflector.problem();
      if (problem === missing) return { ok: false, message: problem };
      if (reflector.synced()) return { ok: true, message: `${cache.names().length} resources` };
      return { ok: false, message: problem ?? `${resourceName} are being listed` };
    },
    writeStatus: ({ name, uid }, status, signal) => patch(statusApply(name, uid, status), signal),
    async setFinalizer({ name, uid, resourceVersion, finalizers }, present, signal) {
      const wanted = finalizersWith(present, finalizers);
      if (wanted === undefined) return;
      const metadata = { uid, resourceVersion, finalizers: wanted };
      const path = `${collectionPath}/${encodeURIComponent(name)}`;
      await patch(
        { method: 'PATCH', path, query: { fieldManager }, contentType: mergePatch, body: { metadata } },
        signal,
      );
    },
  };
}

/** Server-side apply: what an earlier status had and this one has not is removed, as one manager owns it all. */
function statusApply(name: string, uid: string, status: TrustedAccessStatus) {
  return {
    method: 'PATCH',
    path: `${collectionPath}/${encodeURIComponent(name)}/status`,
    query: { fieldManager, force: 'true' },
    contentType: applyPatch,
    body: { apiVersion, kind, metadata: { name, ...(uid === '' ? {} : { uid }) }, status },
  } as const;
}
