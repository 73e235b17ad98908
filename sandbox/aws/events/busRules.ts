import { optionalText, text } from '../inputs.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { Bus, Buses } from './bus.ts';
import { onBus } from './busAccess.ts';
import { shapes } from './busShapes.ts';
import { addTags } from './busTags.ts';
import type { Rule, RuleState, WantedRule } from './rules.ts';

const read = { readOnly: true } as const;
const write = { readOnly: false } as const;

export function ruleOperations(buses: Buses): [string, Operation][] {
  const named = (handle: (bus: Bus, name: string, call: Call) => Members | undefined) =>
    onBus(buses, (bus, call) => handle(bus, text(call.input, 'Name'), call));
  const switchTo = (state: RuleState) =>
    named((bus, name) => {
      const rule = buses.rule(bus, name);
      bus.rules.set(name, { ...rule, state });
      return undefined;
    });
  return [
    [
      'PutRule',
      { ...write, input: shapes.putRule, handle: named((bus, _name, call) => putRule(buses, bus, call)) },
    ],
    [
      'DescribeRule',
      {
        ...read,
        input: shapes.rule,
        handle: named((bus, name) => {
          const rule = buses.rule(bus, name);
          return { ...ruleView(rule), CreatedBy: rule.createdBy };
        }),
      },
    ],
    ['EnableRule', { ...write, input: shapes.rule, handle: switchTo('ENABLED') }],
    ['DisableRule', { ...write, input: shapes.rule, handle: switchTo('DISABLED') }],
    [
      'DeleteRule',
      { ...write, input: shapes.rule, handle: named((bus, name) => void buses.deleteRule(bus, name)) },
    ],
  ];
}

function putRule(buses: Buses, bus: Bus, { input }: Call): Members {
  const isNew = !bus.rules.has(text(input, 'Name'));
  const rule = buses.putRule(bus, wantedRule(input));
  // Tags of a rule that exists are not touched (PutRule, Amazon EventBridge API Reference).
  if (isNew) addTags(bus, rule.arn, input);
  return { RuleArn: rule.arn };
}

function wantedRule(input: Members): WantedRule {
  const given = (member: string, name: keyof WantedRule) => {
    const value = optionalText(input, member);
    return value === undefined || value === '' ? {} : { [name]: value };
  };
  const state = stateOf(optionalText(input, 'State'));
  return {
    name: text(input, 'Name'),
    ...(state === undefined ? {} : { state }),
    ...given('EventPattern', 'eventPattern'),
    ...given('ScheduleExpression', 'scheduleExpression'),
    ...given('Description', 'description'),
    ...given('RoleArn', 'roleArn'),
  };
}

function stateOf(word: string | undefined): RuleState | undefined {
  return word === 'ENABLED' || word === 'DISABLED' || word === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'
    ? word
    : undefined;
}

function ruleView(rule: Rule): Members {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern?.text,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.busName,
  };
}
