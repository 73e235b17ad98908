import type { InfrastructureSpec } from './infrastructureSpec.ts';

export type Attributes = Readonly<Record<string, string>>;

export interface ObservedQueue {
  readonly url: string;
  readonly attributes: Attributes;
  readonly tags: Attributes;
}

export interface ObservedRule {
  readonly pattern: string | undefined;
  readonly enabled: boolean;
  readonly tags: Attributes;
}

export interface ObservedTarget {
  readonly id: string;
  readonly arn: string;
  readonly deadLetterArn: string | undefined;
  /** The role that EventBridge sends with, for targets that need one. */
  readonly roleArn?: string;
  /** Whether something else than the event itself is sent on. */
  readonly transformed: boolean;
}

/** What there is. Undefined: AWS says there is none. */
export interface Observed {
  readonly rule: ObservedRule | undefined;
  readonly targets: readonly ObservedTarget[];
  readonly queue: ObservedQueue | undefined;
  readonly deadLetterQueue: ObservedQueue | undefined;
}

/** A call was refused or failed; `action` is the IAM action. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
  readonly action: string;
  readonly denied: boolean;

  constructor(action: string, denied: boolean, message: string, options?: { cause?: unknown }) {
    super(denied ? `${action} is not permitted: ${message}` : `${action}: ${message}`, options);
    this.action = action;
    this.denied = denied;
  }
}

/** EventBridge and SQS as set-up needs them. Each rejects with a InfrastructureError, or with the signal's reason. */
export interface InfrastructureApi {
  queue(name: string, signal: AbortSignal): Promise<ObservedQueue | undefined>;
  rule(name: string, signal: AbortSignal): Promise<ObservedRule | undefined>;
  /** Empty when there is no such rule. */
  targets(ruleName: string, signal: AbortSignal): Promise<readonly ObservedTarget[]>;

  createQueue(name: string, attributes: Attributes, tags: Attributes, signal: AbortSignal): Promise<void>;
  setQueueAttributes(name: string, attributes: Attributes, signal: AbortSignal): Promise<void>;
  tagQueue(name: string, tags: Attributes, signal: AbortSignal): Promise<void>;
  deleteQueue(name: string, signal: AbortSignal): Promise<void>;
  putRule(
    rule: {
      readonly name: string;
      readonly pattern: string;
      readonly description: string;
      readonly tags: Attributes | undefined;
    },
    signal: AbortSignal,
  ): Promise<void>;
  enableRule(name: string, signal: AbortSignal): Promise<void>;
  tagRule(arn: string, tags: Attributes, signal: AbortSignal): Promise<void>;
  deleteRule(name: string, signal: AbortSignal): Promise<void>;
  putTarget(
    ruleName: string,
    target: {
      readonly id: string;
      readonly arn: string;
      readonly deadLetterArn?: string;
      readonly roleArn?: string;
    },
    signal: AbortSignal,
  ): Promise<void>;
  removeTarget(ruleName: string, id: string, signal: AbortSignal): Promise<void>;
}

export async function observeInfrastructure(
  api: InfrastructureApi,
  { rule, queue, deadLetterQueue }: InfrastructureSpec,
  signal: AbortSignal,
): Promise<Observed> {
  const [observedRule, observedQueue, observedDeadLetters] = await Promise.all([
    api.rule(rule.name, signal),
    api.queue(queue.name, signal),
    api.queue(deadLetterQueue.name, signal),
  ]);
  return {
    rule: observedRule,
    targets: observedRule === undefined ? [] : await api.targets(rule.name, signal),
    queue: observedQueue,
    deadLetterQueue: observedDeadLetters,
  };
}
