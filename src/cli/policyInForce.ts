import { mergeMap } from 'rxjs';
import { metadataOf, type ResourceStore, type WakeUpSource } from '../controller/ports.ts';
import type { Policy, PolicyState } from '../crds/policy.ts';
import type { PolicyFile } from '../policy/policyFile.ts';
import type { Check } from '../telemetry/healthServer.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Every resource, each time that the policy changes: it may be permitted now, or no longer. */
export function policyWakeUps(
  { changes$ }: Pick<PolicyFile, 'changes$'>,
  store: Pick<ResourceStore, 'list'>,
): WakeUpSource {
  const names = () => store.list().map((stored) => metadataOf(stored).name);
  return { name: 'policy', wakeUps$: changes$.pipe(mergeMap(names)) };
}

/** Not ready while the policy file cannot be used: the operator changes nothing then. */
export function policyCheck({ state, hash }: Pick<PolicyFile, 'state' | 'hash'>): Check {
  const current = state();
  return current.kind === 'InForce'
    ? { ok: true, message: `policy ${hash()}` }
    : { ok: false, message: `no change is permitted: ${current.problem}` };
}

/** Logs the policy at the start and after each change, until the process ends. */
export function logPolicy(file: PolicyFile, logger: Logger): void {
  logState(file, file.state(), logger);
  file.changes$.subscribe((state) => logState(file, state, logger));
}

function logState({ path, hash }: PolicyFile, state: PolicyState, logger: Logger): void {
  if (state.kind === 'InForce')
    logger.info({ path, hash: hash(), ...summaryOf(state.policy) }, 'policy in force');
  else logger.error({ path, problem: state.problem }, 'policy unusable, no change is permitted');
}

function summaryOf({ rules, approval }: Policy) {
  return {
    rules: rules?.length ?? 'unrestricted',
    ...(approval && { approvalRequired: approval.required, approvalExpiry: approval.expiry }),
  };
}

/** The policy in one line, for people. */
export function describePolicy({ rules, approval }: Policy): string {
  const count = rules === undefined ? 'no rules' : `${rules.length} rule${rules.length === 1 ? '' : 's'}`;
  const required = approval?.required ?? [];
  return required.length === 0 ? count : `${count}, approval required for ${required.join(' and ')}`;
}
