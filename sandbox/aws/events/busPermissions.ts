import { AwsError } from '../awsError.ts';
import { optionalText } from '../inputs.ts';
import type { Members, Operation } from '../service.ts';
import type { Bus, Buses } from './bus.ts';
import { busFor, onBus } from './busAccess.ts';
import { shapes } from './busShapes.ts';
import { isArray, type Json, memberOf, parseJson } from './json.ts';
import { parsePolicy } from './queuePolicy.ts';
import { validation } from './rules.ts';

/** Which other accounts may put events on a bus. */
export function permissionOperations(buses: Buses): [string, Operation][] {
  return [
    [
      'PutPermission',
      {
        readOnly: false,
        input: shapes.permission,
        handle: onBus(buses, (bus, { input }) => putPermission(bus, input)),
      },
    ],
    [
      'DescribeEventBus',
      {
        readOnly: true,
        input: shapes.bus,
        handle: (call) => describe(busFor(buses, call, optionalText(call.input, 'Name'))),
      },
    ],
  ];
}

function describe({ name, arn, policy }: Bus): Members {
  return { Name: name, Arn: arn, ...(policy !== undefined && { Policy: policy }) };
}

function statementsOf(bus: Bus): readonly Json[] {
  const statements = memberOf(parseJson(bus.policy ?? ''), 'Statement');
  return isArray(statements) ? statements : [];
}

function putPermission(bus: Bus, input: Members): undefined {
  const policy = optionalText(input, 'Policy');
  if (policy !== undefined) {
    if (parsePolicy(policy) === undefined) throw validation('The policy is not valid.');
    if (policy.length > 10_240)
      throw new AwsError('PolicyLengthExceededException', 'The policy is too long.');
    bus.policy = policy;
    return undefined;
  }
  const principal = optionalText(input, 'Principal');
  const id = optionalText(input, 'StatementId');
  if (principal === undefined || id === undefined)
    throw validation('Principal and StatementId must be given.');
  const statement = {
    Sid: id,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${bus.partition}:iam::${principal}:root` },
    Action: optionalText(input, 'Action') ?? 'events:PutEvents',
    Resource: bus.arn,
  };
  const others = statementsOf(bus).filter((one) => memberOf(one, 'Sid') !== id);
  bus.policy = JSON.stringify({ Version: '2012-10-17', Statement: [...others, statement] });
  return undefined;
}
