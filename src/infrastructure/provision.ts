import type { InfrastructureApi } from './infrastructure.ts';
import type { Step } from './step.ts';

/** Does one step. Each is safe to repeat. Rejects with a InfrastructureError, or with the signal's reason. */
export function applyStep(api: InfrastructureApi, step: Step, signal: AbortSignal): Promise<void> {
  switch (step.kind) {
    case 'CreateQueue':
      return api.createQueue(step.name, step.attributes, step.tags, signal);
    case 'SetQueueAttributes':
      return api.setQueueAttributes(step.name, step.attributes, signal);
    case 'TagQueue':
      return api.tagQueue(step.name, step.tags, signal);
    case 'PutRule':
      return api.putRule(step, signal);
    case 'EnableRule':
      return api.enableRule(step.name, signal);
    case 'TagRule':
      return api.tagRule(step.arn, step.tags, signal);
    case 'PutTarget':
      return api.putTarget(step.ruleName, step, signal);
    case 'RemoveTarget':
      return api.removeTarget(step.ruleName, step.id, signal);
    case 'DeleteRule':
      return api.deleteRule(step.name, signal);
    case 'DeleteQueue':
      return api.deleteQueue(step.name, signal);
  }
}

/** Does the steps in order and tells of each when it is done; stops at the first that fails. */
export async function applySteps(
  api: InfrastructureApi,
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
  return `${what(step)}: ${step.why}`;
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
  }
}
