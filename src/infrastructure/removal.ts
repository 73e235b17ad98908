import type { Observed, ObservedQueue } from './infrastructure.ts';
import type { InfrastructureSpec } from './infrastructureSpec.ts';
import { whyNotOwn } from './ownership.ts';
import { otherRules, policyWithout } from './queuePolicy.ts';
import type { InfrastructurePlan, Step } from './step.ts';

/**
 * Removes what has the tags of this set-up, and nothing else; a note says what stays, and why. Throws a
 * QueuePolicyError.
 */
export function planRemoval(spec: InfrastructureSpec, observed: Observed): InfrastructurePlan {
  const parts = [
    targetRemoval(spec, observed),
    ruleRemoval(spec, observed),
    queueRemoval(spec, spec.queue.name, observed.queue),
    queueRemoval(spec, spec.deadLetterQueue.name, observed.deadLetterQueue),
  ];
  return { steps: parts.flatMap(({ steps }) => steps), notes: parts.flatMap(({ notes }) => notes) };
}

const nothing: InfrastructurePlan = { steps: [], notes: [] };
const stays = (what: string, why: string): InfrastructurePlan => ({
  steps: [],
  notes: [`${what} stays: ${why}`],
});

function targetRemoval(spec: InfrastructureSpec, observed: Observed): InfrastructurePlan {
  const { rule } = spec;
  const isForeign = observed.rule !== undefined && whyNotOwn(observed.rule.tags, spec.name) !== undefined;
  const sending = observed.targets.filter(({ arn }) => arn === spec.queue.arn);
  const own = sending.filter(({ id }) => !isForeign || id.startsWith(rule.targetId));
  return {
    steps: own.map(({ id }) => ({
      kind: 'RemoveTarget',
      ruleName: rule.name,
      id,
      why: 'sends events to the queue',
    })),
    notes: sending
      .filter((target) => !own.includes(target))
      .map(({ id }) => `target ${id} of rule ${rule.name} stays: setup did not create it`),
  };
}

function ruleRemoval(spec: InfrastructureSpec, observed: Observed): InfrastructurePlan {
  const { name } = spec.rule;
  if (observed.rule === undefined) return nothing;
  const why = whyNotOwn(observed.rule.tags, spec.name);
  if (why !== undefined) return stays(`rule ${name}`, why);
  const others = observed.targets.filter(({ arn }) => arn !== spec.queue.arn).map(({ arn }) => arn);
  if (others.length > 0) return stays(`rule ${name}`, `it also sends to ${others.join(', ')}`);
  return { steps: [{ kind: 'DeleteRule', name, why: 'created by this set-up' }], notes: [] };
}

function queueRemoval(
  spec: InfrastructureSpec,
  name: string,
  there: ObservedQueue | undefined,
): InfrastructurePlan {
  if (there === undefined) return nothing;
  const why = whyNotOwn(there.tags, spec.name) ?? whyUsed(there, spec.rule.arn);
  if (why === undefined) {
    return {
      steps: [{ kind: 'DeleteQueue', name, why: `created by this set-up; holds ${held(there)}` }],
      notes: [],
    };
  }
  return { steps: statementRemoval(spec, name, there), notes: stays(`queue ${name}`, why).notes };
}

function whyUsed({ attributes }: ObservedQueue, ruleArn: string): string | undefined {
  const others = otherRules(attributes['Policy'], ruleArn);
  if (others.length === 0) return undefined;
  return `its policy also lets ${others.join(', ')} send to it; remove that set-up first`;
}

function statementRemoval({ rule }: InfrastructureSpec, name: string, there: ObservedQueue): readonly Step[] {
  const Policy = policyWithout(there.attributes['Policy'], rule.arn);
  if (Policy === undefined) return [];
  const why = `rule ${rule.name} needs no access any more`;
  return [{ kind: 'SetQueueAttributes', name, attributes: { Policy }, why }];
}

function held({ attributes }: ObservedQueue): string {
  const count = Number(attributes['ApproximateNumberOfMessages'] ?? 0);
  return count === 1 ? '1 message' : `${count} messages`;
}
