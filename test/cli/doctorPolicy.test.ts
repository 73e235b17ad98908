import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FaultyServer, startFaultyServer } from '../kubernetes/faultyServer.ts';
import { examineWith } from './examined.ts';
import { manifest } from './planFixture.ts';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trusted-access-doctor-policy-'));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const policy = 'rules: [{ administrators: ["222222222222"] }]\n';
const declaring = (accountId: string, name: string) =>
  manifest(`delegatedAdministrators: ["${accountId}"]`, name);

describe('doctor and the policy', () => {
  it('says that writers of resources are not restricted where there is no policy', async () => {
    const { check, names } = await examineWith({});
    expect(check('policy').status).toBe('skipped');
    expect(check('policy').found).toContain('may declare any account, role and service');
    expect(names('failed')).not.toContain('policy');
  });

  it('shows the policy in force, and that it permits the resources of a folder', async () => {
    await writeFile(at('policy.txt'), `${policy}approval: { required: [Swap] }\n`);
    await writeFile(at('sso.yaml'), declaring('222222222222', 'sso'));
    const { check } = await examineWith({ policy: at('policy.txt'), manifests: folder });
    expect(check('policy')).toMatchObject({ status: 'ok', group: 'Policy' });
    expect(check('policy').found).toMatch(/hash [0-9a-f]{12}: 1 rule, approval required for Swap$/);
    expect(check('policy-violations')).toMatchObject({
      status: 'ok',
      found: 'the policy permits 1 resource',
    });
  });

  it('fails with each resource of a folder that the policy does not permit', async () => {
    await writeFile(at('policy.txt'), policy);
    await writeFile(at('sso.yaml'), declaring('999999999999', 'foreign'));
    await writeFile(at('other.yaml'), declaring('222222222222', 'sso'));
    const { check, code } = await examineWith({ policy: at('policy.txt'), manifests: folder });
    const { status, found, remedy } = check('policy-violations');
    expect([status, found]).toEqual(['failed', 'the policy does not permit 1 of 2 resources']);
    expect(remedy).toEqual([
      expect.stringContaining('foreign: The policy does not permit account 999999999999'),
    ]);
    expect(code).toBe(1);
  });

  it('fails with the field that is wrong in the policy file, and checks no resource by it', async () => {
    await writeFile(at('policy.txt'), 'rules: [{ administrator: [] }]');
    const { check } = await examineWith({ policy: at('policy.txt'), manifests: folder });
    expect(check('policy').status).toBe('failed');
    expect(check('policy').found).toContain('unknown field "rules[0].administrator"');
    expect(check('policy-violations').status).toBe('skipped');
  });

  it('only warns when there is no resource to judge', async () => {
    await writeFile(at('policy.txt'), policy);
    const { check } = await examineWith({ policy: at('policy.txt'), manifests: folder });
    expect(check('policy-violations').status).toBe('warning');
  });

  describe('in a cluster', () => {
    let server: FaultyServer;
    beforeEach(async () => {
      server = await startFaultyServer();
    });
    afterEach(() => server[Symbol.asyncDispose]());

    it('fails with each resource that the policy does not permit', async () => {
      await writeFile(at('policy.txt'), policy);
      for (const [name, accountId] of [
        ['sso', '222222222222'],
        ['foreign', '999999999999'],
      ] as const) {
        const metadata = { name, uid: name, resourceVersion: '1' };
        server.items.set(name, { metadata, spec: { delegatedAdministrators: [accountId] } });
      }
      const { kubeconfig } = server;
      const { check } = await examineWith({ policy: at('policy.txt'), cluster: true, kubeconfig });
      expect(check('policy-violations').found).toBe('the policy does not permit 1 of 2 resources');
      expect(check('policy-violations').remedy[0]).toContain('foreign: ');
    });
  });
});
