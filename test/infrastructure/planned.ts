import { observeInfrastructure } from '../../src/infrastructure/infrastructure.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import { applySteps } from '../../src/infrastructure/provision.ts';
import { planRemoval } from '../../src/infrastructure/removal.ts';
import type { InfrastructurePlan } from '../../src/infrastructure/step.ts';
import { type FakeInfrastructure, fakeInfrastructure } from './fakeInfrastructure.ts';

export const signal = new AbortController().signal;
export const specOf = (ruleName?: string, queueName?: string) =>
  infrastructureSpecOf({
    accountId: '111111111111',
    region: 'eu-west-1',
    tags: { team: 'cloud' },
    ...(ruleName !== undefined && { ruleName }),
    ...(queueName !== undefined && { queueName }),
  });
export const infrastructureSpec = specOf();
const { rule, queue } = infrastructureSpec;

export const setupPlan = async (api: FakeInfrastructure, spec = infrastructureSpec) =>
  planSetup(spec, await observeInfrastructure(api, spec, signal));
export const removalPlan = async (api: FakeInfrastructure, spec = infrastructureSpec) =>
  planRemoval(spec, await observeInfrastructure(api, spec, signal));
export const apply = (api: FakeInfrastructure, { steps }: InfrastructurePlan) =>
  applySteps(api, steps, () => {}, signal);
export const kinds = ({ steps }: InfrastructurePlan) => steps.map(({ kind }) => kind);

export async function madeBySetup(): Promise<FakeInfrastructure> {
  const api = fakeInfrastructure();
  await apply(api, await setupPlan(api));
  return api;
}

export const queueIn = (api: FakeInfrastructure, name = queue.name) => {
  const found = api.queues.get(name);
  if (!found) throw new Error(`no queue ${name}`);
  return found;
};
export const ruleIn = (api: FakeInfrastructure, name = rule.name) => {
  const found = api.rules.get(name);
  if (!found) throw new Error(`no rule ${name}`);
  return found;
};
export const statementsIn = (api: FakeInfrastructure, name = queue.name) =>
  JSON.parse(queueIn(api, name).attributes['Policy'] || '{"Statement":[]}').Statement;
