import { AwsError } from '../awsError.ts';
import type { Random } from '../random.ts';
import type { Service } from '../service.ts';
import type { World } from '../world.ts';
import type { Buses } from './bus.ts';
import { permissionOperations } from './busPermissions.ts';
import { ruleOperations } from './busRules.ts';
import { shapes } from './busShapes.ts';
import { tagOperations } from './busTags.ts';
import { targetOperations } from './busTargets.ts';
import { putEvents } from './putEvents.ts';
import { validation } from './rules.ts';

/** Amazon EventBridge. */
export function eventBridgeService(buses: Buses, random: Random, world: World): Service {
  return {
    name: 'events',
    eventSource: 'events.amazonaws.com',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'AWSEvents', messageMember: 'message' },
    operations: new Map([
      ...ruleOperations(buses),
      ...targetOperations(buses, world),
      ...tagOperations(buses),
      ...permissionOperations(buses),
      [
        'PutEvents',
        {
          readOnly: false,
          unrecorded: true,
          input: shapes.putEvents,
          handle: (call) => putEvents(buses, random, call),
        },
      ],
    ]),
    invalid: ({ message }) => validation(`1 validation error detected: ${message}`),
    denied: (message) => new AwsError('AccessDeniedException', message),
  };
}
