import { Observable } from 'rxjs';

/**
 * Calls `work` whenever this process may write, with a signal that is aborted the moment it no longer may.
 * Once `stopping` is aborted it does not call `work` again, waits for its end, and hands leadership over.
 */
export type Lead = (work: (mayWrite: AbortSignal) => Promise<void>, stopping: AbortSignal) => Promise<void>;

/** Alone: leads from the first moment until `stopping`. */
export const always: Lead = async (work, stopping) => {
  if (!stopping.aborted) await work(new AbortController().signal);
};

export interface LeadershipOptions {
  readonly lead: Lead;
  /** No resource is reconciled before the store has all of them. */
  readonly synced: Promise<void>;
  readonly stopping: AbortSignal;
  /** Aborted when what is under way has to end at once. */
  readonly halt: AbortSignal;
  /** Resolves when nothing is under way: leadership is handed over, or sought again, not before. */
  readonly idle: () => Promise<unknown>;
}

/** Emits a signal when this process may write, undefined when it no longer may, and completes after `stopping`. */
export function leadershipOf(options: LeadershipOptions): Observable<AbortSignal | undefined> {
  const { lead, synced, stopping, halt, idle } = options;
  return new Observable((subscriber) => {
    const work = async (mayWrite: AbortSignal) => {
      const over = aborted(AbortSignal.any([mayWrite, stopping]));
      await Promise.race([synced, over]);
      if (mayWrite.aborted || stopping.aborted) return;
      subscriber.next(AbortSignal.any([mayWrite, halt]));
      await over;
      await idle();
      subscriber.next(undefined);
    };
    lead(work, stopping).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
