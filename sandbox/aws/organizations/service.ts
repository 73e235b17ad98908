import type { Service } from '../service.ts';
import type { World } from '../world.ts';
import { accessOperations } from './access.ts';
import { delegationOperations } from './delegation.ts';
import { departureOperations } from './departures.ts';
import { accessDenied, invalidMember } from './errors.ts';
import { organizationOperations } from './organization.ts';
import { admit } from './throttle.ts';

export function organizationsService(world: World): Service {
  return {
    name: 'organizations',
    eventSource: 'organizations.amazonaws.com',
    global: true,
    protocol: {
      kind: 'json',
      version: '1.1',
      targetPrefix: 'AWSOrganizationsV20161128',
      messageMember: 'Message',
    },
    operations: new Map([
      ...accessOperations(world),
      ...delegationOperations(world),
      ...organizationOperations(world),
      ...departureOperations(world),
    ]),
    admit: (call) => admit(world, call),
    invalid: invalidMember,
    denied: accessDenied,
  };
}
