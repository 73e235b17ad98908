import { iamUser } from '../../sandbox/aws/callers.ts';
import { addEventHalf } from '../../sandbox/aws/events/eventHalf.ts';
import { putUser } from '../../sandbox/aws/seed.ts';
import { eventPatternJson } from '../../src/eventFormat/eventPattern.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { policyWith } from '../../src/infrastructure/queuePolicy.ts';
import { management, openAws } from '../cluster/fixture.ts';

const region = 'us-east-1';

/** An organization whose changes come through rule and queue within a tenth of a second. */
export async function openAwsWithEvents() {
  const aws = await openAws();
  const { world, settings } = aws.aws;
  settings.throttles = 'off';
  const half = addEventHalf(aws.aws);
  half.cloudTrail.put({ name: 'management-events', account: management });
  half.cloudTrail.settings.fate = () => [100];
  const act = aws.aws.actAs(iamUser(management, putUser(world, management, 'plumber')), region);
  const { queue, rule } = infrastructureSpecOf({ accountId: management, region });
  const Policy = policyWith(undefined, queue.arn, rule.arn) ?? '';
  act('sqs', 'CreateQueue', { QueueName: queue.name, Attributes: { Policy } });
  act('events', 'PutRule', { Name: rule.name, EventPattern: eventPatternJson });
  act('events', 'PutTargets', { Rule: rule.name, Targets: [{ Id: rule.targetId, Arn: queue.arn }] });
  return {
    ...aws,
    queue: queue.url,
    /** Changes of the organization that the operator asked for, refused ones included. */
    changes: () =>
      aws.aws.journal
        .writes()
        .filter(
          ({ caller, service }) =>
            service === 'organizations' && caller?.arn.includes('trusted-access-operator'),
        ),
    async [Symbol.asyncDispose]() {
      half.close();
      await aws[Symbol.asyncDispose]();
    },
  };
}

export type AwsWithEvents = Awaited<ReturnType<typeof openAwsWithEvents>>;
