import { AwsError } from '../awsError.ts';
import { optionalText, text } from '../inputs.ts';
import type { Random } from '../random.ts';
import type { Call, Members, Operation, Service } from '../service.ts';
import type { World } from '../world.ts';
import type { Bus, Buses } from './bus.ts';
import { busFor, pageOf, placeOf } from './busAccess.ts';
import { permissionOperations } from './busPermissions.ts';
import { ruleOperations } from './busRules.ts';
import { shapes } from './busShapes.ts';
import { addTags, tagOperations } from './busTags.ts';
import { targetOperations } from './busTargets.ts';
import { isObject, parseJson } from './json.ts';
import { putEvents } from './putEvents.ts';
import { patternFrom, validation } from './rules.ts';

/** Amazon EventBridge. */
export function eventBridgeService(world: World, buses: Buses, random: Random): Service {
  return {
    name: 'events',
    eventSource: 'events.amazonaws.com',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AWSEvents', messageMember: 'message' },
    operations: new Map([
      ...ruleOperations(buses),
      ...targetOperations(buses),
      ...tagOperations(buses),
      ...permissionOperations(buses),
      ...busOperations(world, buses),
      [
        'PutEvents',
        {
          readOnly: false,
          unrecorded: true,
          input: shapes.putEvents,
          handle: (call) => putEvents(buses, random, call),
        },
      ],
      ['TestEventPattern', { readOnly: true, input: shapes.testPattern, handle: testPattern }],
    ]),
    invalid: ({ message }) => validation(`1 validation error detected: ${message}`),
    denied: (message) => new AwsError('AccessDeniedException', message),
  };
}

function busOperations(world: World, buses: Buses): [string, Operation][] {
  return [
    [
      'DescribeEventBus',
      {
        readOnly: true,
        input: shapes.describeBus,
        handle: (call) => busView(busFor(buses, call, optionalText(call.input, 'Name'))),
      },
    ],
    [
      'CreateEventBus',
      {
        readOnly: false,
        input: shapes.createBus,
        handle: (call) => {
          const { input } = call;
          const description = optionalText(input, 'Description');
          const bus = buses.create(placeOf(call, world), text(input, 'Name'), description);
          addTags(bus, bus.arn, input);
          return { EventBusArn: bus.arn, Description: description };
        },
      },
    ],
    [
      'DeleteEventBus',
      {
        readOnly: false,
        input: shapes.deleteBus,
        handle: (call) => void buses.delete(placeOf(call, world), text(call.input, 'Name')),
      },
    ],
    [
      'ListEventBuses',
      { readOnly: true, input: shapes.listBuses, handle: (call) => listBuses(world, buses, call) },
    ],
  ];
}

function listBuses(world: World, buses: Buses, call: Call): Members {
  const place = placeOf(call, world);
  buses.find(place);
  const prefix = optionalText(call.input, 'NamePrefix') ?? '';
  const found = buses.list(place).filter(({ name }) => name.startsWith(prefix));
  return pageOf('EventBuses', found, ({ name }) => name, busView, call.input);
}

function busView(bus: Bus): Members {
  return {
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    Policy: bus.policy,
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.createdAt),
  };
}

function testPattern({ input }: Call): Members {
  const pattern = patternFrom(text(input, 'EventPattern'));
  const event = parseJson(text(input, 'Event'));
  if (!isObject(event)) throw validation('Parameter Event is not valid.');
  const needed = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];
  const absent = needed.find((member) => !(member in event));
  if (absent !== undefined) throw validation(`Parameter Event is not valid. Reason: no ${absent}.`);
  return { Result: pattern.matches(event) };
}
