import { AwsError } from '../awsError.ts';
import { allows } from '../identity.ts';
import type { Role } from '../state.ts';
import type { Bus, Buses, Routed } from './bus.ts';
import type { EntryFailure } from './busSettings.ts';
import { written } from './cloudEvent.ts';
import type { MessageAttribute } from './message.ts';
import type { Queue } from './queue.ts';
import { askPolicy, asPolicyStatements, isLike, type PolicyPrincipal } from './queuePolicy.ts';
import { useKey } from './queueSettings.ts';
import type { Queues } from './queues.ts';
import type { Rule } from './rules.ts';

const eventBridge = { kind: 'Service', name: 'events.amazonaws.com' } as const satisfies PolicyPrincipal;

/**
 * Puts events into queues, as the queue's policy and key allow, and onto other buses. What cannot be delivered goes to
 * the target's dead-letter queue at once: AWS retries neither a missing queue nor a missing permission, and to wait out
 * a day of retries for the rest serves nobody here. Targets of other kinds take everything.
 */
export function delivery(
  queues: Queues,
  buses: () => Buses,
  roleOf: (arn: string) => Role | undefined,
): (routed: Routed) => EntryFailure | undefined {
  return (routed) => {
    const { target, rule, event } = routed;
    const service = target.arn.split(':')[2];
    if (service === 'events') return toBus(buses(), routed, roleOf);
    if (service !== 'sqs') return undefined;
    const failure = toQueue(queues, target.arn, rule, written(event));
    if (failure && target.deadLetterArn) {
      toQueue(queues, target.deadLetterArn, rule, written(event), evidence(routed, failure));
    }
    return failure;
  };
}

function toBus(
  buses: Buses,
  { target, event, rule }: Routed,
  roleOf: (arn: string) => Role | undefined,
): EntryFailure | undefined {
  const [, partition = 'aws', , region = '', account = ''] = target.arn.split(':');
  const bus = findBus(buses, { partition, region, account }, target.arn);
  if (bus === undefined) return { code: 'NO_RESOURCE', message: 'Event bus does not exist.' };
  const allowed = askPolicy(bus.policy, {
    principal: { kind: 'Identity', accountId: event.account, arn: rule.arn },
    action: 'events:PutEvents',
    resource: bus.arn,
    context: {},
  });
  // To another Region EventBridge sends with the role of the target alone (EventBridge User Guide, cross-Region events).
  const isNear = rule.arn.split(':')[3] === region;
  const permitted = isNear || mayPut(roleOf(String(target.members['RoleArn'])), bus.arn);
  const own = event.account === account && allowed !== 'Denied' && permitted;
  if (!own && allowed !== 'Allowed')
    return { code: 'NO_PERMISSIONS', message: 'Not allowed by the event bus.' };
  // An event that came from another bus is not sent on to a third (EventBridge User Guide, cross-account events).
  if (rule.createdBy !== event.account) return undefined;
  buses.publish(bus, event);
  return undefined;
}

function mayPut(role: Role | undefined, busArn: string): boolean {
  const trusts = role?.trust.some(({ principals }) => principals.includes(eventBridge.name));
  if (role === undefined || !trusts) return false;
  if (role.policies === undefined) return allows(role.statements, 'events:PutEvents', undefined);
  const statements = [...role.policies.values()].flatMap((policy) => asPolicyStatements(policy) ?? []);
  return statements.some(
    ({ effect, actions, resources }) =>
      effect === 'Allow' &&
      actions.some((action) => isLike('events:PutEvents', action)) &&
      resources.some((resource) => isLike(busArn, resource)),
  );
}

function findBus(buses: Buses, place: Parameters<Buses['find']>[0], arn: string): Bus | undefined {
  try {
    return buses.find(place, arn);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function toQueue(
  queues: Queues,
  arn: string,
  rule: Rule,
  body: string,
  attributes: Readonly<Record<string, MessageAttribute>> = {},
): EntryFailure | undefined {
  const queue = queues.byArn(arn);
  if (queue === undefined) return { code: 'NO_RESOURCE', message: 'The specified queue does not exist.' };
  if (!lets(queue, rule)) {
    return {
      code: 'NO_PERMISSIONS',
      message: `User: ${eventBridge.name} is not authorized to perform: sqs:sendmessage on resource: ${arn}`,
    };
  }
  try {
    useKey(queues.settings, queue.rules().keyId, eventBridge);
    queue.send({ body, attributes, senderId: eventBridge.name });
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.code.startsWith('Kms') ? 'NO_PERMISSIONS' : 'SDK_CLIENT_ERROR';
    return { code, message: `${error.message} (Error code: ${error.queryCode ?? error.code})` };
  }
}

function lets(queue: Queue, rule: Rule): boolean {
  const answer = askPolicy(queue.attributes()['Policy'], {
    principal: eventBridge,
    action: 'sqs:SendMessage',
    resource: queue.arn,
    context: {
      'aws:SourceArn': rule.arn,
      'aws:SourceAccount': rule.createdBy,
      'aws:SecureTransport': 'true',
    },
  });
  return answer === 'Allowed';
}

/** What stands beside an event in a dead-letter queue (EventBridge User Guide, "Using dead-letter queues"). */
function evidence({ rule, target }: Routed, failure: EntryFailure): Record<string, MessageAttribute> {
  const text = (stringValue: string): MessageAttribute => ({ dataType: 'String', stringValue });
  return {
    ERROR_CODE: text(failure.code),
    ERROR_MESSAGE: text(failure.message),
    RULE_ARN: text(rule.arn),
    TARGET_ARN: text(target.arn),
  };
}
