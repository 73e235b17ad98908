import {
  canonical,
  forwardedPattern,
  forwardedPatternJson,
  isEventPattern,
} from '../eventFormat/eventPattern.ts';
import { foreignRole, foreignRule } from './foreign.ts';
import type { ObservedForwarding, ObservedRole } from './forwarding.ts';
import type { ForwardingSpec } from './forwardingSpec.ts';
import type { Attributes, ObservedRule, ObservedTarget } from './infrastructure.ts';
import { isProducts, lacksTags, whyNotOwn } from './ownership.ts';
import type { InfrastructurePlan, Step } from './step.ts';

const description = 'Events of IAM Identity Center for the Organizations Region, for trusted-access-operator';

/**
 * The plan with what makes events of Identity Center arrive. The role comes first: IAM needs seconds until EventBridge
 * can use it. Throws a ForeignResourceError.
 */
export function withForwarding(
  plan: InfrastructurePlan,
  spec: ForwardingSpec,
  tags: Attributes,
  observed: ObservedForwarding,
): InfrastructurePlan {
  const after = [...ruleSteps(spec, tags, observed.rule), ...targetSteps(spec, observed.targets)];
  const before = roleSteps(spec, tags, observed.role);
  return {
    ...plan,
    steps: [...before, ...plan.steps, ...after.map((step): Step => ({ ...step, region: spec.region }))],
  };
}

function roleSteps({ role }: ForwardingSpec, tags: Attributes, there: ObservedRole | undefined): Step[] {
  const why = 'lets EventBridge send events to the Organizations Region';
  if (there === undefined) return [{ kind: 'CreateRole', role, tags, why }];
  if (isSame(there.trust, role.trust) && isSame(there.policy, role.policy)) return [];
  if (!isProducts(there.tags)) throw foreignRole(role.name);
  return [{ kind: 'SetRole', role, why }];
}

function isSame(policy: string | undefined, wanted: string): boolean {
  try {
    return policy !== undefined && canonical(JSON.parse(policy)) === canonical(JSON.parse(wanted));
  } catch {
    return false;
  }
}

function ruleSteps(
  { rule, region }: ForwardingSpec,
  tags: Attributes,
  there: ObservedRule | undefined,
): Step[] {
  const { name, arn } = rule;
  const put = { kind: 'PutRule', name, pattern: forwardedPatternJson, description } as const;
  if (there === undefined) return [{ ...put, tags, why: 'picks out the events of Identity Center' }];
  const steps: Step[] = [];
  if (!isEventPattern(there.pattern, forwardedPattern)) {
    if (!isProducts(there.tags)) throw foreignRule(name, region);
    steps.push({ ...put, tags: undefined, why: 'its pattern is not that of this version' });
  } else if (!there.enabled) steps.push({ kind: 'EnableRule', name, why: 'it is disabled' });
  if (isProducts(there.tags) && lacksTags(there.tags, tags)) {
    steps.push({ kind: 'TagRule', name, arn, tags, why: 'tags are missing' });
  }
  return steps;
}

function targetSteps({ rule, bus, role }: ForwardingSpec, there: readonly ObservedTarget[]): Step[] {
  const right = there.find(({ arn }) => arn === bus);
  if (right?.roleArn === role.arn && !right.transformed) return [];
  const id = right?.id ?? rule.targetId;
  const why = 'sends the events to the Organizations Region';
  return [{ kind: 'PutTarget', ruleName: rule.name, id, arn: bus, roleArn: role.arn, why }];
}

/** The plan with the removal of what has the tags of this set-up; a note says what stays, and why. */
export function withForwardingRemoval(
  plan: InfrastructurePlan,
  spec: ForwardingSpec,
  setupName: string,
  observed: ObservedForwarding,
): InfrastructurePlan {
  const { rule, role, region } = spec;
  const steps: Step[] = [];
  const notes: string[] = [];
  const others = observed.targets.filter(({ arn }) => arn !== spec.bus).map(({ arn }) => arn);
  const whyRule =
    observed.rule &&
    (whyNotOwn(observed.rule.tags, setupName) ??
      (others.length > 0 ? `it also sends to ${others.join(', ')}` : undefined));
  const whyRole = observed.role && whyNotOwn(observed.role.tags, setupName);
  if (whyRule !== undefined) notes.push(`rule ${rule.name} in ${region} stays: ${whyRule}`);
  else if (observed.rule !== undefined) {
    const ids = observed.targets.map(({ id }) => id);
    for (const id of ids) {
      steps.push({
        kind: 'RemoveTarget',
        ruleName: rule.name,
        id,
        region,
        why: 'sends to the Organizations Region',
      });
    }
    steps.push({ kind: 'DeleteRule', name: rule.name, region, why: 'created by this set-up' });
  }
  const isUsed = whyRule !== undefined && observed.role !== undefined;
  if (whyRole !== undefined) notes.push(`role ${role.name} stays: ${whyRole}`);
  else if (isUsed) notes.push(`role ${role.name} stays: rule ${rule.name} uses it`);
  else if (observed.role !== undefined) {
    steps.push({ kind: 'DeleteRole', role, why: 'created by this set-up' });
  }
  return { ...plan, steps: [...plan.steps, ...steps], notes: [...plan.notes, ...notes] };
}
