import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OwnCluster, startEtcdAndApiserver } from './cluster.ts';
import { kubectl } from './kubectl.ts';
import { sharedCluster } from './shared.ts';

const configMap = (name: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { a: '1' },
  });

describe('the cluster shared by the files', () => {
  it('answers kubectl with the pinned version', async () => {
    const { stdout } = await sharedCluster().kubectl(['version', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ serverVersion: { gitVersion: 'v1.36.3' } });
  });

  it('hands a refusal back as a code and the words of the API server', async () => {
    const refused = await sharedCluster().kubectl(['apply', '-f', '-'], configMap('Not_A_Name'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('a lowercase RFC 1123 subdomain');
  });

  it('lets a service account do only what RBAC grants it', async () => {
    const cluster = sharedCluster();
    const kubeconfig = await cluster.serviceAccountKubeconfig('default', 'reader');
    const before = await kubectl(['get', 'configmaps'], { kubeconfig });
    expect(before.stderr).toContain(
      'system:serviceaccount:default:reader" cannot list resource "configmaps"',
    );
    await cluster.kubectl(['create', 'clusterrole', 'cm', '--verb=list', '--resource=configmaps']);
    const subject = '--serviceaccount=default:reader';
    await cluster.kubectl(['create', 'rolebinding', 'cm', '--clusterrole=cm', subject, '-n', 'default']);
    expect(await kubectl(['get', 'configmaps'], { kubeconfig })).toMatchObject({ code: 0 });
  });
});

describe('a cluster of a test’s own', () => {
  let cluster: OwnCluster;

  beforeAll(async () => {
    cluster = await startEtcdAndApiserver({ users: [{ name: 'alice', groups: ['company:developers'] }] });
  });
  afterAll(() => cluster.stop());

  it('knows the users it was started with', async () => {
    const kubeconfig = await cluster.userKubeconfig('alice');
    const { stdout } = await kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfig });
    expect(JSON.parse(stdout)).toMatchObject({
      status: { userInfo: { username: 'alice', groups: expect.arrayContaining(['company:developers']) } },
    });
  });

  it('keeps its data and its address over a restart of the API server', async () => {
    await cluster.apply(configMap('kept'));
    await cluster.stopApiserver();
    const down = await cluster.kubectl(['get', 'configmap', 'kept']);
    expect(down.stderr).toContain('refused');
    await cluster.startApiserver();
    const { stdout } = await cluster.kubectl(['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}']);
    expect(stdout).toBe('1');
  });

  it('answers a watch from before a compaction and a restart with 410', async () => {
    const old = await cluster.kubectl([
      'get',
      'configmap',
      'kept',
      '-o',
      'jsonpath={.metadata.resourceVersion}',
    ]);
    await cluster.apply(configMap('later'));
    expect(await cluster.compact()).toBeGreaterThan(Number(old.stdout));
    await cluster.restart();
    const path = '/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=5&resourceVersion=1';
    const { stdout, stderr } = await cluster.kubectl(['get', '--raw', path]);
    expect(stdout + stderr).toMatch(/"code":\s*410|too old resource version|Expired/);
  });

  it('leaves no process and no folder behind', async () => {
    const other = await startEtcdAndApiserver();
    await other.stop();
    await expect(readFile(other.kubeconfig)).rejects.toThrow('ENOENT');
    await expect(fetch(`${other.etcdUrl}/health`)).rejects.toThrow('fetch failed');
  });
});
