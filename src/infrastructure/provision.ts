import type { ForwardingApi } from './forwarding.ts';
import type { InfrastructureApi } from './infrastructure.ts';
import type { Step } from './step.ts';

/** The Organizations Region, and what forwarding from the Region of Identity Center needs. */
export interface ProvisionApi extends InfrastructureApi {
  readonly forwarding?: ForwardingApi;
}

/** Does one step. Each is safe to repeat. Rejects with an InfrastructureError, or with the signal's reason. */
export function applyStep(api: ProvisionApi, step: Step, signal: AbortSignal): Promise<void> {
  const rules = step.region === undefined ? api : forwardingOf(api).rules;
  switch (step.kind) {
    case 'CreateQueue':
      return api.createQueue(step.name, step.attributes, step.tags, signal);
    case 'SetQueueAttributes':
      return api.setQueueAttributes(step.name, step.attributes, signal);
    case 'TagQueue':
      return api.tagQueue(step.name, step.tags, signal);
    case 'PutRule':
      return rules.putRule(step, signal);
    case 'EnableRule':
      return rules.enableRule(step.name, signal);
    case 'TagRule':
      return rules.tagRule(step.arn, step.tags, signal);
    case 'PutTarget':
      return rules.putTarget(step.ruleName, step, signal);
    case 'RemoveTarget':
      return rules.removeTarget(step.ruleName, step.id, signal);
    case 'DeleteRule':
      return rules.deleteRule(step.name, signal);
    case 'DeleteQueue':
      return api.deleteQueue(step.name, signal);
    case 'CreateRole':
      return forwardingOf(api).roles.createRole(step.role, step.tags, signal);
    case 'SetRole':
      return forwardingOf(api).roles.setRole(step.role, signal);
    case 'DeleteRole':
      return forwardingOf(api).roles.deleteRole(step.role, signal);
  }
}

function forwardingOf({ forwarding }: ProvisionApi): ForwardingApi {
  if (forwarding === undefined)
    throw new Error('the plan has steps of another Region, and no clients for it');
  return forwarding;
}

/** Does the steps in order and tells of each when it is done; stops at the first that fails. */
export async function applySteps(
  api: ProvisionApi,
  steps: readonly Step[],
  onDone: (step: Step) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    await applyStep(api, step, signal);
    onDone(step);
  }
}

/** One line for people. */
export function describeStep(step: Step): string {
  const where = step.region === undefined ? '' : ` in ${step.region}`;
  return `${what(step)}${where}: ${step.why}`;
}

function what(step: Step): string {
  switch (step.kind) {
    case 'CreateQueue':
      return `create queue ${step.name}`;
    case 'SetQueueAttributes':
      return `set ${Object.keys(step.attributes).join(', ')} of queue ${step.name}`;
    case 'TagQueue':
      return `tag queue ${step.name}`;
    case 'PutRule':
      return step.tags === undefined ? `change rule ${step.name}` : `create rule ${step.name}`;
    case 'EnableRule':
      return `enable rule ${step.name}`;
    case 'TagRule':
      return `tag rule ${step.name}`;
    case 'PutTarget':
      return `point rule ${step.ruleName} at ${step.arn}`;
    case 'RemoveTarget':
      return `remove target ${step.id} of rule ${step.ruleName}`;
    case 'DeleteRule':
      return `delete rule ${step.name}`;
    case 'DeleteQueue':
      return `delete queue ${step.name}`;
    case 'CreateRole':
      return `create role ${step.role.name}`;
    case 'SetRole':
      return `set the policies of role ${step.role.name}`;
    case 'DeleteRole':
      return `delete role ${step.role.name}`;
  }
}
