import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { crdYaml } from '../../src/cli/crd.ts';
import { type Aws, manifest, openAws, standsAt, startOperator } from '../cluster/fixture.ts';
import type { Binary } from '../harness/binary.ts';
import type { RunningProcess } from '../harness/childProcess.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually, throughout } from '../harness/eventually.ts';
import { judge } from '../harness/kstatus.ts';
import { startKubectl } from '../harness/kubectl.ts';
import { customization } from './argoHealth.ts';
import {
  applyFluxCrds,
  settled,
  startKustomizeController,
  startRepository,
  state,
  synced,
} from './fluxFixture.ts';

const flux = join(import.meta.dirname, '../../deploy/flux');
const read = (path: string) => readFileSync(join(flux, path), 'utf8');

/** As a user would apply it, but for: no operator of its own to wait for, and the root as path. */
function sampleKustomization(): string {
  const documents = parseAllDocuments(read('kustomizations.yaml')).map((document) => document.toJS());
  const sample = documents.find(({ metadata }) => metadata.name === 'trusted-access');
  const { dependsOn: _, ...spec } = sample.spec;
  return stringify({ ...sample, spec: { ...spec, path: './' } });
}

describe('Flux, with its own kustomize-controller on a real kube-apiserver', () => {
  let cluster: OwnCluster;
  let aws: Aws;
  let operator: Binary;
  let controller: RunningProcess;
  let repository: Awaited<ReturnType<typeof startRepository>>;

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver();
    await cluster.apply(crdYaml());
    await applyFluxCrds(cluster);
    for (const name of ['flux-system', 'trusted-access-system']) {
      await cluster.apply(`apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`);
    }
    aws = await openAws();
    operator = await startOperator(cluster, aws);
    controller = await startKustomizeController(cluster);
    repository = await startRepository(cluster, 'flux-system', 'flux-system');
  });
  afterAll(async () => {
    await controller?.stop();
    await operator?.stop();
    await repository?.stop();
    await aws?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  const commit = async (files: Readonly<Record<string, string>>) =>
    settled(cluster, 'trusted-access', await repository.commit(files));

  it('the API server takes the samples as they are', async () => {
    const samples = [
      read('kustomizations.yaml'),
      read('operator/operator.yaml'),
      read('trusted-access/sso.yaml'),
    ];
    const strict = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
    const { code, stderr } = await cluster.kubectl(strict, samples.join('---\n'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('a commit becomes Ready when AWS is in sync', async () => {
    await cluster.apply(sampleKustomization());
    const now = await commit({ 'sso.yaml': read('trusted-access/sso.yaml') });
    expect(now).toMatchObject({ ready: 'True', reason: 'ReconciliationSucceeded' });
    expect(aws.isEnabled()).toBe(true);
    expect(aws.administrators()).toEqual(['222222222222']);
  });

  it('a drill in AWS is corrected without Flux blinking', async () => {
    const of = ['get', 'kustomization', 'trusted-access', '-n', 'flux-system', '-w', '--output-watch-events'];
    const watch = await startKubectl(
      [...of, '-o', 'jsonpath={.object.status.conditions}{"\\n"}'],
      cluster.kubeconfig,
    );
    const seen = () =>
      watch
        .output()
        .split('\n')
        .filter((line) => line.startsWith('['));
    await eventually(() => expect(seen().length).toBeGreaterThan(0));
    aws.outsider('DeregisterDelegatedAdministrator', { AccountId: '222222222222' });
    aws.outsider('DisableAWSServiceAccess');
    await cluster.kubectl(['annotate', 'ta', 'sso', 'reconcile.fluxcd.io/requestedAt=drill']);
    await eventually(() => expect(aws.administrators()).toEqual(['222222222222']));
    await standsAt(cluster, 'InSync');
    const request = 'reconcile.fluxcd.io/requestedAt=now';
    await cluster.kubectl(['annotate', 'kustomization', 'trusted-access', '-n', 'flux-system', request]);
    await eventually(async () => {
      const asked = ['get', 'kustomization', 'trusted-access', '-n', 'flux-system', '-o'];
      const { stdout } = await cluster.kubectl([...asked, 'jsonpath={.status.lastHandledReconcileAt}']);
      expect(stdout).toBe('now');
    });
    await watch.stop();
    const states = seen().map((line) => synced({ status: { conditions: JSON.parse(line) } }).ready);
    expect(states.length).toBeGreaterThan(1);
    expect(states).not.toContain('False');
  });

  it('a bad spec is refused with the reason, and changes nothing', async () => {
    const before = aws.writes().length;
    const now = await commit({ 'sso.yaml': manifest({ spec: 'access: Disabled' }) });
    expect(now).toMatchObject({ ready: 'False' });
    expect(now.message).toContain('disable.confirmation');
    expect(aws.writes().length).toBe(before);
  });

  it('a resource that stalls is failed health, well within the timeout of two minutes', async () => {
    const started = performance.now();
    const now = await commit({ 'sso.yaml': manifest({ spec: 'delegatedAdministrators: ["999999999999"]' }) });
    expect(now).toMatchObject({ ready: 'False', reason: 'HealthCheckFailed' });
    expect(now.message).toMatch(/TrustedAccess\/sso.*Failed/);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('the next good commit heals it, and an unreconciled resource is not healthy', async () => {
    const unseen = parse(readFileSync(join(customization, 'testdata/unseen.yaml'), 'utf8'));
    expect(await judge(JSON.stringify(unseen))).toMatchObject([{ status: 'Current' }]);
    await operator.stop();
    const revision = await repository.commit({
      'sso.yaml': manifest({ spec: 'interval: 30m' }),
      'backup.yaml': manifest({ name: 'backup', spec: 'servicePrincipal: backup.amazonaws.com' }),
    });
    await eventually(async () => expect(await state(cluster, 'trusted-access')).toMatchObject({ revision }));
    await throughout(
      async () => expect(await state(cluster, 'trusted-access')).toMatchObject({ ready: 'Unknown' }),
      // Longer than the five seconds between two of Flux's looks.
      { forMs: 7_000, everyMs: 500 },
    );
    operator = await startOperator(cluster, aws);
    expect(await settled(cluster, 'trusted-access', revision)).toMatchObject({ ready: 'True' });
  });

  it('pruning removes the resource and leaves AWS as it is', async () => {
    const before = aws.writes().length;
    await commit({
      'readme.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: left, namespace: flux-system }\n',
    });
    await eventually(async () => {
      const { stdout } = await cluster.kubectl(['get', 'ta', '-o', 'name']);
      expect(stdout).toBe('');
    });
    expect(aws.isEnabled()).toBe(true);
    expect(aws.administrators()).toEqual(['222222222222']);
    expect(aws.writes().length).toBe(before);
  });
});
