import type { LastDrift } from '../crds/status.ts';
import { requestedAtAnnotation } from '../crds/trustedAccess.ts';
import { isoTime } from '../time/clock.ts';
import { restore } from './administrators.ts';
import { approvalObstacle } from './approval.ts';
import { defaultContentionHold, describeContention, type Holding, holdFor } from './contention.ts';
import { stalled } from './fact.ts';
import type { Observation } from './observation.ts';
import { approvalIn } from './permitted.ts';
import { describeActions } from './report.ts';
import { isAsked, type Run } from './run.ts';
import { phase } from './swap.ts';
import type { Plan } from './view.ts';

/** What speaks against carrying a plan out: a policy that only observes, or somebody who keeps undoing it. */
export function hold(plan: Plan, run: Run, observation: Observation, drift: LastDrift | undefined): Plan {
  if (plan.actions.length === 0) return plan;
  if (run.resource.spec.driftPolicy === 'Observe') return observeOnly(plan);
  const unapproved = awaitApproval(plan, run, observation);
  if (unapproved) return unapproved;
  const wait = contention(run, observation, drift);
  if (wait === undefined || !drift) return plan;
  const detectedAt = Date.parse(drift.detectedAt);
  const next = isoTime(detectedAt + holdFor(drift, detectedAt, holding(run)));
  const message = `${describeContention(drift)}. Next correction at ${next}; to correct now, set the annotation ${requestedAtAnnotation}`;
  return { actions: [], stop: stalled('Contended', message), wait };
}

/** The plan while it waits for an approval: what needs none is done, and an open gap of an own swap is closed. */
function awaitApproval(plan: Plan, run: Run, { administrators }: Observation): Plan | undefined {
  const { resource, status, context, replacement } = run;
  const { policy, clock } = context.ports;
  const registered = administrators.known ? administrators.value.length : 0;
  const obstacle = approvalObstacle(plan.actions, {
    resource: { ...resource, status },
    approval: approvalIn(policy),
    registered,
    now: clock.now(),
  });
  if (!obstacle) return undefined;
  const facts = { uid: resource.metadata.uid, administrators };
  if (replacement && phase(replacement, facts, clock.now()) === 'Gap')
    return { ...restore(replacement), stop: obstacle };
  return { actions: plan.actions.slice(0, plan.actions[0]?.kind === 'EnableAccess' ? 1 : 0), stop: obstacle };
}

export function holding({ service, context }: Run): Holding {
  const { contentionHold = defaultContentionHold } = context.ports.limits ?? {};
  return { longest: contentionHold, isRoomy: service.maximumAdministrators !== 1 };
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
  const now = run.context.ports.clock.now();
  const facts = { uid: run.resource.metadata.uid, administrators };
  if (phase(run.status.replacement, facts, now) === 'Gap') return undefined;
  const wait = holdFor(drift, now, holding(run));
  return wait > 0 ? wait : undefined;
}
