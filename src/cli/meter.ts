import type { Observer } from '../controller/controller.ts';
import type { Metrics, ReconcileResult } from '../telemetry/metrics.ts';

/** Counts the controller's work under the names that controller-runtime gave it. */
export function meter(metrics: Metrics): Observer {
  return {
    depth: metrics.queueDepth,
    added: metrics.queueAdded,
    started(waited) {
      metrics.queueTaken(waited / 1000);
      metrics.reconcileStarted();
    },
    finished({ outcome, took, again }) {
      const failed = outcome.kind === 'Error' || outcome.kind === 'Retry';
      const result: ReconcileResult = failed ? 'error' : again === undefined ? 'success' : 'requeue_after';
      metrics.reconcileFinished(result, took / 1000);
      metrics.queueDone(took / 1000);
      if (failed) metrics.queueRetried();
    },
  };
}
