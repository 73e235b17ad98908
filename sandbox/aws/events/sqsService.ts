import { optionalText, text } from '../inputs.ts';
import type { Call, Members, Operation, Service } from '../service.ts';
import type { World } from '../world.ts';
import type { Queues } from './queues.ts';
import { mayUse, onQueue } from './sqsAccess.ts';
import { missing, sqsError } from './sqsErrors.ts';
import { textMap, textsOf } from './sqsInputs.ts';
import { messageOperations } from './sqsMessages.ts';
import { shapes } from './sqsShapes.ts';
import { chosenAttributes } from './sqsViews.ts';

/** Amazon SQS in its JSON protocol. */
export function queueService(world: World, queues: Queues): Service {
  return {
    name: 'sqs',
    eventSource: 'sqs.amazonaws.com',
    protocol: { kind: 'json', version: '1.0', targetPrefix: 'AmazonSQS', messageMember: 'message' },
    operations: new Map([...queueOperations(world, queues), ...messageOperations(queues)]),
    invalid: ({ member, kind, message }) =>
      kind === 'Required' ? missing(member) : sqsError('InvalidParameterValue', message),
    denied: (message) => sqsError('AccessDeniedException', message),
  };
}

const read = { readOnly: true } as const;
const write = { readOnly: false } as const;

function queueOperations(world: World, queues: Queues): [string, Operation][] {
  return [
    [
      'CreateQueue',
      { readOnly: false, input: shapes.createQueue, handle: (call) => createQueue(world, queues, call) },
    ],
    [
      'GetQueueUrl',
      { readOnly: true, input: shapes.getQueueUrl, handle: (call) => getQueueUrl(queues, call) },
    ],
    [
      'DeleteQueue',
      onQueue(queues, { ...write, input: shapes.onQueue }, (queue) => void queues.delete(queue)),
    ],
    [
      'GetQueueAttributes',
      onQueue(queues, { ...read, input: shapes.getAttributes }, (queue, { input }) => {
        const attributes = chosenAttributes(queue, textsOf(input, 'AttributeNames'));
        return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
      }),
    ],
    [
      'SetQueueAttributes',
      onQueue(queues, { ...write, input: shapes.setAttributes }, (queue, { input }) => {
        queue.configure(textMap(input['Attributes']));
        return undefined;
      }),
    ],
    ...tagOperations(queues),
  ];
}

function tagOperations(queues: Queues): [string, Operation][] {
  return [
    [
      'TagQueue',
      onQueue(queues, { ...write, input: shapes.tag }, (queue, { input }) => {
        for (const [key, value] of Object.entries(textMap(input['Tags']))) queue.tags.set(key, value);
        return undefined;
      }),
    ],
    [
      'ListQueueTags',
      onQueue(queues, { ...read, input: shapes.onQueue }, (queue) =>
        queue.tags.size === 0 ? {} : { Tags: Object.fromEntries(queue.tags) },
      ),
    ],
  ];
}

function createQueue(world: World, queues: Queues, { input, caller, region }: Call): Members {
  const name = optionalText(input, 'QueueName');
  if (!name) throw missing('QueueName');
  const partition = world.state.accounts.get(caller.accountId)?.partition ?? 'aws';
  const queue = queues.create(
    { partition, account: caller.accountId, region, name },
    textMap(input['Attributes']),
    textMap(input['tags']),
  );
  return { QueueUrl: queues.urlOf(queue) };
}

function getQueueUrl(queues: Queues, call: Call): Members {
  const { input, caller, region } = call;
  const owner = optionalText(input, 'QueueOwnerAWSAccountId') ?? caller.accountId;
  if (!optionalText(input, 'QueueName')) throw missing('QueueName');
  const queue = queues.get(owner, region, text(input, 'QueueName'));
  mayUse(queue, call);
  return { QueueUrl: queues.urlOf(queue) };
}
