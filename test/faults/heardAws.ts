import { blueprintOf } from '../../src/events/blueprint.ts';
import { eventPatternJson } from '../../src/events/eventPattern.ts';
import { policyWith } from '../../src/events/queuePolicy.ts';
import { iamUser } from '../../src/sandbox/callers.ts';
import { addEventHalf } from '../../src/sandbox/events/eventHalf.ts';
import { putUser } from '../../src/sandbox/founding.ts';
import { management, openAws } from '../cluster/scene.ts';

const region = 'us-east-1';

/** An organization whose changes come through rule and queue within a tenth of a second. */
export async function openHeardAws() {
  const aws = await openAws();
  const { world, settings } = aws.aws;
  settings.throttles = 'off';
  const half = addEventHalf(aws.aws);
  half.cloudTrail.put({ name: 'management-events', account: management });
  half.cloudTrail.settings.fate = () => [100];
  const act = aws.aws.actAs(iamUser(management, putUser(world, management, 'plumber')), region);
  const { queue, rule } = blueprintOf({ accountId: management, region });
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

export type HeardAws = Awaited<ReturnType<typeof openHeardAws>>;
