import type { Field, InputShape } from '../inputs.ts';

// Bounds from the Amazon EventBridge API Reference, patterns as it spells them.
const whole = (pattern: string) => new RegExp(`^${pattern}$`);
const name = whole(String.raw`[\.\-_A-Za-z0-9]+`);
const pathOrArn = whole(
  String.raw`(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+`,
);

export const ruleName: Field = { kind: 'string', min: 1, max: 64, pattern: name };
export const requiredRuleName: Field = { ...ruleName, required: true };
const busNameOrArn: Field = {
  kind: 'string',
  min: 1,
  max: 1600,
  pattern: pathOrArn,
};
const arn: Field = { kind: 'string', min: 1, max: 1600, required: true };
const list: Field = { kind: 'list', required: true };
const paging: InputShape = {
  NextToken: { kind: 'string', min: 1, max: 2048 },
  Limit: { kind: 'integer', min: 1, max: 100 },
};
const rule: InputShape = { Name: requiredRuleName, EventBusName: busNameOrArn };
const ruleTargets: InputShape = { Rule: requiredRuleName, EventBusName: busNameOrArn };

export const shapes = {
  putRule: {
    ...rule,
    ScheduleExpression: { kind: 'string', max: 256 },
    EventPattern: { kind: 'string', max: 4096 },
    State: {
      kind: 'string',
      values: ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'],
    },
    Description: { kind: 'string', max: 512 },
    RoleArn: { kind: 'string', min: 1, max: 1600 },
    Tags: { kind: 'list' },
  },
  rule,
  putTargets: { ...ruleTargets, Targets: list },
  removeTargets: { ...ruleTargets, Ids: list },
  listTargets: { ...ruleTargets, ...paging },
  rulesOfTarget: { TargetArn: arn, EventBusName: busNameOrArn, ...paging },
  tag: { ResourceARN: arn, Tags: list },
  tagged: { ResourceARN: arn },
  putEvents: { Entries: list },
  bus: { Name: busNameOrArn },
  permission: { EventBusName: { kind: 'string', min: 1, max: 256, pattern: name } },
} satisfies Readonly<Record<string, InputShape>>;
