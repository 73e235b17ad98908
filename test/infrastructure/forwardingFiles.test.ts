import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withForwarding } from '../../src/infrastructure/forwardingPlan.ts';
import { infrastructureSpecOf } from '../../src/infrastructure/infrastructureSpec.ts';
import type { Step } from '../../src/infrastructure/step.ts';
import { type Hcl, parseHcl } from './hcl.ts';

const folder = join(import.meta.dirname, '../../deploy/iam/events/forwarding');
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');

/** What the three ways create; the bus and the role by these words. */
interface Forwarding {
  readonly role: { readonly name: unknown; readonly trust: unknown };
  readonly permission: { readonly name: unknown; readonly policy: unknown };
  readonly rule: { readonly name: unknown; readonly description: unknown; readonly pattern: unknown };
  readonly target: { readonly id: unknown; readonly arn: unknown; readonly role: unknown };
}

const { forwarding, tags } = infrastructureSpecOf({
  accountId: '111111111111',
  region: 'us-east-1',
  identityCenterRegion: 'eu-west-1',
});
if (forwarding === undefined) throw new Error('nothing to forward');

/** The value with the words in place of what stands for them. */
function worded(value: unknown, words: Readonly<Record<string, string>>): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_, inner) => words[inner] ?? inner);
}

function bySetup(spec = forwarding): Forwarding {
  if (spec === undefined) throw new Error('nothing to forward');
  const nothing = { rule: undefined, targets: [], role: undefined };
  const { steps } = withForwarding({ steps: [], notes: [] }, spec, tags, nothing);
  const one = <K extends Step['kind']>(kind: K) =>
    steps.find((step) => step.kind === kind) as Extract<Step, { kind: K }>;
  const words = { [spec.bus]: 'bus', [spec.role.arn]: 'role' };
  const { role } = one('CreateRole');
  const { name, description, pattern } = one('PutRule');
  const { id, arn, roleArn } = one('PutTarget');
  return {
    role: { name: role.name, trust: JSON.parse(role.trust) },
    permission: { name: role.policyName, policy: worded(JSON.parse(role.policy), words) },
    rule: { name, description, pattern: JSON.parse(pattern) },
    target: { id, arn: worded(arn, words), role: worded(roleArn, words) },
  };
}

function byCloudFormation(): Forwarding {
  const words: Readonly<Record<string, string>> = {
    'arn:${AWS::Partition}:events:${OrganizationsRegion}:${AWS::AccountId}:event-bus/default': 'bus',
    '${Name}-forwarding': 'trusted-access-events-forwarding',
  };
  const { Resources } = JSON.parse(JSON.stringify(parse(read('cloudformation.yaml'))), (_, value) => {
    if (value?.['Fn::Sub'] !== undefined) return words[value['Fn::Sub']] ?? value;
    return value?.['Fn::GetAtt']?.join() === 'Role,Arn' ? 'role' : value;
  });
  const { Properties: role } = Resources.Role;
  const { Properties: rule } = Resources.Rule;
  const [policy] = role.Policies;
  const [target] = rule.Targets;
  return {
    role: { name: role.RoleName, trust: role.AssumeRolePolicyDocument },
    permission: { name: policy.PolicyName, policy: policy.PolicyDocument },
    rule: { name: rule.Name, description: rule.Description, pattern: rule.EventPattern },
    target: { id: target.Id, arn: target.Arn, role: target.RoleArn },
  };
}

function byTerraform(): Forwarding {
  const blocks = parseHcl(read('terraform', 'main.tf'));
  const attributesOf = (type: string, name: string) => {
    const found = blocks.find(({ labels }) => labels[0] === type && labels[1] === name);
    if (!found) throw new Error(`no ${type}.${name}`);
    return found.attributes;
  };
  const words: Readonly<Record<string, string>> = {
    'local.bus': 'bus',
    'aws_iam_role.forwarding.arn': 'role',
    '${var.name}-forwarding': 'trusted-access-events-forwarding',
  };
  const plain = (value: Hcl | undefined): unknown =>
    JSON.parse(JSON.stringify(value ?? null), (_, inner) => words[inner] ?? inner?.argument ?? inner);
  const role = attributesOf('aws_iam_role', 'forwarding');
  const permission = attributesOf('aws_iam_role_policy', 'forwarding');
  const rule = attributesOf('aws_cloudwatch_event_rule', 'forwarding');
  const target = attributesOf('aws_cloudwatch_event_target', 'organizations_region');
  return {
    role: { name: plain(role['name']), trust: plain(role['assume_role_policy']) },
    permission: { name: plain(permission['name']), policy: plain(permission['policy']) },
    rule: {
      name: plain(rule['name']),
      description: plain(rule['description']),
      pattern: JSON.parse(read('terraform', 'event-pattern.json')),
    },
    target: { id: plain(target['target_id']), arn: plain(target['arn']), role: plain(target['role_arn']) },
  };
}

describe('the files that forward events of Identity Center', () => {
  it('create the same role, rule and target as setup', () => {
    expect(byCloudFormation()).toEqual(bySetup());
    expect(byTerraform()).toEqual(bySetup());
  });

  it('lack the tags of setup, so that setup --remove leaves what they create', () => {
    expect(read('cloudformation.yaml') + read('terraform', 'main.tf')).not.toContain('managed-by');
  });

  it('permit setup the calls that it makes, and no other', () => {
    const source = (file: string) =>
      readFileSync(join(import.meta.dirname, '../../src/infrastructure', file), 'utf8');
    const called = Object.entries({ 'rules.ts': 'events', 'roles.ts': 'iam' }).flatMap(([file, service]) =>
      [...source(file).matchAll(/new sdk\.(\w+)Command/g)].map(([, action]) => `${service}:${action}`),
    );
    const permitted = JSON.parse(read('setup-policy.json')).Statement.flatMap(
      ({ Action }: { Action: string | string[] }) => Action,
    );
    // IAM asks for these two besides, for a role with tags and for a target with a role.
    expect(new Set(permitted)).toEqual(new Set([...called, 'iam:TagRole', 'iam:PassRole']));
  });
});
