import { Subject } from 'rxjs';
import { metadataOf, type ResourceStore, resourcesIn, type Stored } from '../../../src/controller/ports.ts';
import {
  finalizer,
  type Metadata,
  metadataSchema,
  requestedAtAnnotation,
  specSchema,
  type TrustedAccess,
  type TrustedAccessStatus,
} from '../../../src/crds/trustedAccess.ts';
import type { Clock } from '../../../src/time/clock.ts';
import type { Fate } from './fate.ts';
import { violations } from './kstatus.ts';

export type Declared = Partial<Record<keyof TrustedAccess['spec'], unknown>>;

export interface StatusWrite {
  readonly name: string;
  readonly status: TrustedAccessStatus;
}

export interface FakeStore {
  /** What befalls whoever uses it through this. */
  port(fate: Fate): ResourceStore;
  /** As kubectl apply: creates, or changes the spec and counts its generation. */
  apply(name: string, spec: Declared, metadata?: Partial<Metadata>): void;
  /** Something that this version cannot read. */
  applyInvalid(name: string, problems: readonly string[]): void;
  /** Asks for a reconcile as Flux does. */
  request(name: string, value: string): void;
  /** As kubectl edit --subresource=status. */
  overwrite(name: string, status: TrustedAccessStatus): void;
  /** As kubectl delete. */
  delete(name: string): void;
  get(name: string): TrustedAccess | undefined;
  /** Accepted status writes. */
  readonly statusWrites: StatusWrite[];
  /** Accepted changes of finalizers. */
  readonly finalizerWrites: string[];
  /** Every service principal that any resource ever named. */
  readonly everDeclared: Set<string>;
  /** What the kstatus rules say against what was written. */
  readonly violations: string[];
  snapshot(): ReadonlyMap<string, Stored>;
  restore(snapshot: ReadonlyMap<string, Stored>): void;
}

export function createStore(clock: Pick<Clock, 'now'>): FakeStore {
  const changes = new Subject<string>();
  let actual = new Map<string, Stored>();
  let created = 0;

  function put(name: string, stored: Stored | undefined, report = true): void {
    if (stored) actual.set(name, stored);
    else actual.delete(name);
    if (report) changes.next(name);
  }
  function edit(
    name: string,
    change: (resource: TrustedAccess) => TrustedAccess | undefined,
    report = true,
  ): void {
    const stored = actual.get(name);
    if (stored?.kind !== 'Valid') return;
    const resource = change(stored.resource);
    put(name, resource && { kind: 'Valid', resource }, report);
  }
  const isPresent = ({ name, uid }: Metadata) => {
    const stored = actual.get(name);
    return stored !== undefined && metadataOf(stored).uid === uid;
  };
  const newMetadata = (name: string, metadata: Partial<Metadata>) => {
    created += 1;
    const creationTimestamp = new Date(clock.now() + created).toISOString();
    return metadataSchema.parse({ name, uid: `uid-${created}`, creationTimestamp, ...metadata });
  };

  const store: FakeStore = {
    statusWrites: [],
    finalizerWrites: [],
    violations: [],
    everDeclared: new Set(),
    apply(name, declared, metadata = {}) {
      const spec = specSchema.parse(declared);
      store.everDeclared.add(spec.servicePrincipal);
      const stored = actual.get(name);
      if (stored?.kind !== 'Valid') {
        const resource = { metadata: newMetadata(name, metadata), spec, status: { conditions: [] } };
        put(name, { kind: 'Valid', resource });
        return;
      }
      if (JSON.stringify(stored.resource.spec) === JSON.stringify(spec)) return;
      edit(name, (resource) => ({
        ...resource,
        spec,
        metadata: { ...resource.metadata, generation: resource.metadata.generation + 1 },
      }));
    },
    applyInvalid(name, problems) {
      put(name, { kind: 'Invalid', metadata: newMetadata(name, {}), status: { conditions: [] }, problems });
    },
    request(name, value) {
      edit(name, ({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, annotations: { ...metadata.annotations, [requestedAtAnnotation]: value } },
      }));
    },
    overwrite: replaceStatus,
    delete(name) {
      edit(name, ({ metadata, ...rest }) =>
        metadata.finalizers.length === 0
          ? undefined
          : {
              ...rest,
              metadata: {
                ...metadata,
                generation: metadata.generation + (metadata.deletionTimestamp === undefined ? 1 : 0),
                deletionTimestamp: new Date(clock.now()).toISOString(),
              },
            },
      );
    },
    get(name) {
      const stored = actual.get(name);
      return stored?.kind === 'Valid' ? stored.resource : undefined;
    },
    snapshot: () => new Map(actual),
    restore(snapshot) {
      actual = new Map(snapshot);
    },
    port: (fate) => ({
      changes$: changes,
      get: (name) => actual.get(name),
      ...resourcesIn(() => [...actual.values()]),
      async writeStatus(metadata, status, signal) {
        signal.throwIfAborted();
        return fate.pass({ kind: 'Store', operation: 'writeStatus' }, () => {
          if (!isPresent(metadata)) return false;
          store.statusWrites.push({ name: metadata.name, status });
          store.violations.push(...violations(metadata, status));
          replaceStatus(metadata.name, status);
          return true;
        });
      },
      async setFinalizer(metadata, present, signal) {
        signal.throwIfAborted();
        await fate.pass({ kind: 'Store', operation: 'setFinalizer' }, () => {
          if (!isPresent(metadata)) return;
          store.finalizerWrites.push(`${present ? 'add' : 'remove'} ${metadata.name}`);
          edit(metadata.name, ({ metadata: now, ...rest }) => {
            const others = now.finalizers.filter((name) => name !== finalizer);
            const finalizers = present ? [...others, finalizer] : others;
            const gone = now.deletionTimestamp !== undefined && finalizers.length === 0;
            return gone ? undefined : { ...rest, metadata: { ...now, finalizers } };
          });
        });
      },
    }),
  };
  function replaceStatus(name: string, status: TrustedAccessStatus): void {
    const stored = actual.get(name);
    if (stored?.kind === 'Invalid') put(name, { ...stored, status }, false);
    else edit(name, (resource) => ({ ...resource, status }), false);
  }
  return store;
}
