import type { LastDrift } from '../crds/status.ts';
import { openGap } from './administrators.ts';
import { describeActions } from './announcement.ts';
import { isoTime } from './clock.ts';
import { holdFor } from './contention.ts';
import { stalled } from './fact.ts';
import type { Observation } from './observation.ts';
import { isAsked, type Run } from './run.ts';
import type { Plan } from './view.ts';

/** What speaks against carrying a plan out: a policy that only observes, or somebody who keeps undoing it. */
export function hold(plan: Plan, run: Run, observation: Observation, drift: LastDrift | undefined): Plan {
  if (plan.actions.length === 0) return plan;
  if (run.resource.spec.driftPolicy === 'Observe') return observeOnly(plan);
  const wait = contention(run, observation, drift);
  if (wait === undefined || !drift) return plan;
  const other = drift.by ?? 'Somebody who is not known';
  const message = `The same drift (${drift.kind}) came back ${drift.count} times in a row. ${other} manages this too: agree on one. Corrected next at ${isoTime(Date.parse(drift.detectedAt) + holdFor(drift, Date.parse(drift.detectedAt)))}, or at once when asked by the annotation`;
  return { actions: [], stop: stalled('Contended', message), wait };
}

function observeOnly(plan: Plan): Plan {
  const message = `AWS differs from what is declared, and driftPolicy: Observe changes nothing. Correct would ${describeActions(plan.actions)}`;
  return { actions: [], stop: stalled('DriftObserved', message) };
}

/** Undefined: nothing is contended. What was declared since is nobody's undoing, however far it got. A gap of our own making is closed whatever else goes on. */
function contention(
  run: Run,
  { administrators }: Observation,
  drift: LastDrift | undefined,
): number | undefined {
  if (!drift || drift.correctedAt !== undefined || isAsked(run)) return undefined;
  if (run.status.settledGeneration !== run.resource.metadata.generation) return undefined;
  if (administrators.known && openGap(run.status.replacement, administrators.value)) return undefined;
  const wait = holdFor(drift, run.context.ports.clock.now());
  return wait > 0 ? wait : undefined;
}
