import { optionalText } from '../inputs.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { Queue } from './queue.ts';
import { askPolicy, type PolicyPrincipal } from './queuePolicy.ts';
import type { Queues } from './queues.ts';
import { missing, sqsError } from './sqsErrors.ts';

export function principalOf({ caller }: Call): PolicyPrincipal {
  return { kind: 'Identity', accountId: caller.accountId, arn: caller.sessionIssuer?.arn ?? caller.arn };
}

/**
 * The queue that a call names. In its own account the caller's policies suffice, unless the queue's policy denies;
 * another account's queue must allow it.
 * @throws QueueDoesNotExist, AccessDeniedException
 */
export function queueFor(queues: Queues, call: Call): Queue {
  const url = optionalText(call.input, 'QueueUrl');
  if (!url) throw missing('QueueUrl');
  const queue = queues.byUrl(url, call.region);
  mayUse(queue, call);
  return queue;
}

export function mayUse(queue: Queue, call: Call): void {
  const action = `sqs:${call.operation.replace(/Batch$/, '')}`;
  const answer = askPolicy(queue.attributes()['Policy'], {
    principal: principalOf(call),
    action,
    resource: queue.arn,
    context: { 'aws:SecureTransport': 'true', 'aws:SourceIp': call.sourceIp },
  });
  if (answer === 'Allowed' || (answer === 'NotMentioned' && queue.account === call.caller.accountId)) return;
  const why =
    answer === 'Denied'
      ? 'with an explicit deny in a resource-based policy'
      : `because no resource-based policy allows the ${action.toLowerCase()} action`;
  throw sqsError(
    'AccessDeniedException',
    `User: ${call.caller.arn} is not authorized to perform: ${action.toLowerCase()} on resource: ${queue.arn} ${why}`,
  );
}

/** An operation on a queue, by its URL. */
export function onQueue(
  queues: Queues,
  traits: Pick<Operation, 'readOnly' | 'unrecorded' | 'input'>,
  handle: (queue: Queue, call: Call) => Members | undefined | Promise<Members | undefined>,
): Operation {
  return { ...traits, handle: (call) => handle(queueFor(queues, call), call) };
}
