import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartValues } from '../../scripts/deploy/valuesTable.ts';
import { parsePolicy } from '../../src/crds/policy.ts';
import { logFormats, logLevels } from '../../src/telemetry/logger.ts';
import { codeBlocks } from '../docs/documents.ts';
import { at, chart, refusal } from './chart.ts';

const role = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const digest = `sha256:${'0'.repeat(64)}`;

const rule = (each: object) => ({ policy: { rules: [each] } });

const schema: unknown = JSON.parse(await readFile(join(chart, 'values.schema.json'), 'utf8'));
const values = chartValues(await readFile(join(chart, 'values.yaml'), 'utf8'));

describe('values that cannot work are refused before anything is installed', () => {
  it.each<[string, object, string]>([
    ['a misspelt name', { replica: 3 }, "additional properties 'replica' not allowed"],
    ['a misspelt name inside', { aws: { rolearn: role } }, "at '/aws': additional properties 'rolearn'"],
    ['a role that is no ARN', { aws: { roleArn: 'admin' } }, "at '/aws/roleArn': 'admin' does not match"],
    ['an ARN of a user', { aws: { roleArn: 'arn:aws:iam::111111111111:user/x' } }, "at '/aws/roleArn'"],
    ['a region by its name', { aws: { region: 'Virginia' } }, "at '/aws/region'"],
    ['a queue by its name', { operator: { eventQueues: ['mine'] } }, "at '/operator/eventQueues/0'"],
    ['too many workers', { operator: { maxConcurrentReconciles: 5000 } }, 'maximum: got 5,000, want 1,000'],
    ['an unknown log level', { operator: { logLevel: 'loud' } }, "must be one of 'trace', 'debug', 'info'"],
    ['half a replica', { replicas: 1.5 }, "at '/replicas'"],
    ['a digest cut short', { image: { digest: 'sha256:abc' } }, "at '/image/digest'"],
    ['no image', { image: { repository: '' } }, 'minLength'],
    ['a number as a label', { podLabels: { team: 5 } }, "at '/podLabels/team': got number, want string"],
    ['an option without dashes', { extraArgs: ['log-level=debug'] }, "at '/extraArgs/0'"],
    [
      'a variable without a name',
      { extraEnv: [{ value: 'x' }] },
      "at '/extraEnv/0': missing property 'name'",
    ],
    [
      'less time to end than the operator takes',
      { terminationGracePeriodSeconds: 10 },
      "at '/terminationGracePeriodSeconds': minimum: got 10, want 30",
    ],
    ['a port that is none', { ports: { metrics: 0 } }, "at '/ports/metrics'"],
    ['an account with a digit less', rule({ administrators: ['22222222222'] }), "/administrators/0'"],
    ['an account as a number', rule({ administrators: [222222222222] }), 'got number, want string'],
    ['a misspelt list in a rule', rule({ administrator: [] }), "properties 'administrator' not allowed"],
    ['a role of a rule without its ARN', rule({ roles: [{ externalId: 'xyz' }] }), "missing property 'arn'"],
    [
      'a selector that compares with no value',
      rule({ selector: { matchExpressions: [{ key: 'team', operator: 'In' }] } }),
      "missing property 'values'",
    ],
    [
      'more roles than the API server accepts in an expression',
      rule({
        roles: Array.from({ length: 50 }, (_, index) => ({
          arn: `arn:aws:iam::111111111111:role/${'x'.repeat(1_990)}${index}`,
          externalId: `example${index}`,
        })),
      }),
      'policy.rules is too large for an admission policy',
    ],
    [
      'an approval of an unknown change',
      { policy: { approval: { required: ['Everything'] } } },
      "must be one of 'Swap', 'Disable'",
    ],
    ['an action that is none', { admissionPolicy: { actions: ['Refuse'] } }, "'Deny', 'Warn', 'Audit'"],
    [
      'two that write at once',
      { leaderElection: { enabled: false } },
      'every replica would change AWS at the same time. Set replicas=1 or leaderElection.enabled=true.',
    ],
    [
      'a role for a ServiceAccount of somebody else',
      { aws: { roleArn: role }, serviceAccount: { create: false } },
      'set the annotation eks.amazonaws.com/role-arn on your own ServiceAccount',
    ],
    ['one port for two', { ports: { metrics: 8081 } }, 'ports.metrics and ports.health are the same'],
    [
      'a monitor without a Service',
      { metrics: { service: { enabled: false }, serviceMonitor: { enabled: true } } },
      'metrics.serviceMonitor.enabled is true and metrics.service.enabled is false',
    ],
    [
      'two verdicts at once',
      { admissionPolicy: { actions: ['Deny', 'Warn'] } },
      'admissionPolicy.actions has both Deny and Warn',
    ],
  ])('%s', async (_, given, words) => {
    expect(await refusal(given)).toContain(words);
  });

  it.each<[string, object]>([
    ['no value at all', {}],
    [
      'a role with a path, in another partition',
      { aws: { roleArn: 'arn:aws-cn:iam::111111111111:role/a/b' } },
    ],
    ['a digest', { image: { digest } }],
    ['one replica without election', { replicas: 1, leaderElection: { enabled: false } }],
    ['none, to pause it', { replicas: 0 }],
    ['what a parent chart hands down', { global: { imageRegistry: 'x' } }],
  ])('Helm accepts %s', async (_, given) => {
    expect(await refusal(given)).toBe('');
  });
});

it('the chart and the operator accept the policies that docs/permissions.md shows', async () => {
  const policies = codeBlocks('docs/permissions.md')
    .filter(({ language, text }) => language === 'yaml' && !text.includes('kind: TrustedAccess'))
    .map(({ text }): unknown => parse(text));
  expect(policies.length).toBeGreaterThan(0);
  for (const policy of policies) {
    expect(await refusal({ policy })).toBe('');
    expect(parsePolicy(policy)).toMatchObject({ kind: 'Valid' });
  }
});

describe('clusters that are too old are reported so', () => {
  it('the chart reports it', async () => {
    expect(await refusal({}, '1.28.9')).toContain('chart requires kubeVersion: >=1.29.0-0');
    expect(await refusal({}, '1.29.0')).toBe('');
    expect(await refusal({}, 'v1.31.4-eks-2d5f260')).toBe('');
  });

  it('the admission policy, which needs a newer cluster, reports it', async () => {
    expect(await refusal(rule({}), '1.29.9')).toContain(
      'needs Kubernetes 1.30 or newer, but the cluster has v1.29.9',
    );
    expect(await refusal(rule({}), '1.30.0')).toBe('');
    const operatorAlone = { ...rule({}), admissionPolicy: { enabled: false } };
    expect(await refusal(operatorAlone, '1.29.9')).toBe('');
  });
});

describe('the schema and the values report the same things', () => {
  it.each(values.map(({ path }) => path))('%s', (path) => {
    const inSchema = at(
      schema,
      path
        .split('.')
        .flatMap((key) => ['properties', key])
        .join('.'),
    );
    expect(inSchema).toBeDefined();
  });

  it('the schema has no value that the chart lacks', () => {
    const leaves = (node: unknown, path: readonly string[]): string[] => {
      const own = at(node, 'properties');
      if (typeof own !== 'object' || own === null) return [path.join('.')];
      return Object.entries(own).flatMap(([key, inner]) => leaves(inner, [...path, key]));
    };
    const reported = leaves(schema, []).filter(
      (path) => path !== 'global' && !/^extraEnv$|^extraV/.test(path),
    );
    const documented = values.map(({ path }) => path).filter((path) => !/^extraEnv$|^extraV/.test(path));
    expect(reported.toSorted()).toEqual(documented.toSorted());
  });

  it('a log is asked for in the words of the operator', () => {
    expect(at(schema, 'properties.operator.properties.logLevel.enum')).toEqual([...logLevels]);
    expect(at(schema, 'properties.operator.properties.logFormat.enum')).toEqual(
      expect.arrayContaining([...logFormats]),
    );
  });
});
