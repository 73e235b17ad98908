import { metadataOf, type Stored } from '../controller/ports.ts';
import type { Metadata, TrustedAccess } from '../crds/trustedAccess.ts';
import { createPrincipalIndex } from './principalIndex.ts';

export interface Cache {
  get(name: string): Stored | undefined;
  list(): readonly Stored[];
  declaring(principal: string): readonly TrustedAccess[];
  names(): readonly string[];
  /** A new complete list: objects not added until `done` are gone. */
  begin(): { add(object: unknown): void; done(): void };
  upsert(object: unknown): void;
  remove(object: unknown): void;
  /** What the server answered to a write of ours: it may come before or after the watch tells the same. */
  accept(answer: Stored): void;
}

const sameRecord = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};

/** Whether only the status differs: an echo of what the operator wrote itself must not wake it. */
export function onlyStatusDiffers(before: Metadata, after: Metadata): boolean {
  return (
    before.uid === after.uid &&
    before.generation === after.generation &&
    before.deletionTimestamp === after.deletionTimestamp &&
    before.finalizers.length === after.finalizers.length &&
    before.finalizers.every((each, index) => each === after.finalizers[index]) &&
    sameRecord(before.annotations, after.annotations) &&
    sameRecord(before.labels, after.labels)
  );
}

/** Resource versions of one resource are decimal and rise (Kubernetes API concepts, resource versions). */
function isOlder(candidate: string, than: string): boolean {
  if (!/^\d+$/.test(candidate) || !/^\d+$/.test(than)) return false;
  return candidate.length === than.length ? candidate < than : candidate.length < than.length;
}

/** What the cluster has, parsed and without what the operator does not read. Tells names that changed. */
export function createCache(
  read: (object: unknown) => Stored | undefined,
  changed: (name: string) => void,
): Cache {
  let entries = new Map<string, Stored>();
  const principals = createPrincipalIndex();

  const put = (stored: Stored): void => {
    const after = metadataOf(stored);
    const known = entries.get(after.name);
    const before = known && metadataOf(known);
    // The watch may still tell what came before the answer to our own write.
    if (before?.uid === after.uid && isOlder(after.resourceVersion, before.resourceVersion)) return;
    entries.set(after.name, stored);
    principals.replace(known, stored);
    if (before === undefined || !onlyStatusDiffers(before, after)) changed(after.name);
  };

  const replace = (fresh: Map<string, Stored>): void => {
    const old = entries;
    entries = fresh;
    principals.begin(fresh.values());
    const reported = [...fresh.values()].map(metadataOf).filter((after) => {
      const before = old.get(after.name);
      return before === undefined || !onlyStatusDiffers(metadataOf(before), after);
    });
    for (const { name } of reported) changed(name);
    for (const name of old.keys()) if (!fresh.has(name)) changed(name);
  };

  return {
    get: (name) => entries.get(name),
    list: () => [...entries.values()],
    declaring: principals.declaring,
    names: () => [...entries.keys()],
    begin() {
      const fresh = new Map<string, Stored>();
      return {
        add(object) {
          const stored = read(object);
          if (stored !== undefined) fresh.set(metadataOf(stored).name, stored);
        },
        done: () => replace(fresh),
      };
    },
    upsert(object) {
      const stored = read(object);
      if (stored !== undefined) put(stored);
    },
    remove(object) {
      const stored = read(object);
      if (stored === undefined) return;
      const { name } = metadataOf(stored);
      const known = entries.get(name);
      if (!entries.delete(name)) return;
      principals.replace(known, undefined);
      changed(name);
    },
    accept(answer) {
      const { name, uid } = metadataOf(answer);
      const known = entries.get(name);
      // Gone from the list, or never selected: an answer does not bring it back.
      if (known !== undefined && metadataOf(known).uid === uid) put(answer);
    },
  };
}
