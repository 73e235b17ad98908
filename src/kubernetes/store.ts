import { concat, defer, from, type Observable, Subject } from 'rxjs';
import { metadataOf, type ResourceStore, type Stored } from '../controller/ports.ts';
import {
  apiVersion,
  finalizer,
  group,
  kind,
  type Metadata,
  plural,
  type TrustedAccessStatus,
  version,
} from '../crds/trustedAccess.ts';
import { readTrustedAccess } from '../crds/validate.ts';
import type { Clock, Random } from '../time/clock.ts';
import { type ApiCall, applyPatch, ConflictError, hasCode, type KubernetesApi, mergePatch } from './api.ts';
import { createCache } from './cache.ts';
import { list } from './listing.ts';
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

  /** Returns false when the resource is gone. */
  const perform = async (call: ApiCall, signal: AbortSignal): Promise<boolean> => {
    try {
      const stored = read(await api.call(call, signal));
      if (stored !== undefined) cache.accept(stored);
      return true;
    } catch (error) {
      if (hasCode(error, 404)) return false;
      throw error;
    }
  };

  /** The version now of the very resource, not of another one made later under its name; undefined: it is gone. */
  const versionOf = (name: string, uid: string): string | undefined => {
    const stored = cache.get(name);
    const metadata = stored && metadataOf(stored);
    return metadata?.uid === uid ? metadata.resourceVersion : undefined;
  };

  /**
   * The API server compares no UID when a status is applied, so the version goes with it: a conflict is
   * either a change elsewhere in the resource, and the status is applied to that, or another resource.
   */
  const writeStatus: ResourceStore['writeStatus'] = async ({ name, uid }, status, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      const resourceVersion = versionOf(name, uid);
      if (resourceVersion === undefined) return false;
      try {
        return await perform(statusApply(name, resourceVersion, status), signal);
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt >= statusAttempts) throw error;
        const fresh = await reread(api, { name, uid }, signal);
        if (fresh === undefined) return false;
        cache.accept(fresh);
      }
    }
  };

  const changes$: Observable<string> = defer(() => concat(from(cache.names()), changed));

  return {
    changes$,
    get: cache.get,
    list: cache.list,
    declaring: cache.declaring,
    run: reflector.run,
    synced: synced.promise,
    ready() {
      const problem = reflector.problem();
      if (problem === missing) return { ok: false, message: problem };
      if (reflector.synced()) return { ok: true, message: `${cache.names().length} resources` };
      return { ok: false, message: problem ?? `${resourceName} are being listed` };
    },
    writeStatus,
    async setFinalizer({ name, uid, resourceVersion, finalizers }, present, signal) {
      const wanted = finalizersWith(present, finalizers);
      if (wanted === undefined) return;
      await perform(finalizersPatch(name, { uid, resourceVersion, finalizers: wanted }), signal);
    },
  };
}

/** Another writer may change the resource between our read and our write, several times in a row. */
const statusAttempts = 8;

const pathOf = (name: string): string => `${collectionPath}/${encodeURIComponent(name)}`;

/**
 * The very resource as it is now; undefined: it is gone. By a list of one name: the operator's role has `list`,
 * which shows as much as `get`, and has no `get`.
 */
async function reread(
  api: KubernetesApi,
  { name, uid }: Pick<Metadata, 'name' | 'uid'>,
  signal: AbortSignal,
): Promise<Stored | undefined> {
  let found: Stored | undefined;
  const add = (item: unknown) => {
    const stored = read(item);
    if (stored !== undefined && metadataOf(stored).uid === uid) found = stored;
  };
  await list({ api, path: collectionPath, fieldSelector: `metadata.name=${name}` }, () => add, signal);
  return found;
}

/** Server-side apply: what an earlier status had and this one has not is removed, as one manager owns it all. */
const statusApply = (name: string, resourceVersion: string, status: TrustedAccessStatus): ApiCall => ({
  method: 'PATCH',
  path: `${pathOf(name)}/status`,
  query: { fieldManager, force: 'true' },
  contentType: applyPatch,
  body: { apiVersion, kind, metadata: { name, resourceVersion }, status },
});

const finalizersPatch = (
  name: string,
  metadata: Pick<Metadata, 'uid' | 'resourceVersion' | 'finalizers'>,
): ApiCall => ({
  method: 'PATCH',
  path: pathOf(name),
  query: { fieldManager },
  contentType: mergePatch,
  body: { metadata },
});
