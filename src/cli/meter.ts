import type { Observable } from 'rxjs';
import type { Reconciled, Result } from '../controller/controller.ts';
import type { Metrics, ReconcileResult } from '../telemetry/metrics.ts';

/** Counts the controller's work under the names that controller-runtime gave it. */
export function countResults(results$: Observable<Result>, metrics: Metrics): void {
  results$.subscribe((result) => {
    if (result.kind === 'Event') metrics.recorder.emit(result.event);
    else countReconcile(result, metrics);
  });
}

function countReconcile({ outcome, waited, took, again }: Reconciled, metrics: Metrics): void {
  const failed = outcome.kind === 'Error' || outcome.kind === 'Retry';
  const result: ReconcileResult = failed ? 'error' : again === undefined ? 'success' : 'requeue_after';
  metrics.queueTaken(waited / 1000);
  metrics.reconcileFinished(result, took / 1000);
  metrics.queueDone(took / 1000);
  if (failed) metrics.queueRetried();
}
