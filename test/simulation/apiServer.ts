import type { Time } from './time.ts';

export type Json = { [name: string]: unknown };

export interface ApiObject extends Json {
  metadata: Json & { name: string; resourceVersion: string };
}

/** As the API server puts it in a Status. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message = reason) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

interface Logged extends WatchEvent {
  readonly revision: number;
  readonly collection: string;
}

/**
 * What an API server with its etcd is to its clients: objects under paths, one counter of versions, optimistic locks,
 * and a history to watch that is compacted some time.
 */
export interface ApiServer {
  get(path: string): ApiObject | undefined;
  list(collection: string): readonly ApiObject[];
  readonly revision: string;
  /** @throws Refusal 409 when there is one. */
  create(collection: string, object: Json & { metadata: Json & { name: string } }): ApiObject;
  /**
   * Stores what `change` makes of a copy, which replaces members and changes none in place; nothing is stored when
   * that is the same. @throws Refusal 404, 409
   */
  update(path: string, change: (copy: ApiObject) => void, preconditions?: Json): ApiObject;
  /** Gone at once, or when the last finalizer goes. */
  remove(path: string): void;
  /** What happened since; undefined when that is no longer known. */
  since(collection: string, revision: number): readonly WatchEvent[] | undefined;
  /** Forgets what happened before now. */
  compact(): void;
  /** Tells of every event as it happens. */
  subscribe(listener: (collection: string, event: WatchEvent) => void): () => void;
}

const collectionOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

export function createApiServer(time: Time): ApiServer {
  const objects = new Map<string, ApiObject>();
  const listeners = new Set<(collection: string, event: WatchEvent) => void>();
  let log: Logged[] = [];
  let revision = 1;
  let compacted = 0;

  const record = (path: string, type: WatchEvent['type'], object: ApiObject): ApiObject => {
    revision += 1;
    const collection = collectionOf(path);
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    if (type === 'DELETED') objects.delete(path);
    else objects.set(path, stored);
    log.push({ revision, collection, type, object: stored });
    for (const listener of [...listeners]) listener(collection, { type, object: stored });
    return stored;
  };

  return {
    get: (path) => objects.get(path),
    list: (collection) =>
      [...objects].filter(([path]) => collectionOf(path) === collection).map(([, object]) => object),
    get revision() {
      return String(revision);
    },
    create(collection, object) {
      const path = `${collection}/${object.metadata.name}`;
      if (objects.has(path)) throw new Refusal(409, 'AlreadyExists');
      const creationTimestamp = `${new Date(time.now()).toISOString().slice(0, 19)}Z`;
      const uid = `uid-${revision + 1}`;
      const metadata = { uid, generation: 1, ...object.metadata, creationTimestamp, resourceVersion: '' };
      return record(path, 'ADDED', { ...object, metadata });
    },
    update(path, change, { uid, resourceVersion } = {}) {
      const before = objects.get(path);
      if (!before) throw new Refusal(404, 'NotFound');
      const stale = resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion;
      if (stale || (uid !== undefined && uid !== before.metadata['uid'])) throw new Refusal(409, 'Conflict');
      const after = { ...before, metadata: { ...before.metadata } };
      change(after);
      if (JSON.stringify(after) === JSON.stringify(before)) return before;
      const finalizers = after.metadata['finalizers'];
      const isHeld = Array.isArray(finalizers) && finalizers.length > 0;
      const isGone = after.metadata['deletionTimestamp'] !== undefined && !isHeld;
      return record(path, isGone ? 'DELETED' : 'MODIFIED', after);
    },
    remove(path) {
      if (!objects.has(path)) return;
      this.update(path, ({ metadata }) => {
        metadata['deletionTimestamp'] ??= `${new Date(time.now()).toISOString().slice(0, 19)}Z`;
        metadata['generation'] = Number(metadata['generation']) + 1;
      });
    },
    since(collection, from) {
      if (from < compacted) return undefined;
      // Every revision stands in it, one after the other.
      const begin = from + 1 - (log[0]?.revision ?? 0);
      return log.slice(Math.max(0, begin)).filter((event) => event.collection === collection);
    },
    compact() {
      compacted = revision;
      log = [];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
