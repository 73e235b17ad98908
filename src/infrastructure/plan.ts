import { eventPatternJson, isEventPattern } from '../eventFormat/eventPattern.ts';
import { foreignRule } from './foreign.ts';
import type { Observed, ObservedQueue, ObservedRule, ObservedTarget } from './infrastructure.ts';
import type { InfrastructureSpec } from './infrastructureSpec.ts';
import { isProducts, lacksTags, whyNotOwn } from './ownership.ts';
import { policyWith } from './queuePolicy.ts';
import type { InfrastructurePlan, Step } from './step.ts';

const description = 'Changes of AWS Organizations trusted access, for trusted-access-operator';
const maximumReceives = 5;
const fourteenDays = String(14 * 86_400);

/**
 * What has to be done for events to arrive. The target comes last: what it points at must be there. Throws a
 * ForeignResourceError, or a QueuePolicyError.
 */
export function planSetup(infrastructureSpec: InfrastructureSpec, observed: Observed): InfrastructurePlan {
  const blocked = managedKeyNote(observed.queue);
  return {
    steps: [
      ...deadLetterSteps(infrastructureSpec, observed.deadLetterQueue),
      ...queueSteps(infrastructureSpec, observed.queue),
      ...ruleSteps(infrastructureSpec, observed.rule),
      ...targetSteps(infrastructureSpec, observed),
    ],
    notes: [
      ...[observed.queue, observed.deadLetterQueue].flatMap(encryptionNotes),
      ...deadLetterNotes(infrastructureSpec, observed.queue),
    ],
    ...(blocked !== undefined && { blocked }),
  };
}

function deadLetterSteps(infrastructureSpec: InfrastructureSpec, there: ObservedQueue | undefined): Step[] {
  const { deadLetterQueue, rule, tags } = infrastructureSpec;
  const { name, arn } = deadLetterQueue;
  const Policy = policyWith(there?.attributes['Policy'], arn, rule.arn);
  if (there === undefined) {
    const attributes = {
      MessageRetentionPeriod: fourteenDays,
      SqsManagedSseEnabled: 'true',
      ...(Policy !== undefined && { Policy }),
    };
    return [
      {
        kind: 'CreateQueue',
        name,
        attributes,
        tags,
        why: 'keeps undelivered events for two weeks',
      },
    ];
  }
  return [
    ...(Policy === undefined
      ? []
      : [
          {
            kind: 'SetQueueAttributes',
            name,
            attributes: { Policy },
            why: 'allows the rule to send events',
          } as const,
        ]),
    ...tagSteps(infrastructureSpec, name, there),
  ];
}

function queueSteps(infrastructureSpec: InfrastructureSpec, there: ObservedQueue | undefined): Step[] {
  const { queue, deadLetterQueue, rule, tags } = infrastructureSpec;
  const { name, arn } = queue;
  const Policy = policyWith(there?.attributes['Policy'], arn, rule.arn);
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: deadLetterQueue.arn,
    maxReceiveCount: maximumReceives,
  });
  if (there === undefined) {
    const attributes = {
      ReceiveMessageWaitTimeSeconds: '20',
      VisibilityTimeout: '30',
      SqsManagedSseEnabled: 'true',
      RedrivePolicy,
      ...(Policy !== undefined && { Policy }),
    };
    return [
      { kind: 'CreateQueue', name, attributes, tags, why: 'holds events until the operator takes them' },
    ];
  }
  const steps: Step[] = [];
  if (Policy !== undefined) {
    steps.push({
      kind: 'SetQueueAttributes',
      name,
      attributes: { Policy },
      why: 'allows the rule to send events',
    });
  }
  // Another dead-letter queue, and a queue of others without one, is their choice.
  if (!there.attributes['RedrivePolicy'] && whyNotOwn(there.tags, infrastructureSpec.name) === undefined) {
    const why = 'moves messages that fail to the dead-letter queue';
    steps.push({ kind: 'SetQueueAttributes', name, attributes: { RedrivePolicy }, why });
  }
  return [...steps, ...tagSteps(infrastructureSpec, name, there)];
}

function ruleSteps({ rule, region, tags }: InfrastructureSpec, there: ObservedRule | undefined): Step[] {
  const { name, arn } = rule;
  const put = { kind: 'PutRule', name, pattern: eventPatternJson, description } as const;
  if (there === undefined) return [{ ...put, tags, why: 'selects the events' }];
  const steps: Step[] = [];
  if (!isEventPattern(there.pattern)) {
    if (!isProducts(there.tags)) throw foreignRule(name, region);
    steps.push({ ...put, tags: undefined, why: 'its pattern is not that of this version' });
  } else if (!there.enabled) steps.push({ kind: 'EnableRule', name, why: 'it is disabled' });
  if (isProducts(there.tags) && lacksTags(there.tags, tags)) {
    steps.push({ kind: 'TagRule', name, arn, tags, why: 'tags are missing' });
  }
  return steps;
}

function targetSteps(
  { rule, queue, deadLetterQueue }: InfrastructureSpec,
  { rule: observedRule, targets }: Pick<Observed, 'rule' | 'targets'>,
): Step[] {
  const right = targets.find(({ arn }) => arn === queue.arn);
  const why =
    right === undefined
      ? 'sends the events to the queue'
      : right.transformed
        ? 'it changes events on the way'
        : right.deadLetterArn === undefined
          ? 'it has no dead-letter queue'
          : undefined;
  if (why === undefined) return [];
  const isForeign = observedRule !== undefined && !isProducts(observedRule.tags);
  const id = right?.id ?? (isForeign ? freeId(rule.targetId, targets) : rule.targetId);
  const deadLetterArn = right?.deadLetterArn ?? deadLetterQueue.arn;
  return [{ kind: 'PutTarget', ruleName: rule.name, id, arn: queue.arn, deadLetterArn, why }];
}

/** A target of the same id would be replaced. */
function freeId(wanted: string, targets: readonly ObservedTarget[], number = 1): string {
  const id = number === 1 ? wanted : `${wanted}-${number}`;
  return targets.some((target) => target.id === id) ? freeId(wanted, targets, number + 1) : id;
}

function tagSteps({ name: setupName, tags }: InfrastructureSpec, name: string, there: ObservedQueue): Step[] {
  const isOwn = whyNotOwn(there.tags, setupName) === undefined;
  return isOwn && lacksTags(there.tags, tags)
    ? [{ kind: 'TagQueue', name, tags, why: 'tags are missing' }]
    : [];
}

function deadLetterNotes({ name, queue }: InfrastructureSpec, there: ObservedQueue | undefined): string[] {
  if (there === undefined || there.attributes['RedrivePolicy']) return [];
  const why = whyNotOwn(there.tags, name);
  if (why === undefined) return [];
  return [`queue ${queue.name} has no dead-letter queue, and setup does not change the queue: ${why}`];
}

/** Source: EventBridge user guide, "Amazon SQS permissions": encrypted queues need a customer managed key. */
function encryptionNotes(there: ObservedQueue | undefined): string[] {
  const key = there?.attributes['KmsMasterKeyId'];
  if (!there || !key) return [];
  const managed = managedKeyNote(there);
  if (managed !== undefined) return [managed];
  return [
    `queue ${nameOf(there)} is encrypted with ${key}: its key policy must allow events.amazonaws.com kms:Decrypt and kms:GenerateDataKey`,
  ];
}

function managedKeyNote(there: ObservedQueue | undefined): string | undefined {
  if (!there?.attributes['KmsMasterKeyId']?.includes('alias/aws/sqs')) return undefined;
  return `queue ${nameOf(there)} is encrypted with the AWS managed key, which EventBridge cannot use. Use SSE-SQS or your own key`;
}

function nameOf({ url }: ObservedQueue): string {
  return url.split('/').at(-1) ?? url;
}
