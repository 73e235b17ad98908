import { eventPatternJson, isEventPattern } from '../eventFormat/eventPattern.ts';
import type { Attributes, Observed, ObservedQueue, ObservedRule, ObservedTarget } from './infrastructure.ts';
import { type InfrastructureSpec, ownerTag } from './infrastructureSpec.ts';
import { policyWith, policyWithout } from './queuePolicy.ts';

/** One change to the plumbing. Data: it can be shown, carried out and compared. `why` is a phrase for people. */
export type Step = { readonly why: string } & (
  | {
      readonly kind: 'CreateQueue';
      readonly name: string;
      readonly attributes: Attributes;
      readonly tags: Attributes;
    }
  | { readonly kind: 'SetQueueAttributes'; readonly name: string; readonly attributes: Attributes }
  | { readonly kind: 'TagQueue'; readonly name: string; readonly tags: Attributes }
  | {
      readonly kind: 'PutRule';
      readonly name: string;
      readonly pattern: string;
      readonly description: string;
      readonly tags: Attributes | undefined;
    }
  | { readonly kind: 'EnableRule'; readonly name: string }
  | { readonly kind: 'TagRule'; readonly name: string; readonly arn: string; readonly tags: Attributes }
  | {
      readonly kind: 'PutTarget';
      readonly ruleName: string;
      readonly id: string;
      readonly arn: string;
      readonly deadLetterArn: string;
    }
  | { readonly kind: 'RemoveTarget'; readonly ruleName: string; readonly id: string }
  | { readonly kind: 'DeleteRule'; readonly name: string }
  | { readonly kind: 'DeleteQueue'; readonly name: string }
);

export interface InfrastructurePlan {
  /** In the order in which they have to be done. None: all is as it should be. */
  readonly steps: readonly Step[];
  /** What a person should know or do besides. */
  readonly notes: readonly string[];
  /** Why no event can arrive even after these steps; one of the notes. */
  readonly blocked?: string;
}

const description = 'Changes of AWS Organizations trusted access, for trusted-access-operator';
const maximumReceives = 5;
const fourteenDays = String(14 * 86_400);

/** What has to be done for events to arrive. The target comes last: what it points at must be there. Throws a QueuePolicyError. */
export function planSetup(infrastructureSpec: InfrastructureSpec, observed: Observed): InfrastructurePlan {
  const blocked = managedKeyNote(observed.queue);
  return {
    steps: [
      ...deadLetterSteps(infrastructureSpec, observed.deadLetterQueue),
      ...queueSteps(infrastructureSpec, observed.queue),
      ...ruleSteps(infrastructureSpec, observed.rule),
      ...targetSteps(infrastructureSpec, observed.targets),
    ],
    notes: [observed.queue, observed.deadLetterQueue].flatMap(encryptionNotes),
    ...(blocked !== undefined && { blocked }),
  };
}

function deadLetterSteps(
  { deadLetterQueue, rule, tags }: InfrastructureSpec,
  there: ObservedQueue | undefined,
): Step[] {
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
        why: 'keeps what could not be delivered, for two weeks',
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
            why: 'lets the rule put events into it',
          } as const,
        ]),
    ...tagSteps(name, there, tags),
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
      why: 'lets the rule put events into it',
    });
  }
  // Another dead-letter queue than ours is somebody's choice.
  if (!there.attributes['RedrivePolicy']) {
    const why = 'moves what cannot be handled to the dead-letter queue';
    steps.push({ kind: 'SetQueueAttributes', name, attributes: { RedrivePolicy }, why });
  }
  return [...steps, ...tagSteps(name, there, tags)];
}

function ruleSteps({ rule, tags }: InfrastructureSpec, there: ObservedRule | undefined): Step[] {
  const { name, arn } = rule;
  const put = { kind: 'PutRule', name, pattern: eventPatternJson, description } as const;
  if (there === undefined) return [{ ...put, tags, why: 'picks the events out' }];
  const steps: Step[] = [];
  if (!isEventPattern(there.pattern)) {
    steps.push({ ...put, tags: undefined, why: 'its pattern is not the one this version listens with' });
  } else if (!there.enabled) steps.push({ kind: 'EnableRule', name, why: 'it is disabled' });
  if (isOurs(there.tags) && lacks(there.tags, tags)) {
    steps.push({ kind: 'TagRule', name, arn, tags, why: 'tags are missing' });
  }
  return steps;
}

function targetSteps(
  { rule, queue, deadLetterQueue }: InfrastructureSpec,
  there: readonly ObservedTarget[],
): Step[] {
  const right = there.find(({ arn }) => arn === queue.arn);
  const why =
    right === undefined
      ? 'sends the events to the queue'
      : right.transformed
        ? 'it changes events on the way'
        : right.deadLetterArn === undefined
          ? 'it has no dead-letter queue'
          : undefined;
  if (why === undefined) return [];
  const id = right?.id ?? rule.targetId;
  const deadLetterArn = right?.deadLetterArn ?? deadLetterQueue.arn;
  return [{ kind: 'PutTarget', ruleName: rule.name, id, arn: queue.arn, deadLetterArn, why }];
}

function tagSteps(name: string, { tags: have }: ObservedQueue, tags: Attributes): Step[] {
  return isOurs(have) && lacks(have, tags) ? [{ kind: 'TagQueue', name, tags, why: 'tags are missing' }] : [];
}

/** Undoes what set-up made, and nothing else: what is not tagged as made here stays. Throws a QueuePolicyError. */
export function planRemoval(infrastructureSpec: InfrastructureSpec, observed: Observed): InfrastructurePlan {
  const { rule, queue, deadLetterQueue } = infrastructureSpec;
  const ours = observed.targets.filter(({ arn }) => arn === queue.arn);
  const others = observed.targets.length - ours.length;
  const steps: Step[] = ours.map(({ id }) => ({
    kind: 'RemoveTarget',
    ruleName: rule.name,
    id,
    why: 'events are no longer sent to the queue',
  }));
  const notes: string[] = [];
  if (observed.rule !== undefined) {
    if (!isOurs(observed.rule.tags)) notes.push(`rule ${rule.name} stays: it was not made by setup`);
    else if (others > 0)
      notes.push(`rule ${rule.name} stays: it has ${others} more target${others > 1 ? 's' : ''}`);
    else steps.push({ kind: 'DeleteRule', name: rule.name, why: 'nothing listens any more' });
  }
  for (const [{ name }, there] of [
    [queue, observed.queue],
    [deadLetterQueue, observed.deadLetterQueue],
  ] as const) {
    if (there === undefined) continue;
    if (isOurs(there.tags)) {
      steps.push({ kind: 'DeleteQueue', name, why: `made by setup; holds ${held(there)}` });
      continue;
    }
    notes.push(`queue ${name} stays: it was not made by setup`);
    const Policy = policyWithout(there.attributes['Policy']);
    if (Policy !== undefined) {
      steps.push({
        kind: 'SetQueueAttributes',
        name,
        attributes: { Policy },
        why: 'the rule is no longer let in',
      });
    }
  }
  return { steps, notes };
}

function held({ attributes }: ObservedQueue): string {
  const count = Number(attributes['ApproximateNumberOfMessages'] ?? 0);
  return count === 1 ? '1 message' : `${count} messages`;
}

function isOurs(tags: Attributes): boolean {
  return tags[ownerTag.key] === ownerTag.value;
}

function lacks(have: Attributes, want: Attributes): boolean {
  return Object.entries(want).some(([key, value]) => have[key] !== value);
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
  return `queue ${nameOf(there)} is encrypted with the AWS managed key, which EventBridge cannot use: choose SSE-SQS or a key of your own`;
}

function nameOf({ url }: ObservedQueue): string {
  return url.split('/').at(-1) ?? url;
}
