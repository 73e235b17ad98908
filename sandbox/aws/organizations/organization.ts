import { text } from '../inputs.ts';
import type { Call, Members, Operation } from '../service.ts';
import { readMoment, type World } from '../world.ts';
import { asMember, asReader } from './callers.ts';
import { accountNotFound } from './errors.ts';
import { shapes } from './shapes.ts';
import { accountView, memberAt, organizationView } from './views.ts';

export function organizationOperations(world: World): [string, Operation][] {
  return [
    ['DescribeOrganization', { readOnly: true, handle: (call) => describeOrganization(world, call) }],
    [
      'DescribeAccount',
      { readOnly: true, input: shapes.account, handle: (call) => describeAccount(world, call) },
    ],
  ];
}

function describeOrganization(world: World, call: Call): Members {
  const organization = asMember(world, call);
  return { Organization: organizationView(world, organization, readMoment(world, call.operation)) };
}

function describeAccount(world: World, call: Call): Members {
  const organization = asReader(world, call);
  const accountId = text(call.input, 'AccountId');
  const moment = readMoment(world, call.operation);
  if (memberAt(world, organization, accountId, moment) === undefined) throw accountNotFound();
  return { Account: accountView(world, organization, accountId, moment) };
}
