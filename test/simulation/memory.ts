import { readable } from '../../src/controller/ports.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import type { ApiObject } from './apiServer.ts';
import type { Replica } from './replica.ts';
import type { Time } from './time.ts';

/** How long (milliseconds) after a process saw something newer it may still finish what it began. */
const finishing = 60_000;

interface Seen {
  readonly resource: TrustedAccess;
  /** When the process saw something newer; undefined: it is what it sees. */
  until: number | undefined;
}

/** What each process has seen of the resources, which is all it can go by. */
export interface Memory {
  follow(replica: Replica): void;
  /** Versions of resources with the principal that it sees, or saw a moment ago. */
  versionsOf(replica: Replica, principal: string): readonly TrustedAccess[];
  isNewStatus(object: ApiObject): boolean;
  isNewReady(name: string, ready: string): boolean;
}

export function createMemory(time: Time): Memory {
  const byReplica = new WeakMap<Replica, Map<string, Seen[]>>();
  const statuses = new Map<string, string>();
  const readys = new Map<string, string>();
  const isNew = (known: Map<string, string>, name: string, value: string) => {
    if (known.get(name) === value) return false;
    known.set(name, value);
    return true;
  };
  return {
    follow(replica) {
      const seen = new Map<string, Seen[]>();
      byReplica.set(replica, seen);
      replica.store.changes$.subscribe((name) => {
        const versions = (seen.get(name) ?? []).filter(
          ({ until }) => until === undefined || until + finishing >= time.now(),
        );
        const last = versions.at(-1);
        const stored = replica.store.get(name);
        const resource = stored?.kind === 'Valid' ? stored.resource : undefined;
        if (last && last.until === undefined) last.until = time.now();
        if (resource) versions.push({ resource, until: undefined });
        seen.set(name, versions);
      });
    },
    versionsOf(replica, principal) {
      const before = [...(byReplica.get(replica)?.values() ?? [])]
        .flat()
        .filter(({ until }) => until === undefined || until + finishing >= time.now())
        .map(({ resource }) => resource);
      // A change of the status alone, the way back of a swap, is told to nobody.
      const now = readable(replica.store.list());
      return [...before, ...now].filter(({ spec }) => spec.servicePrincipal === principal);
    },
    isNewStatus: ({ metadata, status }) =>
      isNew(statuses, metadata.name, JSON.stringify([metadata['uid'], status])),
    isNewReady: (name, ready) => isNew(readys, name, ready),
  };
}
