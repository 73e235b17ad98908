import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withRunOptions } from '../../src/cli/runOptions.ts';
import { leaseName } from '../../src/kubernetes/connection.ts';
import { at, chart, type Manifest, namespace, only, render, textsAt } from './chart.ts';
import { variables } from './install.ts';

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
      TRUSTED_ACCESS_CONTENTION_HOLD: '1m',
      TRUSTED_ACCESS_TAKE_OVER_GRACE: '2m',
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
    const reported: unknown = JSON.parse(await readFile(join(chart, 'files', 'dashboard.json'), 'utf8'));
    const shipped: unknown = Object(dashboard['data'])['trusted-access.json'];
    expect(JSON.parse(String(shipped))).toEqual(reported);
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
