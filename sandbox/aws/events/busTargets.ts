import { AwsError } from '../awsError.ts';
import { statementsOf } from '../dispatch.ts';
import { allows } from '../identity.ts';
import { optionalText, text } from '../inputs.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { World } from '../world.ts';
import type { Bus, Buses } from './bus.ts';
import { onBus, pageOf } from './busAccess.ts';
import { shapes } from './busShapes.ts';
import { limitExceeded, mostTargets, type Rule, type Target, validation } from './rules.ts';
import { listOf, membersOf, textsOf } from './sqsInputs.ts';

export function targetOperations(buses: Buses, world: World): [string, Operation][] {
  const ofRule = (handle: (bus: Bus, rule: Rule, input: Members, call: Call) => Members) =>
    onBus(buses, (bus, call) => handle(bus, buses.rule(bus, text(call.input, 'Rule')), call.input, call));
  return [
    [
      'ListRuleNamesByTarget',
      {
        readOnly: true,
        input: shapes.rulesOfTarget,
        handle: onBus(buses, (bus, { input }) => rulesOfTarget(buses, bus, input)),
      },
    ],
    [
      'PutTargets',
      {
        readOnly: false,
        input: shapes.putTargets,
        handle: ofRule((bus, rule, input, call) => {
          for (const target of listOf(input, 'Targets')) judgeRole(world, bus, membersOf(target), call);
          return putTargets(buses, bus, rule, input);
        }),
      },
    ],
    [
      'RemoveTargets',
      {
        readOnly: false,
        input: shapes.removeTargets,
        handle: ofRule((bus, rule, input) =>
          eachTarget(
            buses,
            'RemoveTargets',
            rule,
            textsOf(input, 'Ids'),
            (id) => id,
            (id) => bus.targets.get(rule.name)?.delete(id),
          ),
        ),
      },
    ],
    [
      'ListTargetsByRule',
      {
        readOnly: true,
        input: shapes.listTargets,
        handle: ofRule((bus, rule, input) =>
          pageOf(
            'Targets',
            buses.targetsOf(bus, rule),
            ({ id }) => id,
            ({ members }) => members,
            input,
          ),
        ),
      },
    ],
  ];
}

function rulesOfTarget(buses: Buses, bus: Bus, input: Members): Members {
  const targetArn = text(input, 'TargetArn');
  const rules = [...bus.rules.values()].filter((rule) =>
    buses.targetsOf(bus, rule).some(({ arn }) => arn === targetArn),
  );
  return pageOf(
    'RuleNames',
    rules,
    ({ name }) => name,
    ({ name }) => name,
    input,
  );
}

function putTargets(buses: Buses, bus: Bus, rule: Rule, input: Members): Members {
  const targets = listOf(input, 'Targets').map((target) => targetFrom(membersOf(target)));
  const ids = new Set([...buses.targetsOf(bus, rule), ...targets].map(({ id }) => id));
  if (ids.size > mostTargets) throw limitExceeded();
  return eachTarget(
    buses,
    'PutTargets',
    rule,
    targets,
    ({ id }) => id,
    (target) => buses.putTarget(bus, rule, target),
  );
}

function eachTarget<T>(
  buses: Buses,
  operation: 'PutTargets' | 'RemoveTargets',
  rule: Rule,
  targets: readonly T[],
  idOf: (target: T) => string,
  handle: (target: T) => void,
): Members {
  const failed = targets.flatMap((target) => {
    const id = idOf(target);
    const fault = buses.settings.targetFault?.({ operation, rule: rule.name, target: id });
    if (fault) return [{ TargetId: id, ErrorCode: fault.code, ErrorMessage: fault.message }];
    handle(target);
    return [];
  });
  return { FailedEntryCount: failed.length, FailedEntries: failed };
}

/** @throws ValidationException, AccessDeniedException */
function judgeRole(world: World, { region }: Bus, target: Members, call: Call): void {
  const arn = optionalText(target, 'Arn') ?? '';
  const roleArn = optionalText(target, 'RoleArn');
  const [, , service, targetRegion] = arn.split(':');
  if (service === 'events' && targetRegion !== region && roleArn === undefined) {
    throw validation(`RoleArn is required for target ${arn}.`);
  }
  if (roleArn === undefined || allows(statementsOf(world, call.caller), 'iam:PassRole', undefined)) return;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${call.caller.arn} is not authorized to perform: iam:PassRole on resource: ${roleArn}`,
  );
}

/** @throws ValidationException */
function targetFrom(members: Members): Target {
  const id = text(members, 'Id');
  const arn = text(members, 'Arn');
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(id)) {
    throw validation(
      `1 validation error detected: Value '${id}' at 'targets.1.member.id' failed to satisfy constraint`,
    );
  }
  if (!/^arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+/.test(arn)) {
    throw validation(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  }
  return { id, arn, deadLetterArn: optionalText(membersOf(members['DeadLetterConfig']), 'Arn'), members };
}
