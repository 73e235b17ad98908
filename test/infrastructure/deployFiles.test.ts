import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import { planSetup } from '../../src/infrastructure/plan.ts';
import type { Step } from '../../src/infrastructure/step.ts';
import { type Hcl, type HclBlock, parseHcl } from './hcl.ts';

const folder = join(import.meta.dirname, '../../deploy/iam/events');
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

/** What the three ways make, in common words; ARNs by the name of what they are of. */
interface Infrastructure {
  readonly pattern: unknown;
  readonly enabled: boolean;
  readonly description: unknown;
  readonly target: { readonly id: unknown; readonly arn: unknown; readonly deadLetters: unknown };
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

interface Queue {
  readonly wait: number | undefined;
  readonly visibility: number | undefined;
  readonly retention: number | undefined;
  readonly encrypted: boolean;
  readonly redrive: unknown;
  readonly policy: unknown;
}

const optional = (value: unknown) => (value === undefined ? undefined : Number(value));

// ── setup ────────────────────────────────────────────────────────────────────────────────────────

const infrastructureSpec = infrastructureSpecOf({ accountId: '111111111111', region: 'us-east-1' });
const arns = new Map([
  [infrastructureSpec.queue.arn, 'queue'],
  [infrastructureSpec.deadLetterQueue.arn, 'dead letters'],
  [infrastructureSpec.rule.arn, 'rule'],
]);
const named = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, inner) => arns.get(inner) ?? inner);

function bySetup(): Infrastructure {
  const nothing = { rule: undefined, targets: [], queue: undefined, deadLetterQueue: undefined };
  const { steps } = planSetup(infrastructureSpec, nothing);
  const one = <K extends Step['kind']>(kind: K, name?: string) => {
    const found = steps.find(
      (step) => step.kind === kind && (name === undefined || ('name' in step && step.name === name)),
    );
    return found as Extract<Step, { kind: K }>;
  };
  const queue = (name: string): Queue => {
    const { attributes } = one('CreateQueue', name);
    return {
      wait: optional(attributes['ReceiveMessageWaitTimeSeconds']),
      visibility: optional(attributes['VisibilityTimeout']),
      retention: optional(attributes['MessageRetentionPeriod']),
      encrypted: attributes['SqsManagedSseEnabled'] === 'true',
      redrive: named(JSON.parse(attributes['RedrivePolicy'] ?? 'null')),
      policy: named(JSON.parse(attributes['Policy'] ?? 'null')),
    };
  };
  const target = one('PutTarget');
  return {
    pattern: JSON.parse(one('PutRule').pattern),
    enabled: true,
    description: one('PutRule').description,
    target: { id: target.id, arn: named(target.arn), deadLetters: named(target.deadLetterArn) },
    queue: queue(infrastructureSpec.queue.name),
    deadLetters: queue(infrastructureSpec.deadLetterQueue.name),
  };
}

// ── CloudFormation ───────────────────────────────────────────────────────────────────────────────

function byCloudFormation(): Infrastructure {
  const names: Record<string, string> = { Queue: 'queue', DeadLetterQueue: 'dead letters', Rule: 'rule' };
  const { Resources } = JSON.parse(JSON.stringify(parse(read('cloudformation.yaml'))), (_, value) => {
    const of = value?.['Fn::GetAtt'];
    return Array.isArray(of) && of[1] === 'Arn' ? names[of[0]] : value;
  });
  const queue = (name: string): Queue => {
    const { Properties } = Resources[name];
    expect(Resources[`${name}Policy`].Properties.Queues).toEqual([{ Ref: name }]);
    return {
      wait: optional(Properties.ReceiveMessageWaitTimeSeconds),
      visibility: optional(Properties.VisibilityTimeout),
      retention: optional(Properties.MessageRetentionPeriod),
      encrypted: Properties.SqsManagedSseEnabled,
      redrive: Properties.RedrivePolicy ?? null,
      policy: Resources[`${name}Policy`].Properties.PolicyDocument,
    };
  };
  const { Properties: rule } = Resources.Rule;
  const [target] = rule.Targets;
  return {
    pattern: rule.EventPattern,
    enabled: rule.State === 'ENABLED',
    description: rule.Description,
    target: { id: target.Id, arn: target.Arn, deadLetters: target.DeadLetterConfig.Arn },
    queue: queue('Queue'),
    deadLetters: queue('DeadLetterQueue'),
  };
}

// ── Terraform ────────────────────────────────────────────────────────────────────────────────────

function byTerraform(): Infrastructure {
  const blocks = parseHcl(read('terraform', 'main.tf'));
  const names: Record<string, string> = {
    'aws_sqs_queue.events.arn': 'queue',
    'aws_sqs_queue.dead_letters.arn': 'dead letters',
    'aws_cloudwatch_event_rule.events.arn': 'rule',
  };
  const resource = (type: string, name: string): HclBlock => {
    const found = blocks.find(({ labels }) => labels[0] === type && labels[1] === name);
    if (!found) throw new Error(`no ${type}.${name}`);
    return found;
  };
  const resolved = (value: Hcl | undefined): unknown =>
    JSON.parse(JSON.stringify(value ?? null), (_, inner) => names[inner] ?? inner?.argument ?? inner);
  const queue = (name: string): Queue => {
    const { attributes } = resource('aws_sqs_queue', name);
    const policy = resource('aws_sqs_queue_policy', name).attributes;
    expect(policy['queue_url']).toBe(`aws_sqs_queue.${name}.url`);
    return {
      wait: optional(attributes['receive_wait_time_seconds']),
      visibility: optional(attributes['visibility_timeout_seconds']),
      retention: optional(attributes['message_retention_seconds']),
      encrypted: attributes['sqs_managed_sse_enabled'] === true,
      redrive: resolved(attributes['redrive_policy']),
      policy: resolved(policy['policy']),
    };
  };
  const rule = resource('aws_cloudwatch_event_rule', 'events').attributes;
  const target = resource('aws_cloudwatch_event_target', 'queue');
  const pattern = String(resolved(rule['event_pattern']));
  return {
    pattern: JSON.parse(read('terraform', pattern.replace(/^\$\{path\.module\}\//, ''))),
    enabled: rule['state'] === 'ENABLED',
    description: rule['description'],
    target: {
      id: target.attributes['target_id'],
      arn: resolved(target.attributes['arn']),
      deadLetters: resolved(target.blocks[0]?.attributes['arn']),
    },
    queue: queue('events'),
    deadLetters: queue('dead_letters'),
  };
}

describe('setup, CloudFormation and Terraform', () => {
  it('create the same event infrastructure', () => {
    // The queues of a stack have one set-up alone, so their statements need no id for each rule.
    const withoutIds = (made: Infrastructure): Infrastructure =>
      JSON.parse(JSON.stringify(made), (name, value) => (name === 'Sid' ? undefined : value));
    const expected = withoutIds(bySetup());
    expect(expected.queue.policy).toMatchObject({ Statement: [{ Resource: 'queue' }] });
    expect(withoutIds(byCloudFormation())).toEqual(expected);
    expect(withoutIds(byTerraform())).toEqual(expected);
  });

  it('do not claim each other’s work: what the files make is not removed by setup', () => {
    expect(read('cloudformation.yaml') + read('terraform', 'main.tf')).not.toContain('managed-by');
  });
});

describe('the policies beside them', () => {
  const actionsOf = (file: string): string[] =>
    JSON.parse(read(file)).Statement.flatMap(({ Action }: { Action: string | string[] }) => Action);

  it('allow the calls of event intake, and nothing else', () => {
    expect(actionsOf('consumer-policy.json').toSorted()).toEqual([
      'cloudtrail:DescribeTrails',
      'cloudtrail:GetEventSelectors',
      'cloudtrail:GetTrailStatus',
      'cloudtrail:LookupEvents',
      'events:DescribeRule',
      'events:ListRuleNamesByTarget',
      'events:PutEvents',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ]);
  });

  it('allow setup what it calls', () => {
    const services = {
      'busPolicy.ts': 'events',
      'queues.ts': 'sqs',
      'rules.ts': 'events',
      'trails.ts': 'cloudtrail',
    };
    const sources = Object.entries(services).map(([file, service]) => {
      const text = readFileSync(join(import.meta.dirname, '../../src/infrastructure', file), 'utf8');
      return [...text.matchAll(/new sdk\.(\w+)Command/g)].map(([, action]) => `${service}:${action}`);
    });
    expect(new Set(actionsOf('setup-policy.json'))).toEqual(new Set(sources.flat()));
  });
});
