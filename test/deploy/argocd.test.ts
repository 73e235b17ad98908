import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { crdYaml } from '../../src/cli/crd.ts';
import { type Aws, manifest, openAws, standsAt, startOperator } from '../cluster/fixture.ts';
import type { Binary } from '../harness/binary.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { customization, type Health, healthOf } from './argoHealth.ts';

const argocd = join(import.meta.dirname, '../../deploy/argocd');
const read = (path: string) => readFileSync(join(argocd, path), 'utf8');
const testdata = (path: string) => parse(readFileSync(join(customization, path), 'utf8'));

interface HealthTest {
  readonly healthStatus: Health;
  readonly inputPath: string;
}

const { tests }: { readonly tests: readonly HealthTest[] } = testdata('health_test.yaml');

describe('the health check for Argo CD', () => {
  it.each(tests.map((each) => [each.inputPath, each] as const))(
    '%s',
    async (_, { inputPath, healthStatus }) => {
      expect(await healthOf(testdata(inputPath))).toEqual(healthStatus);
    },
  );

  it('has a case for each object in its test data, and every word of health it can say', () => {
    const inputs = tests.map(({ inputPath }) => inputPath.replace('testdata/', ''));
    expect(readdirSync(join(customization, 'testdata')).toSorted()).toEqual(inputs.toSorted());
    expect(new Set(tests.map(({ healthStatus }) => healthStatus.status))).toEqual(
      new Set(['Healthy', 'Progressing', 'Degraded', 'Suspended']),
    );
  });

  it('is the same in the ConfigMap to merge', () => {
    const { data } = parse(read('argocd-cm.yaml'));
    expect(data['resource.customizations.health.trustedaccess.dev_TrustedAccess']).toBe(
      readFileSync(join(customization, 'health.lua'), 'utf8'),
    );
  });
});

describe('the sample application', () => {
  it('installs the chart of this project, and the resources after it', () => {
    const { spec } = parse(read('application.yaml'));
    const [operator, resources] = spec.sources;
    expect(existsSync(join(argocd, '../..', operator.path, 'Chart.yaml'))).toBe(true);
    const { annotations } = parse(read(`${resources.path}/sso.yaml`)).metadata;
    expect(Number(annotations['argocd.argoproj.io/sync-wave'])).toBeGreaterThan(0);
    expect(spec.ignoreDifferences).toBeUndefined();
  });
});

describe('objects of the built operator on a real kube-apiserver', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let operator: Binary;

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd/trustedaccesses.trustedaccess.dev']);
    aws = await openAws();
  });
  afterAll(async () => {
    await operator?.stop();
    await aws?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  const live = async (name = 'sso') => {
    const { stdout } = await cluster.kubectl(['get', 'ta', name, '-o', 'json']);
    return JSON.parse(stdout);
  };
  const becomes = (status: string, says: string) =>
    eventually(
      async () => {
        const health = await healthOf(await live());
        expect(health).toEqual({ status, message: expect.stringContaining(says) });
      },
      { everyMs: 100 },
    );

  it('are Progressing before it comes, then Healthy, with no difference to what is in git', async () => {
    const sample = read('trusted-access/sso.yaml');
    await cluster.apply(sample);
    await becomes('Progressing', 'Waiting for the operator to reconcile it');
    operator = await startOperator(cluster, aws);
    await becomes('Healthy', 'sso.amazonaws.com');
    for (const way of [[], ['--server-side', '--field-manager=argocd-controller', '--force-conflicts']]) {
      const { code, stdout } = await cluster.kubectl(['diff', ...way, '-f', '-'], sample);
      const fields = stdout.split('\n').filter((line) => /^[+-] /.test(line));
      // A first server-side apply is written down in managedFields; it changes nothing else.
      expect(
        fields.filter((line) => !/generation:/.test(line)),
        stdout,
      ).toEqual([]);
      expect(code).toBeLessThanOrEqual(1);
    }
  });

  it('are Degraded when they stall, and Suspended when that is asked', async () => {
    await cluster.apply(manifest({ spec: 'delegatedAdministrators: ["999999999999"]' }));
    await becomes('Degraded', 'AccountNotFound');
    await cluster.apply(manifest({ spec: 'suspend: true' }));
    await becomes('Suspended', 'spec.suspend');
    await cluster.apply(manifest());
    await becomes('Healthy', 'enabled');
  });

  it('have a finalizer with Revoke, and still no difference to Git', async () => {
    const revoke = manifest({
      spec: 'deletionPolicy: Revoke, disable: { confirmation: disable, whileInUse: Allow }',
    });
    await cluster.apply(revoke);
    await standsAt(cluster, 'InSync');
    await eventually(async () => expect((await live()).metadata.finalizers).toHaveLength(1));
    expect(await cluster.kubectl(['diff', '-f', '-'], revoke)).toMatchObject({ code: 0, stdout: '' });
    await cluster.apply(manifest());
    await eventually(async () => expect((await live()).metadata.finalizers).toBeUndefined());
  });

  it('are gone immediately with Retain when the operator is deleted too, and AWS stays', async () => {
    await standsAt(cluster, 'InSync');
    await operator.stop();
    expect((await live()).metadata.finalizers).toBeUndefined();
    const gone = await cluster.kubectl(['delete', 'ta', 'sso', '--timeout=10s']);
    expect(gone.stdout).toContain('deleted');
    const removed = await cluster.kubectl(['delete', '--timeout=10s', '-f', '-'], crdYaml());
    expect(removed.stdout).toContain('deleted');
    expect(aws.isEnabled()).toBe(true);
  });
});
