import type { AttributionQuestion, Evidence } from '../controller/ports.ts';
import type { Clock } from '../time/clock.ts';
import { effectiveChange, explainsDrift } from './causes.ts';
import type { Change } from './envelope.ts';
import { affects } from './wakeUps.ts';

/** Remembers who changed what. Changes may come in any order, before or after the drift they explain is found. */
export interface ChangeLog {
  /** Only what somebody else did: own changes are no drift. */
  note(change: Change): void;
  recall(question: AttributionQuestion): Evidence | undefined;
  readonly size: number;
}

interface Entry {
  readonly change: Change;
  readonly receivedAt: number;
}

export interface ChangeLogOptions {
  readonly clock: Clock;
  /** Whether another caller than the operator made the change, as far as is known when asked. See OwnCalls. */
  readonly isOthers: (change: Change) => boolean;
  /** Milliseconds a change is remembered for after it was heard. */
  readonly lifetime?: number;
  /** Pages, each of one organization and principal. */
  readonly maximumPages?: number;
  readonly entriesPerPage?: number;
}

const wholeOrganization = '*';

export function createChangeLog(options: ChangeLogOptions): ChangeLog {
  const { clock, isOthers, lifetime = 15 * 60_000, maximumPages = 5_000, entriesPerPage = 32 } = options;
  // In the order of the last change noted, so that the page nobody wrote to for longest is in front.
  const pages = new Map<string, Entry[]>();

  const fresh = (key: string): Entry[] =>
    (pages.get(key) ?? []).filter(({ receivedAt }) => receivedAt + lifetime > clock.now());

  const forgetPages = () => {
    for (const [key, entries] of pages) {
      const last = entries.at(-1);
      if (pages.size <= maximumPages && last && last.receivedAt + lifetime > clock.now()) return;
      pages.delete(key);
    }
  };

  return {
    note(change) {
      if (!explainsDrift(change.eventName)) return;
      const key = pageOf(change.managementAccountId, subject(change));
      const entries = fresh(key);
      if (entries.some((entry) => entry.change.eventId === change.eventId)) return;
      entries.push({ change, receivedAt: clock.now() });
      pages.delete(key);
      pages.set(key, entries.slice(-entriesPerPage));
      forgetPages();
    },
    recall(question) {
      const entries = [question.principal, wholeOrganization].flatMap((page) =>
        fresh(pageOf(question.managementAccountId, page)),
      );
      const changes = entries.map(({ change }) => change).filter(isOthers);
      return effectiveChange(changes, question)?.evidence;
    },
    get size() {
      return [...pages.values()].reduce((sum, entries) => sum + entries.length, 0);
    },
  };
}

function subject(change: Change): string {
  const affected = affects(change);
  return affected.kind === 'Principal' ? affected.principal : wholeOrganization;
}

function pageOf(managementAccountId: string, page: string): string {
  return `${managementAccountId} ${page}`;
}
