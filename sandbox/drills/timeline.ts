import { type Observable, Subject } from 'rxjs';
import type { Notice } from '../../src/controller/ports.ts';
import { entryOf } from './entries.ts';
import type { Entry } from './entry.ts';

/** What somebody outside did, or a drill did in their name. */
export interface Change {
  readonly message: string;
  /** The resource it goes against; absent: none in particular. */
  readonly resource?: string;
  readonly drill?: string;
  /** Whether an event is to tell of it. */
  readonly eventExpected: boolean;
}

/** The one timeline: whoever shows it, shows these entries. */
export interface Timeline {
  readonly entries$: Observable<Entry>;
  changed(change: Change): void;
  /** Name of the drill that is under way. */
  readonly drill: () => string | undefined;
  /** The drill is over: what follows belongs to none. */
  over(): void;
  /** From here on times are counted anew. */
  restart(): void;
  readonly report: (notice: Notice) => void;
  /** An event woke this resource. */
  readonly received: (resource: string) => void;
  readonly declared: (resource: string, generation: number) => void;
  readonly note: (message: string) => void;
}

export function createTimeline(now: () => number): Timeline {
  const entries = new Subject<Entry>();
  const expected = new Set<string>();
  let drill: string | undefined;
  let since = now();

  function add(reported: Pick<Entry, 'what' | 'message'> & Partial<Entry>, at = now()): void {
    entries.next({
      at: new Date(at).toISOString(),
      milliseconds: Math.max(0, at - since),
      ...(drill !== undefined && { drill }),
      ...reported,
    });
  }

  return {
    entries$: entries.asObservable(),
    changed({ message, resource, eventExpected, ...change }) {
      drill = change.drill;
      since = now();
      if (resource !== undefined && eventExpected) expected.add(resource);
      else if (resource !== undefined) expected.delete(resource);
      add({ ...(resource !== undefined && { resource }), what: 'changed', message });
    },
    drill: () => drill,
    over() {
      drill = undefined;
    },
    restart() {
      since = now();
    },
    report: (notice) => add({ resource: notice.resource.name, ...entryOf(notice) }, notice.at),
    received(resource) {
      if (!expected.delete(resource)) return;
      add({ what: 'received', resource, message: 'its event came through the queue' });
    },
    declared: (resource, generation) =>
      add({ what: 'declared', resource, message: `generation ${generation} of its manifest` }),
    note: (message) => add({ what: 'note', message }),
  };
}
