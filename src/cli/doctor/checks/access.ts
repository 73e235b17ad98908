import type { QueueAddress } from '../../../awsApi/queueAddress.ts';
import { type AccessQuestion, type Opening, openings } from '../../../infrastructure/resourceAccess.ts';
import type { Identity } from '../awsFacts.ts';
import type { Check, Context } from '../check.ts';
import { type Finding, ok, skip, warn } from '../finding.ts';
import { unreadable } from './source.ts';

const sending = ['sqs:SendMessage'];
const receiving = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:PurgeQueue',
  'sqs:ChangeMessageVisibility',
];
const changing = ['sqs:SetQueueAttributes', 'sqs:AddPermission', 'sqs:DeleteQueue'];
const putting = ['events:PutEvents'];

/** Warns of principals besides the rule and the operator that a queue policy lets in; undefined when it has none. */
export async function queueOpenings(
  { aws }: Pick<Context, 'aws'>,
  { accountId }: QueueAddress,
  queue: { readonly arn: string; readonly ruleArn: string; readonly policy: string | undefined },
): Promise<Finding | undefined> {
  const question: AccessQuestion = {
    actions: [...sending, ...receiving, ...changing],
    resource: queue.arn,
    account: accountId,
    expected: expectedOf(await aws.ownIdentity()),
  };
  const found = openings(queue.policy, question).filter(({ who }) => !who.endsWith(` of ${queue.ruleArn}`));
  if (found.length === 0) return undefined;
  return warn(
    `the queue policy also lets in ${found.map(describe).join('; ')}`,
    ...found.map((opening) => remedyOf(opening, queue.ruleArn)),
    'who may send can wake the operator and imitate heartbeats; who may receive can take its events',
  );
}

function describe({ who, actions, statement }: Opening): string {
  const may = [
    actions.some((action) => sending.includes(action)) && 'send',
    actions.some((action) => receiving.includes(action)) && 'receive or delete',
    actions.some((action) => changing.includes(action)) && 'change the queue',
  ].filter((word) => word !== false);
  return `${who} (${may.join(', ')}; statement ${statement})`;
}

function remedyOf({ who, statement, lacksCondition }: Opening, ruleArn: string): string {
  if (!lacksCondition) return `statement ${statement}: remove it, unless ${who} is an operator of yours`;
  return `statement ${statement}: remove it, or add the condition {"ArnEquals":{"aws:SourceArn":"${ruleArn}"}}`;
}

/** The operator's role, as a queue policy names it: by the ARN of its session or of the role. */
function expectedOf({ arn }: Identity): readonly string[] {
  const [, partition, account, role] = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return role === undefined ? [arn] : [arn, `arn:${partition}:iam::${account}:role/${role}`];
}

/** Whether other accounts may put events on the bus that feeds the rule. */
export const eventBusCheck: Check = {
  name: 'event-bus',
  title: 'default event bus',
  group: 'Events',
  needs: ['management-account'],
  async run({ aws, options }) {
    if (options.eventQueue.length === 0) return skip('no --event-queue: no event has to arrive');
    try {
      const { region, accountId, bus } = await aws.infrastructureSpec();
      const found = openings(await aws.busPolicy(), {
        actions: putting,
        resource: bus,
        account: accountId,
        expected: [(await aws.ownIdentity()).account],
      });
      if (found.length === 0) return ok(`in ${region}: no other account may put events on it`);
      return warn(
        `${found.map(({ who, statement }) => `${who} (statement ${statement})`).join('; ')} may put events on it`,
        'make sure that each is an operator or a management account of yours',
        ...found.map(
          ({ statement }) =>
            `to close it: aws events remove-permission --region ${region} --statement-id ${statement}`,
        ),
      );
    } catch (error) {
      return unreadable(error);
    }
  },
};
