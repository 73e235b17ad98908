import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/cli/plan/report.ts';
import { identity, openScene, type Scene, security, sso } from './planScene.ts';

let scene: Scene;
let server: Server;
let asked: string[];

afterEach(async () => {
  await scene?.[Symbol.asyncDispose]();
  await new Promise((done) => server.close(done));
});

interface Answer {
  readonly code?: number;
  readonly body: object;
}

/** A cluster that holds these objects, by its API alone; requests are noted. */
async function openCluster(answer: (url: URL) => Answer): Promise<string> {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { code = 200, body } = answer(new URL(request.url ?? '/', 'http://localhost'));
    response.writeHead(code, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return scene.write(
    'kubeconfig',
    JSON.stringify({
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
      clusters: [{ name: 'here', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'me', user: {} }],
    }),
  );
}

const object = (name: string, spec: object, more: { metadata?: object; status?: object } = {}) => ({
  apiVersion: 'trustedaccess.dev/v1alpha1',
  kind: 'TrustedAccess',
  metadata: {
    name,
    uid: name,
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...more.metadata,
  },
  spec,
  ...(more.status && { status: more.status }),
});

const listing = (...items: object[]): Answer => ({ body: { metadata: { resourceVersion: '5' }, items } });

async function planCluster(kubeconfig: string, ...args: string[]) {
  const result = await scene.run(['plan', '--json', ...args], { KUBECONFIG: kubeconfig });
  expect(result.stderr).toBe('');
  return { ...result, report: reportSchema.parse(JSON.parse(result.stdout)) };
}

describe('trusted-access plan without -f', () => {
  it('plans the resources of the cluster, and asks it for one list alone', async () => {
    scene = await openScene({ administrators: { [sso]: [security] } });
    const kubeconfig = await openCluster(() =>
      listing(object('sso', { servicePrincipal: sso, delegatedAdministrators: [identity] })),
    );
    const { report, code } = await planCluster(kubeconfig, '--watch-label-selector', 'shard=a');
    expect(report.resources).toMatchObject([{ name: 'sso', result: 'Changes' }]);
    expect(report.resources[0]).not.toHaveProperty('file');
    expect(code).toBe(2);
    expect(asked).toEqual([
      'GET /apis/trustedaccess.dev/v1alpha1/trustedaccesses?labelSelector=shard%3Da&limit=500',
    ]);
    expect(scene.writes()).toEqual([]);
  });

  it('knows what its status remembers: a swap that was refused is not planned again', async () => {
    scene = await openScene({ administrators: { [sso]: [security] } });
    const refusal = {
      reason: 'UnrecognizedServicePrincipal',
      message: 'no',
      at: '2026-01-01T00:00:00Z',
      generation: 1,
      accountState: 'ACTIVE',
    };
    const replacement = {
      uid: 'sso',
      from: security,
      to: identity,
      startedAt: '2026-01-01T00:00:00Z',
      refusal,
    };
    const spec = { servicePrincipal: sso, delegatedAdministrators: [identity] };
    const kubeconfig = await openCluster(() => listing(object('sso', spec, { status: { replacement } })));
    const { report, code } = await planCluster(kubeconfig);
    expect(report.resources).toMatchObject([
      {
        result: 'Stopped',
        actions: [],
        stop: {
          reason: 'UnrecognizedServicePrincipal',
          message: expect.stringContaining('AWS refused account'),
        },
      },
    ]);
    expect(code).toBe(1);
  });

  it('shows what a deletion under way undoes, and that it undoes nothing for a resource that waits', async () => {
    scene = await openScene({ administrators: { [sso]: [security] }, permissionSets: 0 });
    const deleted = object(
      'going',
      {
        servicePrincipal: sso,
        delegatedAdministrators: [security],
        deletionPolicy: 'Revoke',
        disable: { confirmation: 'disable' },
      },
      {
        metadata: {
          deletionTimestamp: '2026-01-02T00:00:00Z',
          finalizers: ['trustedaccess.dev/revoke'],
        },
      },
    );
    const younger = object(
      'waiting',
      { servicePrincipal: sso },
      { metadata: { creationTimestamp: '2026-01-03T00:00:00Z' } },
    );
    let present = listing(deleted);
    const kubeconfig = await openCluster(() => present);
    const alone = await planCluster(kubeconfig);
    expect(alone.report.resources).toMatchObject([
      {
        name: 'going',
        actions: [
          { kind: 'DeregisterAdministrator', why: expect.stringContaining('deletionPolicy: Revoke') },
          { kind: 'DisableAccess' },
        ],
      },
    ]);
    present = listing(deleted, younger);
    const { report } = await planCluster(kubeconfig);
    expect(report.resources).toMatchObject([
      { name: 'going', result: 'Released', actions: [] },
      { name: 'waiting', stop: { reason: 'Conflict' } },
    ]);
  });

  it('is in sync with a cluster that declares nothing', async () => {
    scene = await openScene();
    const { report, code } = await planCluster(await openCluster(() => listing()));
    expect(report.summary.resources).toBe(0);
    expect(code).toBe(0);
  });

  it.each([
    [
      'has no such kind',
      { code: 404, body: { kind: 'Status', code: 404 } },
      'trusted-access crd | kubectl apply',
    ],
    [
      'does not permit the list',
      { code: 403, body: { kind: 'Status', code: 403, reason: 'Forbidden', message: 'you cannot list' } },
      'cannot be listed: 403 Forbidden: you cannot list',
    ],
  ])('says in one line that the cluster %s', async (_what, answer, words) => {
    scene = await openScene();
    const kubeconfig = await openCluster(() => answer);
    const { stdout, stderr, code } = await scene.run(['plan'], { KUBECONFIG: kubeconfig });
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });
});
