import type { TrustedAccess } from '../crds/trustedAccess.ts';
import { metadataOf, type Stored } from './ports.ts';
import type { Memory } from './run.ts';

export interface Remembered {
  readonly uid: string | undefined;
  readonly memory: Memory;
  /** As it was last worked on. */
  resource?: TrustedAccess;
}

export interface Memories {
  get(name: string): Remembered | undefined;
  /** A name that was deleted and made anew is another resource: nothing of the old one is remembered for it. */
  of(name: string, stored: Stored | undefined): Remembered;
  forget(name: string): void;
}

export function nothingRemembered(): Memory {
  return { writes: [] };
}

export function createMemories(): Memories {
  const byName = new Map<string, Remembered>();
  return {
    get: (name) => byName.get(name),
    forget: (name) => void byName.delete(name),
    of(name, stored) {
      const uid = stored && metadataOf(stored).uid;
      const known = byName.get(name);
      if (known && (uid === undefined || known.uid === uid)) return known;
      const fresh: Remembered = { uid, memory: nothingRemembered() };
      byName.set(name, fresh);
      return fresh;
    },
  };
}

/**
 * What is left to be done for a resource that is gone: a gap of our making has to be closed all the same, where one is
 * open, unless the last word was to leave AWS alone. It declares nothing else any more, whatever its deletion was to undo.
 */
export function deletedMeanwhile({ resource }: Remembered): TrustedAccess | undefined {
  if (!resource || resource.spec.suspend || resource.spec.driftPolicy === 'Observe') return undefined;
  const { deletionTimestamp = resource.metadata.creationTimestamp } = resource.metadata;
  return {
    ...resource,
    metadata: { ...resource.metadata, deletionTimestamp, finalizers: [] },
    spec: { ...resource.spec, deletionPolicy: 'Retain' },
  };
}
