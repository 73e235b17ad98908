import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Clients } from './fixture.ts';

export interface Infrastructure {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly ruleArn: string;
}

export const organizationEvents = {
  source: ['aws.organizations'],
  'detail-type': ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'],
};

export const policyFor = (queueArn: string, ruleArn: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  });

/** A rule for events of Organizations, a queue as its target, and the policy that lets it. */
export const makeInfrastructure = async (
  { sqs, events }: Clients,
  { pattern = organizationEvents, name = 'trusted-access' }: { pattern?: object; name?: string } = {},
): Promise<Infrastructure> => {
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const queueArn = await arnOf({ sqs }, queueUrl);
  const { RuleArn: ruleArn = '' } = await events.send(
    new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }),
  );
  const Attributes = { Policy: policyFor(queueArn, ruleArn) };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes }));
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 'queue', Arn: queueArn }] }));
  return { queueUrl, queueArn, ruleArn };
};

export const arnOf = async ({ sqs }: Pick<Clients, 'sqs'>, QueueUrl: string): Promise<string> => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
};
