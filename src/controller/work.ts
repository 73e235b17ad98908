import type { LastDrift } from '../crds/status.ts';
import { candidateState } from './administrators.ts';
import type { Work } from './apply.ts';
import { wasReady } from './conditions.ts';
import { describeActions } from './messages.ts';
import type { Observation } from './observation.ts';
import type { Outcome } from './outcome.ts';
import type { Action } from './ports.ts';
import { announce, compose, type Run, save } from './run.ts';

/** What applying needs, bound to this run. `progress`: an earlier write of the status, which must not overtake a later one. */
export function workOf(
  run: Run,
  actions: readonly Action[],
  observation: Observation,
  lastDrift: LastDrift | undefined,
  progress: Promise<void>,
): Work {
  const { organizations, requestedAt, resource, context } = run;
  const { clock } = context.ports;
  const progressing: Outcome = {
    kind: 'Progressing',
    message: `About to ${describeActions(actions)}`,
    after: 0,
  };
  return {
    organizations,
    principal: run.service.principal,
    clock,
    signal: context.signal,
    observation,
    record: async (replacement) => {
      await progress;
      const next = compose(run, progressing, { findings: { observation }, lastDrift });
      await save(run, { ...next, replacement });
    },
    refusalContext: (accountId) => ({
      generation: resource.metadata.generation,
      accountState: candidateState(observation.candidates.get(accountId)),
      ...(requestedAt !== undefined && { requestedAt }),
    }),
    started: (action) => announce(run, { kind: 'ActionStarted', action }),
    wrote: (action) => context.memory.writes.push({ action, at: clock.now() }),
    verified: (action, milliseconds) => announce(run, { kind: 'ActionVerified', action, milliseconds }),
    rolledBack: (from, to, message) => announce(run, { kind: 'ReplacementRolledBack', from, to, message }),
  };
}

/**
 * Says that a change is under way, without holding it up: a correction does not wait for the status. A
 * resource that is stalled stays so until an attempt succeeds, so that slow retries do not flap.
 */
export function tellProgress(
  run: Run,
  actions: readonly Action[],
  observation: Observation,
  lastDrift: LastDrift | undefined,
): Promise<void> {
  const { status, resource } = run;
  const news =
    wasReady(status.conditions, resource.metadata.generation) ||
    status.observedGeneration !== resource.metadata.generation;
  if (actions.length === 0 || !news) return Promise.resolve();
  const message = `About to ${describeActions(actions)}`;
  const next = compose(
    run,
    { kind: 'Progressing', message, after: 0 },
    { findings: { observation }, lastDrift },
  );
  // Not stored is made up for by the report at the end.
  return save(run, next).catch(() => undefined);
}
