import { parseQueueUrl, type QueueAddress } from '../../../awsApi/queueAddress.ts';
import type { Attributes } from '../../../infrastructure/infrastructure.ts';
import { defaultName } from '../../../infrastructure/infrastructureSpec.ts';
import { policyWith } from '../../../infrastructure/queuePolicy.ts';
import type { Check, Context } from '../check.ts';
import { type Finding, fail, ok, skip, warn, wordsOf } from '../finding.ts';
import { heartbeatFinding } from '../heartbeat.ts';
import { queueOpenings } from './access.ts';
import { setupCommand, unreadable } from './source.ts';

const group = 'Events';

/** What a check of a queue is told: the queue it is about. */
type QueueCheck = (context: Context, address: QueueAddress) => Promise<Finding>;

/** The checks of one queue. `suffix` tells several queues apart. */
export function queueChecks(text: string, suffix: string): readonly Check[] {
  const named = (name: string) => `${name}${suffix}`;
  const titled = (title: string) => `${title}${suffix.replace(':', ' ')}`;
  const check = (name: string, title: string, needs: readonly string[], observe: QueueCheck): Check => ({
    name: named(name),
    title: titled(title),
    group,
    needs,
    run: (context) => observe(context, parseQueueUrl(text)),
  });
  const url = named('event-queue');
  return [
    {
      name: url,
      title: titled('event queue'),
      group,
      needs: ['credentials'],
      run: (context) => checkAddress(context, text),
    },
    check('queue', 'SQS queue', [url], checkQueue),
    check('target', 'target of the rule', [url, 'management-account'], checkTarget),
    check('queue-policy', 'queue policy', [named('queue')], checkPolicy),
    check('dead-letter-queue', 'dead-letter queue', [named('queue')], checkDeadLetters),
    check('heartbeat', 'heartbeat round trip', [named('queue')], heartbeatFinding),
  ];
}

/** In place of them all, when no queue is given. */
export const noQueueCheck: Check = {
  name: 'event-queue',
  title: 'event queue',
  group,
  needs: ['credentials'],
  async run({ aws }) {
    // Only a hint: who may not look is not told.
    const there = await aws.setupQueue().catch(() => undefined);
    if (there === undefined) {
      return skip(
        'no --event-queue: the operator polls AWS every 5 minutes',
        'to detect drift within seconds, run trusted-access setup',
      );
    }
    return warn(
      'no --event-queue, although setup created a queue: the operator polls AWS every 5 minutes',
      `--event-queue ${there.url}, here and for run`,
    );
  },
};

async function checkAddress({ aws }: Context, text: string): Promise<Finding> {
  try {
    const { region, url } = parseQueueUrl(text);
    const { region: wanted } = await aws.infrastructureSpec();
    if (region === undefined || region === wanted) return ok(url);
    return fail(
      `${url} is in ${region}: events of AWS Organizations appear in ${wanted}, and a rule feeds queues of its own region`,
      'run trusted-access setup, and set --event-queue to the URL that it prints',
    );
  } catch (error) {
    return fail(wordsOf(error), 'set the URL in --event-queue or TRUSTED_ACCESS_EVENT_QUEUE');
  }
}

async function checkQueue({ aws, options }: Context, address: QueueAddress): Promise<Finding> {
  try {
    const attributes = await aws.queue(address);
    if (attributes === undefined) {
      const { queue, region } = await aws.infrastructureSpec();
      return fail(
        `there is no queue ${address.name} in account ${address.accountId}, ${address.region ?? region}`,
        setupCommand(options, address.name === queue.name ? undefined : address.name),
      );
    }
    const key = attributes['KmsMasterKeyId'];
    if (key?.includes('alias/aws/sqs')) {
      return fail(
        'it is encrypted with the AWS managed key, which EventBridge cannot use',
        'use SSE-SQS, or your own key',
      );
    }
    const waiting = `${messages(attributes)} waiting`;
    if (key === undefined || key === '') return ok(waiting);
    return warn(
      `${waiting}; encrypted with ${key}`,
      'the key policy must allow events.amazonaws.com kms:Decrypt and kms:GenerateDataKey; the heartbeat shows whether it does',
    );
  } catch (error) {
    return unreadable(error);
  }
}

async function checkTarget({ aws, options }: Context, address: QueueAddress): Promise<Finding> {
  const { rule, region } = await aws.infrastructureSpec();
  const command = setupCommand(options, address.name === defaultName ? undefined : address.name);
  try {
    if ((await aws.rule()) === undefined) return skip(`there is no rule ${rule.name}`);
    const targets = await aws.targets();
    const arn = arnOf(address, rule.arn, region);
    const target = targets.find((one) => one.arn === arn);
    if (target === undefined) {
      const others = targets.map((one) => one.arn).join(', ');
      return fail(
        `${rule.name} does not send to ${arn}${others === '' ? ': it has no target' : ` but to ${others}`}`,
        command,
      );
    }
    if (target.transformed) return fail('it changes events on the way to the queue', command);
    if (target.deadLetterArn === undefined) {
      return warn(`${arn}; what cannot be delivered is lost: it has no dead-letter queue`, command);
    }
    return ok(arn);
  } catch (error) {
    return unreadable(error);
  }
}

async function checkPolicy({ aws, options }: Context, address: QueueAddress): Promise<Finding> {
  const { rule, region } = await aws.infrastructureSpec();
  const attributes = await attributesOf({ aws }, address);
  if (attributes === undefined) return skip('no permission to read the queue');
  const arn = arnOf(address, rule.arn, region);
  try {
    const policy = attributes['Policy'];
    if (policyWith(policy, arn, rule.arn) === undefined) {
      const open = await queueOpenings({ aws }, address, { arn, ruleArn: rule.arn, policy });
      return open ?? ok(`lets in ${rule.name}, and no other principal`);
    }
  } catch (error) {
    return fail(wordsOf(error), 'then run trusted-access setup');
  }
  return fail(
    `does not let ${rule.arn} send (sqs:SendMessage for events.amazonaws.com)`,
    setupCommand(options, address.name === defaultName ? undefined : address.name),
  );
}

async function checkDeadLetters({ aws, options }: Context, address: QueueAddress): Promise<Finding> {
  const attributes = await attributesOf({ aws }, address);
  if (attributes === undefined) return skip('no permission to read the queue');
  const arn = deadLetterArnOf(attributes);
  const command = setupCommand(options, address.name === defaultName ? undefined : address.name);
  if (arn === undefined)
    return warn('the queue has none, so SQS delivers a bad message again and again', command);
  const [, , , , accountId = '', name = ''] = arn.split(':');
  try {
    const url = `${address.endpoint}/${accountId}/${name}`;
    const there = await aws.queue({ ...address, url, accountId });
    if (there === undefined) return fail(`${name} does not exist, although the queue names it`, command);
    const held = messages(there);
    if (held === 'no messages') return ok(`${name} is empty`);
    return warn(
      `${held} in ${name}, not delivered or not handled`,
      `read them: aws sqs receive-message --queue-url ${url} --visibility-timeout 0`,
      `after the fix: aws sqs start-message-move-task --source-arn ${arn}, or purge the queue; a resync finds every change anyway`,
    );
  } catch (error) {
    return unreadable(error);
  }
}

function messages(attributes: Attributes): string {
  const count = attributes['ApproximateNumberOfMessages'] ?? '0';
  return count === '1' ? '1 message' : `${count === '0' ? 'no' : count} messages`;
}

/** Undefined when they may not be read. */
function attributesOf({ aws }: Pick<Context, 'aws'>, address: QueueAddress): Promise<Attributes | undefined> {
  return aws.queue(address).catch(() => undefined);
}

function deadLetterArnOf(attributes: Attributes): string | undefined {
  try {
    const redrive: unknown = JSON.parse(attributes['RedrivePolicy'] ?? '');
    if (typeof redrive !== 'object' || redrive === null || !('deadLetterTargetArn' in redrive))
      return undefined;
    return typeof redrive.deadLetterTargetArn === 'string' ? redrive.deadLetterTargetArn : undefined;
  } catch {
    return undefined;
  }
}

function arnOf({ accountId, name }: QueueAddress, ruleArn: string, region: string): string {
  return `arn:${ruleArn.split(':')[1]}:sqs:${region}:${accountId}:${name}`;
}
