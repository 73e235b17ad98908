import { filter, map, type Observable } from 'rxjs';
import type { Reconciled, Result } from '../controller/controller.ts';
import type { Notice } from '../controller/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { logRecorder } from '../telemetry/logRecorder.ts';

/** The events that reconciles emit, as they do. */
export function eventsOf(results$: Observable<Result>): Observable<Notice> {
  return results$.pipe(
    filter((result) => result.kind === 'Event'),
    map(({ event }) => event),
  );
}

/** The reconciles, as they end. */
export function reconcilesOf(results$: Observable<Result>): Observable<Reconciled> {
  return results$.pipe(filter((result) => result.kind !== 'Event'));
}

/** A line for each event, and for each reconcile as much as its level of detail is worth. */
export function logResults(results$: Observable<Result>, logger: Logger, stopping: AbortSignal): void {
  const recorder = logRecorder(logger);
  results$.subscribe((result) => {
    if (result.kind === 'Event') recorder.emit(result.event);
    else if (!isGivenUp(result, stopping)) logReconcile(logger, result);
  });
}

/** What waited for the first credentials when the operator was asked to stop: no failure. */
function isGivenUp({ outcome }: Reconciled, stopping: AbortSignal): boolean {
  return stopping.aborted && outcome.kind === 'Error' && outcome.error === stopping.reason;
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
