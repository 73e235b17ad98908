import type { Details, Observation } from './observation.ts';

import type { Run } from './run.ts';
import type { View } from './view.ts';

/** Everything the plan of this reconcile may depend on. */
export function viewOf(run: Run, observation: Observation, details: Details | undefined): View {
  const { resource, desired, service, replacement, distrust, forbidden, requestedAt } = run;
  return {
    desired,
    spec: resource.spec,
    service,
    maximum: maximumFor(run),
    observation,
    details,
    replacement,
    distrust,
    forbidden,
    uid: resource.metadata.uid,
    now: run.context.ports.clock.now(),
    generation: resource.metadata.generation,
    requestedAt,
  };
}

/** The catalogue may be older than what AWS allows; infinite: nobody has said a number yet. */
function maximumFor({ service, context }: Run): number {
  const known = [service.maximumAdministrators, context.learnedMaxima.get(service.principal)];
  return Math.min(...known.filter((number) => number !== undefined));
}
