import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { eventPattern, eventPatternJson, isEventPattern } from '../../src/eventFormat/eventPattern.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { applySteps, describeStep } from '../../src/infrastructure/provision.ts';
import { envelopeOf, fixtureNames } from '../events/fixture.ts';
import { type FakeInfrastructure, fakeInfrastructure } from './fakeInfrastructure.ts';
import {
  apply,
  infrastructureSpec,
  kinds,
  madeBySetup,
  queueIn,
  ruleIn,
  setupPlan,
  signal,
} from './planned.ts';

const { rule, queue, deadLetterQueue } = infrastructureSpec;

describe('the pattern of the rule', () => {
  it('is short enough for EventBridge', () => {
    expect(eventPatternJson.length).toBeLessThanOrEqual(2_048);
  });

  it.each(fixtureNames)('matches %s', (name) => {
    const { source, detail, ...envelope } = envelopeOf(name);
    expect(eventPattern.source).toContain(source);
    expect(eventPattern['detail-type']).toContain(envelope['detail-type']);
    expect(eventPattern.detail.eventName).toContain(detail['eventName']);
  });

  it('is recognized in whatever order it is written', () => {
    const turned = {
      detail: eventPattern.detail,
      source: eventPattern.source.toReversed(),
      'detail-type': eventPattern['detail-type'],
    };
    expect(isEventPattern(JSON.stringify(turned))).toBe(true);
    expect(isEventPattern(JSON.stringify({ ...eventPattern, source: ['aws.organizations'] }))).toBe(false);
    expect(isEventPattern('{')).toBe(false);
    expect(isEventPattern(undefined)).toBe(false);
  });
});

describe('setup', () => {
  it.each([
    ['eu-west-1', 'us-east-1', 'arn:aws:events:us-east-1:111111111111:rule/trusted-access-events'],
    [
      'cn-north-1',
      'cn-northwest-1',
      'arn:aws-cn:events:cn-northwest-1:111111111111:rule/trusted-access-events',
    ],
    [
      'us-gov-east-1',
      'us-gov-west-1',
      'arn:aws-us-gov:events:us-gov-west-1:111111111111:rule/trusted-access-events',
    ],
  ])('works from %s where Organizations events appear, in %s', (region, where, arn) => {
    const made = infrastructureSpecOf({ accountId: '111111111111', region });
    expect(made.region).toBe(where);
    expect(made.rule.arn).toBe(arn);
    expect(parseQueueUrl(made.queue.url)).toMatchObject({ region: where, name: 'trusted-access-events' });
  });

  it('refuses names AWS would refuse, and a FIFO queue', () => {
    const options = { accountId: '111111111111', region: 'us-east-1' };
    expect(() => infrastructureSpecOf({ ...options, ruleName: 'a b' })).toThrow('is not a rule name');
    expect(() => infrastructureSpecOf({ ...options, queueName: 'events.fifo' })).toThrow(
      'feeds a standard queue',
    );
  });

  it('shows first what it would do, in an order in which it can be done', async () => {
    const plan = await setupPlan(fakeInfrastructure());
    expect(plan.steps.map(describeStep)).toEqual([
      'create queue trusted-access-events-dead-letters: keeps undelivered events for two weeks',
      'create queue trusted-access-events: holds events until the operator takes them',
      'create rule trusted-access-events: selects the events',
      `point rule trusted-access-events at ${queue.arn}: sends the events to the queue`,
    ]);
  });

  it('leaves nothing to do when it is done', async () => {
    const api = await madeBySetup();
    expect(await setupPlan(api)).toEqual({ steps: [], notes: [] });
    expect(queueIn(api).tags).toEqual({
      team: 'cloud',
      'managed-by': 'trusted-access-operator',
      'trusted-access-setup': 'trusted-access-events',
    });
    expect(JSON.parse(queueIn(api).attributes['RedrivePolicy'] ?? '')).toMatchObject({
      deadLetterTargetArn: deadLetterQueue.arn,
    });
    expect(ruleIn(api).targets).toEqual([
      { id: rule.targetId, arn: queue.arn, deadLetterArn: deadLetterQueue.arn, transformed: false },
    ]);
  });

  it.each<[string, string[], (api: FakeInfrastructure) => void]>([
    ['the rule is gone', ['PutRule', 'PutTarget'], (api) => api.rules.clear()],
    [
      'the rule is disabled',
      ['EnableRule'],
      (api) => {
        ruleIn(api).rule = { ...ruleIn(api).rule, enabled: false };
      },
    ],
    [
      'the pattern is older',
      ['PutRule'],
      (api) => {
        ruleIn(api).rule = { ...ruleIn(api).rule, pattern: '{"source":["aws.organizations"]}' };
      },
    ],
    [
      'the target is gone',
      ['PutTarget'],
      (api) => {
        ruleIn(api).targets = [];
      },
    ],
    [
      'the target changes events',
      ['PutTarget'],
      (api) => {
        ruleIn(api).targets = ruleIn(api).targets.map((target) => ({ ...target, transformed: true }));
      },
    ],
    [
      'the target has no dead-letter queue',
      ['PutTarget'],
      (api) => {
        ruleIn(api).targets = ruleIn(api).targets.map((target) => ({ ...target, deadLetterArn: undefined }));
      },
    ],
    ['the queue is gone', ['CreateQueue'], (api) => void api.queues.delete(queue.name)],
    ['the dead-letter queue is gone', ['CreateQueue'], (api) => void api.queues.delete(deadLetterQueue.name)],
    ['the policy is gone', ['SetQueueAttributes'], (api) => void delete queueIn(api).attributes['Policy']],
    [
      'the redrive policy is gone',
      ['SetQueueAttributes'],
      (api) => void delete queueIn(api).attributes['RedrivePolicy'],
    ],
    ['a tag is gone', ['TagQueue'], (api) => void delete queueIn(api).tags['team']],
    [
      'a tag of the rule is gone',
      ['TagRule'],
      (api) => {
        ruleIn(api).rule = { ...ruleIn(api).rule, tags: { 'managed-by': 'trusted-access-operator' } };
      },
    ],
  ])('repairs only the fault: %s', async (_, steps, breakIt) => {
    const api = await madeBySetup();
    breakIt(api);
    const plan = await setupPlan(api);
    expect(kinds(plan)).toEqual(steps);
    await apply(api, plan);
    expect(await setupPlan(api)).toEqual({ steps: [], notes: [] });
  });

  it('says what an encrypted queue needs', async () => {
    const api = await madeBySetup();
    queueIn(api).attributes['KmsMasterKeyId'] = 'alias/aws/sqs';
    expect((await setupPlan(api)).notes[0]).toContain('EventBridge cannot use');
    queueIn(api).attributes['KmsMasterKeyId'] = 'alias/mine';
    expect((await setupPlan(api)).notes[0]).toContain('kms:GenerateDataKey');
  });

  it('reaches its end from any state in between, and in one go', async () => {
    const faults: ((api: FakeInfrastructure) => void)[] = [
      (api) => api.rules.clear(),
      (api) => void api.queues.delete(queue.name),
      (api) => void api.queues.delete(deadLetterQueue.name),
      (api) => api.rules.forEach((entry) => void entry.targets.pop()),
      (api) => api.queues.forEach(({ attributes }) => void delete attributes['Policy']),
      (api) => api.queues.forEach((entry) => void Object.assign(entry.tags, { team: 'x' })),
    ];
    await fc.assert(
      fc.asyncProperty(fc.subarray(faults), fc.nat(4), async (chosen, stopAfter) => {
        const api = fakeInfrastructure();
        await applySteps(api, (await setupPlan(api)).steps.slice(0, stopAfter), () => {}, signal);
        for (const fault of chosen) fault(api);
        await apply(api, await setupPlan(api));
        expect((await setupPlan(api)).steps).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
