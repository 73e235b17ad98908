import type {
  Attributes,
  InfrastructureApi,
  ObservedRule,
  ObservedTarget,
} from '../../src/infrastructure/infrastructure.ts';

export interface FakeInfrastructure extends InfrastructureApi {
  readonly queues: Map<string, { attributes: Record<string, string>; tags: Record<string, string> }>;
  readonly rules: Map<string, { rule: ObservedRule; targets: ObservedTarget[] }>;
}

/** EventBridge and SQS in memory: as much as set-up sees of them. */
export function fakeInfrastructure(): FakeInfrastructure {
  const queues: FakeInfrastructure['queues'] = new Map();
  const rules: FakeInfrastructure['rules'] = new Map();
  const queueNamed = (name: string) => {
    const queue = queues.get(name);
    if (queue === undefined) throw new Error(`no queue ${name}`);
    return queue;
  };
  const ruleNamed = (name: string) => {
    const rule = rules.get(name);
    if (rule === undefined) throw new Error(`no rule ${name}`);
    return rule;
  };
  return {
    queues,
    rules,
    async queue(name) {
      const queue = queues.get(name);
      return (
        queue && {
          url: `https://sqs.us-east-1.amazonaws.com/111111111111/${name}`,
          ...structuredClone(queue),
        }
      );
    },
    rule: async (name) => structuredClone(rules.get(name)?.rule),
    targets: async (name) => structuredClone(rules.get(name)?.targets ?? []),
    async createQueue(name, attributes, tags) {
      if (queues.has(name)) throw new Error(`queue ${name} is there`);
      queues.set(name, { attributes: { ...attributes }, tags: { ...tags } });
    },
    async setQueueAttributes(name, attributes) {
      Object.assign(queueNamed(name).attributes, attributes);
    },
    async tagQueue(name, tags) {
      Object.assign(queueNamed(name).tags, tags);
    },
    async deleteQueue(name) {
      queueNamed(name);
      queues.delete(name);
    },
    async putRule({ name, pattern, tags }) {
      const there = rules.get(name);
      const kept: Attributes = there?.rule.tags ?? tags ?? {};
      rules.set(name, { rule: { pattern, enabled: true, tags: kept }, targets: there?.targets ?? [] });
    },
    async enableRule(name) {
      const entry = ruleNamed(name);
      entry.rule = { ...entry.rule, enabled: true };
    },
    async tagRule(arn, tags) {
      const entry = ruleNamed(arn.split('/').at(-1) ?? '');
      entry.rule = { ...entry.rule, tags: { ...entry.rule.tags, ...tags } };
    },
    async deleteRule(name) {
      if (ruleNamed(name).targets.length > 0) throw new Error('a rule with targets cannot be deleted');
      rules.delete(name);
    },
    async putTarget(ruleName, { id, arn, deadLetterArn }) {
      const entry = ruleNamed(ruleName);
      const others = entry.targets.filter((target) => target.id !== id);
      entry.targets = [...others, { id, arn, deadLetterArn, transformed: false }];
    },
    async removeTarget(ruleName, id) {
      const entry = ruleNamed(ruleName);
      entry.targets = entry.targets.filter((target) => target.id !== id);
    },
  };
}
