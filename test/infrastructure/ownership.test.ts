import { beforeEach, describe, expect, it } from 'vitest';
import type { ObservedTarget } from '../../src/infrastructure/infrastructure.ts';
import { describeStep } from '../../src/infrastructure/provision.ts';
import { sendStatement } from '../../src/infrastructure/queuePolicy.ts';
import { type FakeInfrastructure, fakeInfrastructure } from './fakeInfrastructure.ts';
import {
  apply,
  infrastructureSpec,
  kinds,
  madeBySetup,
  queueIn,
  removalPlan,
  ruleIn,
  setupPlan,
  specOf,
  statementsIn,
} from './planned.ts';

const { rule, queue, deadLetterQueue } = infrastructureSpec;
const staging = specOf('staging');
const theirs: ObservedTarget = {
  id: 'theirs',
  arn: 'arn:aws:lambda:us-east-1:111111111111:function:alert',
  deadLetterArn: undefined,
  transformed: false,
};

let api: FakeInfrastructure;
beforeEach(async () => {
  api = await madeBySetup();
});

describe('setup and an existing rule', () => {
  const pattern = '{"source":["aws.guardduty"]}';

  it('refuses a rule without its tag and with another pattern, before it changes anything', async () => {
    api = fakeInfrastructure();
    api.rules.set('security-alerts', { rule: { pattern, enabled: true, tags: {} }, targets: [theirs] });
    await expect(setupPlan(api, specOf('security-alerts'))).rejects.toThrow(
      /^Rule security-alerts in us-east-1 has another event pattern and lacks the tag managed-by=trusted-access-operator, so setup changes nothing\. Choose another --rule-name;/,
    );
  });

  it('repairs the pattern of a rule with its tag', async () => {
    ruleIn(api).rule = { ...ruleIn(api).rule, pattern };
    expect(kinds(await setupPlan(api))).toEqual(['PutRule']);
  });

  it('uses a rule without its tag and with the pattern of the product as it is', async () => {
    ruleIn(api).rule = { ...ruleIn(api).rule, tags: {} };
    expect(await setupPlan(api)).toEqual({ steps: [], notes: [] });
  });

  it('adds its target beside the targets of a rule that it did not create', async () => {
    ruleIn(api).rule = { ...ruleIn(api).rule, tags: {} };
    ruleIn(api).targets = [{ ...theirs, id: rule.targetId }];
    await apply(api, await setupPlan(api));
    expect(ruleIn(api).targets.map(({ id, arn }) => [id, arn])).toEqual([
      [rule.targetId, theirs.arn],
      [`${rule.targetId}-2`, queue.arn],
    ]);
  });
});

describe('setup and a queue of others', () => {
  it('adds its statement and changes nothing else, and says that there is no dead-letter queue', async () => {
    api = fakeInfrastructure();
    api.queues.set(queue.name, { attributes: {}, tags: { team: 'other' } });
    await apply(api, await setupPlan(api));
    expect(Object.keys(queueIn(api).attributes)).toEqual(['Policy']);
    expect(queueIn(api).tags).toEqual({ team: 'other' });
    expect(await setupPlan(api)).toEqual({
      steps: [],
      notes: [
        `queue ${queue.name} has no dead-letter queue, and setup does not change the queue: it lacks the tags managed-by=trusted-access-operator and trusted-access-setup=trusted-access-events`,
      ],
    });
  });

  it('lets a second set-up use the queue of the first without cutting the first off', async () => {
    await apply(api, await setupPlan(api, staging));
    expect(statementsIn(api)).toEqual([
      sendStatement(queue.arn, rule.arn),
      sendStatement(queue.arn, staging.rule.arn),
    ]);
    expect(queueIn(api).tags['trusted-access-setup']).toBe(rule.name);
    expect(await setupPlan(api)).toEqual({ steps: [], notes: [] });
    expect(await setupPlan(api, staging)).toEqual({ steps: [], notes: [] });
  });
});

describe('setup --remove', () => {
  it('removes everything that setup created', async () => {
    const plan = await removalPlan(api);
    expect(kinds(plan)).toEqual(['RemoveTarget', 'DeleteRule', 'DeleteQueue', 'DeleteQueue']);
    await apply(api, plan);
    expect(api.queues.size + api.rules.size).toBe(0);
    expect(await removalPlan(api)).toEqual({ steps: [], notes: [] });
  });

  it('removes a second set-up and leaves the queue of the first, with its statement', async () => {
    await apply(api, await setupPlan(api, staging));
    const plan = await removalPlan(api, staging);
    expect(plan.notes).toEqual([
      'queue trusted-access-events stays: it belongs to the set-up trusted-access-events',
      'queue trusted-access-events-dead-letters stays: it belongs to the set-up trusted-access-events',
    ]);
    await apply(api, plan);
    expect([...api.rules.keys()]).toEqual([rule.name]);
    expect(statementsIn(api)).toEqual([sendStatement(queue.arn, rule.arn)]);
    expect(await setupPlan(api)).toEqual({ steps: [], notes: [] });
  });

  it('leaves the queue of the first set-up while the second still sends to it', async () => {
    await apply(api, await setupPlan(api, staging));
    const plan = await removalPlan(api);
    expect(plan.notes).toEqual([
      `queue trusted-access-events stays: its policy also lets ${staging.rule.arn} send to it; remove that set-up first`,
      `queue trusted-access-events-dead-letters stays: its policy also lets ${staging.rule.arn} send to it; remove that set-up first`,
    ]);
    await apply(api, plan);
    expect(statementsIn(api)).toEqual([sendStatement(queue.arn, staging.rule.arn)]);
    await apply(api, await removalPlan(api, staging));
    await apply(api, await removalPlan(api));
    expect(api.queues.size + api.rules.size).toBe(0);
  });

  it('leaves a rule that sends to others too, and a queue without its tags, and says why', async () => {
    queueIn(api).attributes['Policy'] = JSON.stringify({
      Statement: [{ Sid: 'Theirs' }, sendStatement(queue.arn, rule.arn)],
    });
    queueIn(api).tags = {};
    ruleIn(api).targets.push(theirs);
    const plan = await removalPlan(api);
    expect(plan.notes).toEqual([
      `rule trusted-access-events stays: it also sends to ${theirs.arn}`,
      'queue trusted-access-events stays: it lacks the tags managed-by=trusted-access-operator and trusted-access-setup=trusted-access-events',
    ]);
    await apply(api, plan);
    expect(ruleIn(api).targets.map(({ id }) => id)).toEqual(['theirs']);
    expect(statementsIn(api)).toEqual([{ Sid: 'Theirs' }]);
    expect(api.queues.has(deadLetterQueue.name)).toBe(false);
  });

  it('leaves a rule without its tags, and the target that it did not put there', async () => {
    ruleIn(api).rule = { ...ruleIn(api).rule, tags: { 'managed-by': 'terraform' } };
    ruleIn(api).targets.push({ ...theirs, arn: queue.arn });
    const plan = await removalPlan(api);
    expect(plan.notes).toEqual([
      'target theirs of rule trusted-access-events stays: setup did not create it',
      'rule trusted-access-events stays: it lacks the tags managed-by=trusted-access-operator and trusted-access-setup=trusted-access-events',
    ]);
    expect(kinds(plan)).toEqual(['RemoveTarget', 'DeleteQueue', 'DeleteQueue']);
  });

  it('says how many messages a queue still holds', async () => {
    queueIn(api).attributes['ApproximateNumberOfMessages'] = '7';
    expect((await removalPlan(api)).steps.map(describeStep)).toContain(
      'delete queue trusted-access-events: created by this set-up; holds 7 messages',
    );
  });
});
