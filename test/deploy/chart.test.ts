import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { derivedFiles } from '../../scripts/deploy.ts';
import { withRunOptions } from '../../src/cli/runOptions.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { leaseName } from '../../src/kubernetes/connection.ts';
import { runTool } from '../harness/program.ts';
import { sharedCluster } from '../harness/shared.ts';
import {
  at,
  chart,
  helm,
  type Manifest,
  manifestsIn,
  namespace,
  only,
  render,
  root,
  textsAt,
  toYaml,
} from './chart.ts';
import { variables } from './install.ts';
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
          'ClusterRole',
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

describe('what is asked for', () => {
  let manifests: Manifest[];
  beforeAll(async () => {
    manifests = await render({ files: [join(chart, 'ci', 'everything-values.yaml')] });
  });

  it('reaches the operator as options it has', async () => {
    const deployment = only(manifests, 'Deployment');
    expect(variables(deployment, 'operator-0')).toEqual({
      POD_NAME: 'operator-0',
      POD_NAMESPACE: namespace,
      AWS_REGION: 'us-gov-west-1',
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      AWS_CA_BUNDLE: '/etc/ca/bundle.pem',
      TRUSTED_ACCESS_EVENT_QUEUE:
        'https://sqs.us-east-1.amazonaws.com/111111111111/trusted-access,https://sqs.us-east-1.amazonaws.com/222222222222/trusted-access',
      TRUSTED_ACCESS_NOTIFY_BUS: 'security',
      TRUSTED_ACCESS_CLUSTER_NAME: 'platform',
      TRUSTED_ACCESS_WATCH_LABEL_SELECTOR: 'team in (identity, security),env!=test',
      TRUSTED_ACCESS_LEADER_ELECT: 'true',
      TRUSTED_ACCESS_MAX_CONCURRENT_RECONCILES: '16',
      TRUSTED_ACCESS_METRICS_BIND_ADDRESS: ':8080',
      TRUSTED_ACCESS_HEALTH_PROBE_BIND_ADDRESS: ':8081',
      TRUSTED_ACCESS_LOG_LEVEL: 'debug',
      TRUSTED_ACCESS_LOG_FORMAT: 'json',
    });
    const container = at(deployment, 'spec.template.spec.containers.0');
    expect(textsAt(container, 'args')).toEqual(['run', '--leader-election-namespace=trusted-access-system']);
    const known = withRunOptions(new Command()).options.map(({ envVar }) => envVar);
    const given = Object.keys(variables(deployment, '')).filter((name) => name.startsWith('TRUSTED_ACCESS_'));
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('reaches the pods', () => {
    const template = at(only(manifests, 'Deployment'), 'spec.template');
    const image = 'registry.example.com:5000/security/trusted-access-operator';
    expect(template).toMatchObject({
      metadata: {
        labels: { 'sidecar.istio.io/inject': 'false', team: 'identity' },
        annotations: { 'example.com/note': '1' },
      },
      spec: {
        serviceAccountName: 'trusted-access-sa',
        priorityClassName: 'system-cluster-critical',
        imagePullSecrets: [{ name: 'registry' }],
        volumes: [{ name: 'ca' }],
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ key: 'CriticalAddonsOnly' }],
        topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
      },
    });
    const container = at(template, 'spec.containers.0');
    expect(at(container, 'image')).toBe(`${image}@sha256:${'0123456789abcdef'.repeat(4)}`);
    expect(container).toMatchObject({
      volumeMounts: [{ name: 'ca', mountPath: '/etc/ca' }],
      envFrom: [{ configMapRef: { name: 'proxy' } }],
    });
  });

  it('has the alerts and the dashboard of the project', async () => {
    const alerts: unknown = parse(await readFile(join(chart, 'files', 'alerts.yaml'), 'utf8'));
    expect(only(manifests, 'PrometheusRule')['spec']).toEqual(alerts);
    const dashboard = only(manifests, 'ConfigMap');
    expect(dashboard.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    const told: unknown = JSON.parse(await readFile(join(chart, 'files', 'dashboard.json'), 'utf8'));
    const shipped: unknown = Object(dashboard['data'])['trusted-access.json'];
    expect(JSON.parse(String(shipped))).toEqual(told);
  });

  it('scrapes the port of the metrics, with the labels that Prometheus selects by', () => {
    const monitor = only(manifests, 'ServiceMonitor');
    expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' });
    expect(at(monitor, 'spec.endpoints.0')).toMatchObject({
      port: 'metrics',
      path: '/metrics',
      interval: '30s',
    });
    expect(at(only(manifests, 'Service'), 'spec.ports.0')).toMatchObject({ name: 'metrics', port: 8080 });
  });

  it('fits into names however long the release is called', async () => {
    const release = 'a-release-with-the-longest-name-that-helm-lets-it-haves';
    const made = await render({ release: release.slice(0, 53) });
    expect(only(made, 'Service').metadata.name).toHaveLength(63);
    for (const { metadata } of made) expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
  });

  it('says which release it is of, so that two of a cluster do not meet', async () => {
    const names = (each: readonly Manifest[]) =>
      each.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
    const shard = await render({ release: 'shard', files: [join(chart, 'ci', 'shard-values.yaml')] });
    const other = await render({ namespace: 'other', values: { crds: { install: false } } });
    const all = [...names(await render()), ...names(shard), ...names(other)];
    expect(new Set(all).size).toBe(all.length);
    expect(leaseName('team=security')).not.toBe(leaseName(undefined));
  });
});

describe('files that are made from others are in step', () => {
  it('the copies of the CRD, the table of values, the plain manifests (else: node scripts/deploy.ts)', async () => {
    for (const [path, content] of await derivedFiles()) {
      expect(await readFile(join(root, path), 'utf8'), path).toBe(content);
    }
  });

  it('the version of the chart is that of the operator', async () => {
    expect(parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({
      version: packageJson.version,
      appVersion: packageJson.version,
    });
  });

  it('a package of the chart holds what it needs and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trusted-access-package-'));
    await mkdir(join(folder, 'out'));
    const packed = await helm(['package', chart, '--destination', folder]);
    expect(packed.code).toBe(0);
    const file = join(folder, `trusted-access-operator-${packageJson.version}.tgz`);
    const shown = await helm(['template', 'x', file, '--kube-version', '1.36.3']);
    expect(manifestsIn(shown.stdout)).toHaveLength(13);
    const readme = await helm(['show', 'readme', file]);
    expect(readme.stdout).toMatch(/\| `aws\.roleArn` +\|/);
    await rm(folder, { recursive: true });
  });
});

describe('the notes after an install', () => {
  const notes = async (...set: string[]) => {
    const args = ['install', 'ta', chart, '--dry-run=server', '--set', 'crds.install=false', '-n', namespace];
    const { stdout } = await helm([...args, ...set.flatMap((each) => ['--set', each])], cluster.kubeconfig);
    return stdout.slice(stdout.indexOf('NOTES:'));
  };

  it('tell the next three commands', async () => {
    const said = await notes(`aws.roleArn=${role}`, 'operator.eventQueues[0]=https://sqs.example/1/q');
    const commands = said.split('\n').filter((line) => /^ {2}(kubectl|aws|helm) /.test(line));
    expect(commands).toEqual([
      '  kubectl rollout status deployment/ta-trusted-access-operator --namespace trusted-access-system',
      "  kubectl apply -f - <<'EOF'",
      '  kubectl get trustedaccess sso -o wide',
    ]);
    expect(said).not.toContain('No ');
  });

  it('tell of Pod Identity and of the queue when there is neither role nor queue', async () => {
    const said = await notes();
    expect(said).toContain('aws eks create-pod-identity-association');
    expect(said).toContain('--service-account ta-trusted-access-operator');
    expect(said).toContain('drift is found by looking every 5 minutes');
  });

  it('have a manifest that is valid', async () => {
    const said = await notes();
    const manifest = said
      .slice(said.indexOf("<<'EOF'\n") + 8, said.indexOf('\n  EOF'))
      .replaceAll(/^ {2}/gm, '');
    expect(await parseTrustedAccess(parse(manifest))).toMatchObject({ kind: 'Valid' });
  });
});
