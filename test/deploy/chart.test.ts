import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../src/crds/policy.ts';
import { runTool } from '../harness/program.ts';
import { sharedCluster } from '../harness/shared.ts';
import { at, chart, helm, type Manifest, namespace, only, render, toYaml } from './chart.ts';
import { writeSchemas } from './schemas.ts';

const cluster = sharedCluster();
const role = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const matrix = readdirSync(join(chart, 'ci')).map((file) => join(chart, 'ci', file));
/** Kinds of the Prometheus Operator: its CRDs are not in the cluster, so nothing here can judge them. */
const notServed = ['ServiceMonitor', 'PrometheusRule'];

describe.each(['', ...matrix])('the chart with %s', (file) => {
  let manifests: Manifest[];
  let text: string;
  let schemas: string;
  beforeAll(async () => {
    manifests = await render({ files: file === '' ? [] : [file] });
    text = toYaml(manifests);
    schemas = await mkdtemp(join(tmpdir(), 'trusted-access-schemas-'));
    await writeSchemas(cluster, schemas, manifests);
    await cluster.kubectl(['create', 'namespace', namespace]);
  });
  afterAll(() => rm(schemas, { recursive: true, force: true }));

  it('passes helm lint', async () => {
    const values = file === '' ? [] : ['--values', file];
    const { code, stdout } = await helm(['lint', chart, '--strict', '--kube-version', '1.36.3', ...values]);
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(code).toBe(0);
  });

  it('is valid by the schemas of the API server, no field unknown', async () => {
    const location = join(schemas, '{{.ResourceKind}}{{.KindSuffix}}.json');
    const args = ['-strict', '-summary', '-output', 'json', '-skip', notServed.join(','), '-schema-location'];
    const { stdout, code } = await runTool('kubeconform', [...args, location, '-'], { stdin: text });
    const served = manifests.filter(({ kind }) => !notServed.includes(kind));
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { valid: served.length, invalid: 0, errors: 0, skipped: manifests.length - served.length },
    });
    expect(code).toBe(0);
  });

  it('is taken by the API server in a dry run', async () => {
    const served = manifests.filter(({ kind }) => !notServed.includes(kind));
    const args = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
    const { code, stdout, stderr } = await cluster.kubectl(args, toYaml(served));
    expect(stderr.replaceAll(/^Warning: .* missing the kubectl.*$/gm, '').trim()).toBe('');
    expect(stdout.trim().split('\n')).toHaveLength(served.length);
    expect(code).toBe(0);
  });

  it('names what it makes by its own labels, and selects its pods by labels they have', () => {
    const deployment = only(manifests, 'Deployment');
    const pod = at(deployment, 'spec.template.metadata.labels');
    const selector = at(deployment, 'spec.selector.matchLabels');
    expect(pod).toMatchObject(Object(selector));
    for (const { kind, metadata } of manifests) {
      expect(metadata.labels, kind).toMatchObject({ 'app.kubernetes.io/managed-by': 'Helm' });
    }
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'ServiceMonitor']) {
      for (const { spec } of manifests.filter((each) => each.kind === kind)) {
        const selects =
          at(spec, 'selector.matchLabels') ?? at(spec, 'podSelector.matchLabels') ?? at(spec, 'selector');
        expect(selects, kind).toEqual(selector);
      }
    }
    const test = manifests.filter(({ kind }) => kind === 'Pod');
    for (const { metadata } of test) expect(metadata.labels).not.toMatchObject(Object(selector));
  });
});

describe('a policy in the values', () => {
  const policy = { rules: [{ administrators: ['222222222222'] }], approval: { required: ['Swap'] } };

  it('reaches the operator as a file, whose change restarts the pods', async () => {
    const made = await render({ values: { policy } });
    const map = only(made, 'ConfigMap');
    expect(map.metadata).toMatchObject({ name: 'trusted-access-operator-policy', namespace });
    const approval = { required: ['Swap'], expiry: '24h' };
    const written = parse(String(Object(map['data'])['policy.yaml']));
    expect(written).toEqual({ ...policy, approval });
    expect(parsePolicy(written)).toMatchObject({ kind: 'Valid' });
    const template = at(only(made, 'Deployment'), 'spec.template');
    expect(at(template, 'spec.volumes')).toEqual([
      { name: 'policy', configMap: { name: map.metadata.name } },
    ]);
    expect(at(template, 'spec.containers.0')).toMatchObject({
      env: expect.arrayContaining([
        { name: 'TRUSTED_ACCESS_POLICY', value: '/etc/trusted-access/policy.yaml' },
      ]),
      volumeMounts: [{ name: 'policy', mountPath: '/etc/trusted-access', readOnly: true }],
    });
    const other = await render({ values: { policy: { rules: [] } } });
    const checksum = (of: readonly Manifest[]) =>
      Object(at(only(of, 'Deployment'), 'spec.template.metadata.annotations'))[
        'trustedaccess.dev/policy-checksum'
      ];
    expect(checksum(other)).not.toBe(checksum(made));
  });

  it('is enforced by the API server unless the values leave it to the operator', async () => {
    const kinds = (each: readonly Manifest[]) => each.map(({ kind }) => kind);
    expect(kinds(await render({ values: { policy } }))).toContain('ValidatingAdmissionPolicy');
    const admissionPolicy = { enabled: false };
    const operatorAlone = kinds(await render({ values: { policy, admissionPolicy } }));
    expect(operatorAlone).toContain('ConfigMap');
    expect(operatorAlone).not.toContain('ValidatingAdmissionPolicy');
  });
});

it('kubeconform does refuse what no schema allows', async () => {
  const deployment = only(await render(), 'Deployment');
  const schemas = await mkdtemp(join(tmpdir(), 'trusted-access-schemas-'));
  await writeSchemas(cluster, schemas, [deployment]);
  const broken = { ...deployment, spec: { ...Object(deployment['spec']), replica: 2 } };
  const location = join(schemas, '{{.ResourceKind}}{{.KindSuffix}}.json');
  const args = ['-strict', '-schema-location', location, '-'];
  const { stdout, code } = await runTool('kubeconform', args, { stdin: JSON.stringify(broken) });
  expect(stdout).toContain("additional properties 'replica' not allowed");
  expect(code).toBe(1);
  await rm(schemas, { recursive: true });
});

describe('what the defaults make', () => {
  let manifests: Manifest[];
  let deployment: Manifest;
  let pod: unknown;
  beforeAll(async () => {
    manifests = await render({ values: { aws: { roleArn: role } } });
    deployment = only(manifests, 'Deployment');
    pod = at(deployment, 'spec.template.spec');
  });

  it('is these kinds', () => {
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual(
      [
        ...[
          ...Array<string>(4).fill('ClusterRole'),
          'ClusterRoleBinding',
          'CustomResourceDefinition',
          'Deployment',
          'NetworkPolicy',
          'Pod',
        ],
        ...['PodDisruptionBudget', 'Role', 'Role', 'RoleBinding', 'RoleBinding', 'Service', 'ServiceAccount'],
      ].toSorted(),
    );
  });

  it('restricts nothing: neither a policy nor its enforcement', () => {
    expect(JSON.stringify(manifests)).not.toMatch(/TRUSTED_ACCESS_POLICY|policy\.yaml|AdmissionPolicy/);
  });

  it('two replicas, spread over zones and nodes as far as there are several', () => {
    expect(deployment['spec']).toMatchObject({ replicas: 2 });
    expect(pod).toMatchObject({
      topologySpreadConstraints: [
        { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 },
        { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 },
      ],
    });
    expect(only(manifests, 'PodDisruptionBudget')['spec']).toMatchObject({ maxUnavailable: 1 });
  });

  it('the role on the ServiceAccount, for IRSA, and the token in the pods alone', () => {
    const account = only(manifests, 'ServiceAccount');
    expect(account.metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': role });
    expect(account['automountServiceAccountToken']).toBe(false);
    expect(pod).toMatchObject({
      serviceAccountName: account.metadata.name,
      automountServiceAccountToken: true,
    });
  });

  it('more time to end than the operator takes to finish and hand over (25 s)', () => {
    expect(Number(at(pod, 'terminationGracePeriodSeconds'))).toBeGreaterThan(25 + 5);
  });

  it('probes of the health port', () => {
    expect(at(pod, 'containers.0')).toMatchObject({
      livenessProbe: { httpGet: { path: '/healthz', port: 'health' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'health' } },
      ports: [
        { name: 'metrics', containerPort: 8080 },
        { name: 'health', containerPort: 8081 },
      ],
    });
  });

  it('egress to DNS, AWS, the API server and the Pod Identity agent; ingress to metrics and probes', () => {
    expect(only(manifests, 'NetworkPolicy')['spec']).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 'metrics' }] }, { ports: [{ port: 'health' }] }],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
        { ports: [{ port: 443 }, { port: 6443 }] },
        { to: [{ ipBlock: { cidr: '169.254.170.23/32' } }, { ipBlock: {} }], ports: [{ port: 80 }] },
      ],
    });
  });

  it('a CRD that an uninstall leaves alone', () => {
    expect(only(manifests, 'CustomResourceDefinition').metadata.annotations).toEqual({
      'helm.sh/resource-policy': 'keep',
    });
  });

  it('pods that the restricted Pod Security Standard admits, the one of helm test included', async () => {
    const name = 'restricted-only';
    const enforce = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: enforce } }),
    );
    const made = await render({ namespace: name, values: {} });
    const { template } = Object(only(made, 'Deployment')['spec']);
    const pods = [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'operator', namespace: name }, spec: template.spec },
      only(made, 'Pod'),
    ];
    const { code, stderr } = await cluster.kubectl(
      ['apply', '--dry-run=server', '-f', '-'],
      pods.map((each) => JSON.stringify(each)).join('\n---\n'),
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const asRoot = structuredClone(pods[0]);
    Object.assign(Object(at(asRoot, 'spec.securityContext')), { runAsNonRoot: false });
    const refused = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], JSON.stringify(asRoot));
    expect(refused.stderr).toContain('violates PodSecurity "restricted:latest"');
  });
});
