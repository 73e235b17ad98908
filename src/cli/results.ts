import { filter, map, type Observable } from 'rxjs';
import type { Reconciled, Result } from '../controller/controller.ts';
import type { Announcement } from '../controller/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { logRecorder } from '../telemetry/logRecorder.ts';

/** The events that reconciles emit, as they do. */
export function eventsOf(results$: Observable<Result>): Observable<Announcement> {
  return results$.pipe(
    filter((result) => result.kind === 'Event'),
    map(({ event }) => event),
  );
}

/** A line for each event, and for each reconcile as much as its level of detail is worth. */
export function logResults(results$: Observable<Result>, logger: Logger): void {
  const recorder = logRecorder(logger);
  results$.subscribe((result) => {
    if (result.kind === 'Event') recorder.announce(result.event);
    else logReconcile(logger, result);
  });
}

function logReconcile(logger: Logger, { name, outcome, took, again }: Reconciled): void {
  const fields = {
    resource: name,
    milliseconds: Math.round(took),
    ...(again !== undefined && { again: Math.round(again) }),
  };
  if (outcome.kind === 'Error')
    logger.warn({ ...fields, err: outcome.error }, 'reconcile failed, again with backoff');
  else if (outcome.kind === 'Retry') logger.warn({ ...fields, reason: outcome.reason }, outcome.message);
  else logger.debug({ ...fields, outcome: outcome.kind }, 'reconciled');
}
