import type { LastDrift } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import { sleep } from '../time/sleep.ts';
import type { Work } from './attempt.ts';
import { wasReady } from './conditions.ts';
import type { Observation } from './observation.ts';
import type { Action, Organizations, RequestId } from './ports.ts';
import { describeActions } from './report.ts';
import { compose, emit, type Run, save } from './run.ts';
import { candidateState } from './swap.ts';

/** What applying needs, bound to this run. `progress`: an earlier write of the status, which must not overtake a later one. */
export function workOf(
  run: Run,
  actions: readonly Action[],
  observation: Observation,
  lastDrift: LastDrift | undefined,
  progress: Promise<void>,
): Work {
  const { requestedAt, resource, context } = run;
  const { clock } = context.ports;
  let requestId: RequestId | undefined;
  const organizations = notingRequests(run.organizations, (id) => {
    requestId = id;
  });
  return {
    organizations,
    principal: run.service.principal,
    clock,
    signal: context.signal,
    observation,
    uid: resource.metadata.uid,
    replacement: run.replacement,
    record: async (replacement) => {
      await progress;
      const next = isWorthReporting(run)
        ? underWay(run, actions, observation, lastDrift)
        : (context.memory.status ?? run.status);
      await save(run, { ...next, replacement });
    },
    refusalContext: (accountId) => ({
      generation: resource.metadata.generation,
      accountState: candidateState(observation.candidates.get(accountId)),
      ...(requestedAt !== undefined && { requestedAt }),
    }),
    started: (action) => emit(run, { kind: 'ActionStarted', action }),
    wrote: (action) => void context.memory.writes.push({ action, at: clock.now() }),
    // What was verified is the last call of this run: calls follow one another.
    verified: (action, milliseconds) =>
      emit(run, {
        kind: 'ActionVerified',
        action,
        milliseconds,
        ...(requestId !== undefined && { requestId }),
      }),
    rolledBack: (from, to, message) => emit(run, { kind: 'ReplacementRolledBack', from, to, message }),
  };
}

/** `note` gets the request id of each write that succeeded; undefined where AWS already had it so. */
function notingRequests(
  organizations: Organizations,
  note: (requestId: RequestId | undefined) => void,
): Organizations {
  const noted = async (call: Promise<RequestId | undefined>) => {
    const requestId = await call;
    note(requestId);
    return requestId;
  };
  return {
    ...organizations,
    enableAccess: (...args) => noted(organizations.enableAccess(...args)),
    disableAccess: (...args) => noted(organizations.disableAccess(...args)),
    registerAdministrator: (...args) => noted(organizations.registerAdministrator(...args)),
    deregisterAdministrator: (...args) => noted(organizations.deregisterAdministrator(...args)),
  };
}

/** A resource that is stalled stays so until an attempt succeeds, so that slow retries do not flap. */
function isWorthReporting({ status, resource }: Run): boolean {
  const { generation } = resource.metadata;
  return wasReady(status.conditions, generation) || status.observedGeneration !== generation;
}

/** Milliseconds: what is composed and sent at once goes out first. */
const headStart = 1;

/**
 * Says that a change is under way, without holding it up: a correction is sent before the status is composed. A swap
 * says so with the way back that it stores.
 */
export async function reportProgress(
  run: Run,
  actions: readonly Action[],
  observation: Observation,
  lastDrift: LastDrift | undefined,
): Promise<void> {
  const [first] = actions;
  if (!first || first.kind === 'ReplaceAdministrator' || !isWorthReporting(run)) return;
  const { ports, signal } = run.context;
  try {
    await sleep(ports.clock, headStart, signal);
    await save(run, underWay(run, actions, observation, lastDrift));
  } catch {
    // Not stored is made up for by the report at the end.
  }
}

function underWay(
  run: Run,
  actions: readonly Action[],
  observation: Observation,
  lastDrift: LastDrift | undefined,
): TrustedAccessStatus {
  const message = `About to ${describeActions(actions)}`;
  return compose(run, { kind: 'Progressing', message, after: 0 }, { findings: { observation }, lastDrift });
}
