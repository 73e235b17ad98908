import { partitionOf } from '../awsApi/partitions.ts';
import { queueUrl } from '../awsApi/queueAddress.ts';
import { type ForwardingSpec, forwardingSpecOf } from './forwardingSpec.ts';
import { InfrastructureSpecError } from './infrastructureSpecError.ts';
import { tagsOf } from './ownership.ts';

/** How the event infrastructure of one set-up should be: names and what follows from them. */
export interface InfrastructureSpec {
  /** Tells the set-up apart from others in the account: the name of its rule. */
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** ARN of the default bus. */
  readonly bus: string;
  readonly rule: { readonly name: string; readonly arn: string; readonly targetId: string };
  readonly queue: { readonly name: string; readonly arn: string; readonly url: string };
  readonly deadLetterQueue: { readonly name: string; readonly arn: string };
  /** How events of Identity Center come from its Region; undefined when it is this one, or is not given. */
  readonly forwarding?: ForwardingSpec;
  /** What has the tags of this set-up was created by it, and may be removed by it. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface InfrastructureSpecOptions {
  readonly accountId: string;
  /** Any region of the partition: Organizations events appear in one of them alone. */
  readonly region: string;
  readonly ruleName?: string;
  readonly queueName?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Region of the Identity Center instance. */
  readonly identityCenterRegion?: string;
}

export const defaultName = 'trusted-access-events';
const ruleNameForm = /^[.\-_A-Za-z0-9]{1,64}$/;
const queueNameForm = /^[\w-]{1,67}$/;

/** Throws a InfrastructureSpecError when a name will not do. */
export function infrastructureSpecOf(options: InfrastructureSpecOptions): InfrastructureSpec {
  const { accountId, ruleName = defaultName, queueName = defaultName, tags = {} } = options;
  if (!ruleNameForm.test(ruleName)) {
    throw new InfrastructureSpecError(
      `"${ruleName}" is not a rule name; use up to 64 letters, digits, dots, hyphens and underscores`,
    );
  }
  if (!queueNameForm.test(queueName)) {
    const hint = queueName.endsWith('.fifo') ? '; the rule feeds a standard queue' : '';
    throw new InfrastructureSpecError(
      `"${queueName}" is not a queue name; use up to 67 letters, digits, hyphens and underscores${hint}`,
    );
  }
  const { id: partition, organizationsRegion: region } = partitionOf(options.region);
  const bus = `arn:${partition}:events:${region}:${accountId}:event-bus/default`;
  const forwarding = forwardingSpecOf({ ...options, partition, ruleName, region, bus });
  const deadLetterName = `${queueName}-dead-letters`;
  const sqsArn = (name: string) => `arn:${partition}:sqs:${region}:${accountId}:${name}`;
  return {
    name: ruleName,
    accountId,
    region,
    bus,
    rule: {
      name: ruleName,
      arn: `arn:${partition}:events:${region}:${accountId}:rule/${ruleName}`,
      targetId: 'trusted-access-queue',
    },
    queue: { name: queueName, arn: sqsArn(queueName), url: queueUrl(region, accountId, queueName) },
    deadLetterQueue: { name: deadLetterName, arn: sqsArn(deadLetterName) },
    ...(forwarding !== undefined && { forwarding }),
    tags: tagsOf(ruleName, tags),
  };
}
