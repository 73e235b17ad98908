import { InfrastructureError } from '../../../infrastructure/infrastructure.ts';
import { judgeTrails } from '../../../infrastructure/trailCheck.ts';
import type { Check } from '../check.ts';
import { type Finding, fail, ok, skip, warn } from '../finding.ts';
import type { DoctorOptions } from '../options.ts';
import { patternLacks } from '../patternLacks.ts';
import { trailRemedy } from '../trailRemedy.ts';

const group = 'Events';
const noQueue = 'no --event-queue, so the operator receives no events';

const trail: Check = {
  name: 'trail',
  title: 'CloudTrail trail',
  group,
  needs: ['management-account'],
  async run({ aws, options }) {
    if (options.eventQueue.length === 0) return skip(noQueue);
    try {
      const { region } = await aws.infrastructureSpec();
      const trails = await aws.trails();
      const { good, message } = judgeTrails(trails, region);
      return good ? ok(message) : fail(message, ...trailRemedy(trails, region));
    } catch (error) {
      return unreadable(error, 'make sure that a trail logs management events of all Regions');
    }
  },
};

const rule: Check = {
  name: 'rule',
  title: 'EventBridge rule',
  group,
  needs: ['management-account'],
  async run({ aws, options }) {
    if (options.eventQueue.length === 0) return skip(noQueue);
    try {
      const { rule: wanted, region } = await aws.infrastructureSpec();
      const there = await aws.rule();
      if (there === undefined) {
        return fail(
          `there is no rule ${wanted.name} in ${region}`,
          setupCommand(options),
          'if it has another name: --rule-name NAME',
        );
      }
      const lacks = patternLacks(there.pattern);
      if (lacks.length > 0) {
        return fail(`${wanted.name} does not let through ${lacks.join('; ')}`, setupCommand(options));
      }
      if (!there.enabled) return fail(`${wanted.name} is disabled`, setupCommand(options));
      return ok(`${wanted.name} in ${region}: enabled, both detail-types and heartbeats`);
    } catch (error) {
      return unreadable(error);
    }
  },
};

/** A look was refused: the operator itself does not need it. */
export function unreadable(error: unknown, ...more: string[]): Finding {
  if (!(error instanceof InfrastructureError)) throw error;
  if (!error.denied)
    return fail(error.message, 'try again; if the error stays, check network and AWS health');
  return warn(
    error.message,
    ...more,
    `grant ${error.action} to check this here; the operator does not need it, and the heartbeat shows whether events arrive`,
  );
}

export function setupCommand({ roleArn, externalId, ruleName }: DoctorOptions, queueName?: string): string {
  return [
    'trusted-access setup',
    ruleName !== undefined && `--rule-name ${ruleName}`,
    queueName !== undefined && `--queue-name ${queueName}`,
    roleArn !== undefined && `--role-arn ${roleArn}`,
    externalId !== undefined && `--external-id ${externalId}`,
  ]
    .filter((part) => part !== false)
    .join(' ');
}

export const sourceChecks: readonly Check[] = [trail, rule];
