import { AwsError } from '../awsError.ts';
import { optionalInteger, optionalText } from '../inputs.ts';
import { page } from '../pages.ts';
import type { Call, Members, Value } from '../service.ts';
import { defaultSettings } from '../settings.ts';
import type { World } from '../world.ts';
import type { Bus, Buses, BusPlace } from './bus.ts';
import { askPolicy } from './queuePolicy.ts';
import { validation } from './rules.ts';

/** Where the caller's own buses are. */
export function placeOf(call: Call, world?: World): BusPlace {
  const { accountId: account, arn } = call.caller;
  const partition = world?.state.accounts.get(account)?.partition ?? arn.split(':')[1] ?? '';
  return { partition: partition === '' ? 'aws' : partition, account, region: call.region };
}

/** The bus that a call names by `EventBusName`; another account's must allow it. */
export function onBus(
  buses: Buses,
  handle: (bus: Bus, call: Call) => Members | undefined,
): (call: Call) => Members | undefined {
  return (call) => handle(busFor(buses, call, optionalText(call.input, 'EventBusName')), call);
}

/** @throws ResourceNotFoundException, AccessDeniedException */
export function busFor(buses: Buses, call: Call, nameOrArn: string | undefined): Bus {
  const bus = buses.find(placeOf(call), nameOrArn);
  const action = `events:${call.operation}`;
  const { accountId, arn } = call.caller;
  const answer = askPolicy(bus.policy, {
    principal: { kind: 'Identity', accountId, arn: call.caller.sessionIssuer?.arn ?? arn },
    action,
    resource: bus.arn,
    context: {},
  });
  if (answer === 'Allowed' || (answer === 'NotMentioned' && bus.account === accountId)) return bus;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${bus.arn}`,
  );
}

/** One page of at most 100, under the member's name. */
export function pageOf<T>(
  member: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  view: (item: T) => Value,
  input: Members,
): Members {
  const size = optionalInteger(input, 'Limit') ?? 100;
  const reported = page(items, keyOf, input, { ...defaultSettings(), pageSize: size }, () =>
    validation('Invalid NextToken.'),
  );
  return {
    [member]: reported.items.map(view),
    ...(reported.NextToken === undefined ? {} : { NextToken: reported.NextToken }),
  };
}
