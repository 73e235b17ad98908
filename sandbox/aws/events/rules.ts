import { AwsError } from '../awsError.ts';
import type { Members } from '../service.ts';
import type { EventPattern } from './pattern.ts';
import { parsePattern } from './pattern.ts';
import { PatternInvalid } from './patternInvalid.ts';

/** Quotas of EventBridge ("Amazon EventBridge quotas"). */
export const mostTargets = 5;
export const mostRules = 300;

export type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

export interface Target {
  readonly id: string;
  readonly arn: string;
  readonly deadLetterArn: string | undefined;
  /** As it was put: what ListTargetsByRule gives back. */
  readonly members: Members;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly createdBy: string;
  readonly state: RuleState;
  readonly pattern: EventPattern | undefined;
  readonly scheduleExpression: string | undefined;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
}

/** What can be said of a rule; absent members are then absent in it, whatever it had before. */
export interface WantedRule {
  readonly name: string;
  readonly state?: RuleState;
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly description?: string;
  readonly roleArn?: string;
}

export function ruleFrom(
  wanted: WantedRule,
  bus: { readonly name: string; readonly account: string },
  arn: string,
): Rule {
  const { eventPattern, scheduleExpression } = wanted;
  if (eventPattern === undefined && scheduleExpression === undefined) {
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (scheduleExpression !== undefined && bus.name !== 'default') {
    throw validation('ScheduleExpression is supported only on the default event bus.');
  }
  return {
    name: wanted.name,
    arn,
    busName: bus.name,
    createdBy: bus.account,
    state: wanted.state ?? 'ENABLED',
    pattern: eventPattern === undefined ? undefined : patternFrom(eventPattern),
    scheduleExpression,
    description: wanted.description,
    roleArn: wanted.roleArn,
  };
}

/** @throws InvalidEventPatternException */
export function patternFrom(text: string): EventPattern {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!(error instanceof PatternInvalid)) throw error;
    throw new AwsError('InvalidEventPatternException', error.message);
  }
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} does not exist.`);
}

export function limitExceeded(): AwsError {
  return new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
}
