import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admission, resource, startAdmission } from './admission.ts';
import { only, render } from './chart.ts';

const ownRole = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const foreign = '999999999999';
const permitted = '222222222222';
const policy = {
  rules: [
    { servicePrincipals: ['sso.amazonaws.com'], administrators: [permitted], roles: [{ arn: ownRole }] },
  ],
};
const confirmed = { confirmation: 'disable' };

let admission: Admission;
beforeAll(async () => {
  admission = await startAdmission({ mallory: 'edit', maria: 'admin', victor: 'view' });
  await admission.enforce({ policy });
  await admission.cluster.apply(resource('sso', { delegatedAdministrators: [permitted] }));
});
afterAll(() => admission?.cluster.stop());

/** What kubectl answers to a user whose request the API server refuses. @throws when it does not refuse. */
async function refused(user: string, args: readonly string[], stdin = ''): Promise<string> {
  const { code, stderr, stdout } = await admission.as(user, args, stdin);
  if (code === 0) throw new Error(`not refused: ${stdout}`);
  return stderr;
}
const patch = (change: object, ...args: string[]) => [
  ...['patch', 'ta', 'sso', '--type=merge', '-p', JSON.stringify(change)],
  ...args,
];
const create = ['create', '-f', '-'];

describe('a user with only edit on TrustedAccess resources', () => {
  it('can declare what the policy permits', async () => {
    const { stderr } = await admission.as('mallory', patch({ spec: { interval: '30m' } }));
    expect(stderr).toBe('');
  });

  it('cannot take a service over with a foreign account: by changing, by creating, by recreating [P-80]', async () => {
    const spec = { delegatedAdministrators: [foreign] };
    const words = `spec.delegatedAdministrators: ${foreign} is not permitted`;
    expect(await refused('mallory', patch({ spec }))).toContain(words);
    expect(await refused('mallory', create, resource('sso-too', spec))).toContain(words);
    expect(await refused('mallory', ['delete', 'ta', 'sso'])).toContain('cannot delete resource');
    const applied = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
    await refused('mallory', applied, resource('sso', spec));
    expect(await refused('mallory', ['replace', '-f', '-'], resource('sso', spec))).toContain(words);
  });

  it('cannot take over another service or name a foreign role [P-81]', async () => {
    const service = { servicePrincipal: 'guardduty.amazonaws.com' };
    expect(await refused('mallory', create, resource('guardduty', service))).toContain(
      'spec.servicePrincipal: guardduty.amazonaws.com is not permitted',
    );
    const roleArn = 'arn:aws:iam::999999999999:role/admin';
    expect(await refused('mallory', patch({ spec: { organization: { roleArn } } }))).toContain(
      `spec.organization.roleArn: ${roleArn} is not permitted`,
    );
  });

  it('cannot disable trusted access, directly or by a later deletion [P-82]', async () => {
    const disabled = { access: 'Disabled', delegatedAdministrators: [], disable: confirmed };
    expect(await refused('mallory', patch({ spec: disabled }))).toContain('spec.access: Disabled is not');
    const revoked = { deletionPolicy: 'Revoke', disable: confirmed };
    expect(await refused('mallory', patch({ spec: revoked }))).toContain('deletionPolicy: Revoke is not');
    const unsafe = { disable: { whileInUse: 'Allow' } };
    expect(await refused('mallory', patch({ spec: unsafe }))).toContain('whileInUse: Allow is not');
  });

  it('cannot forge the status or the finalizer, even with a role that grants the status by mistake [P-83]', async () => {
    const replacement = { from: permitted, to: foreign, startedAt: '2026-01-01T00:00:00Z' };
    const forged = patch({ status: { replacement } }, '--subresource=status');
    expect(await refused('mallory', forged)).toContain('cannot get resource "trustedaccesses/status"');
    await admission.cluster.kubectl([
      ...['create', 'clusterrole', 'status', '--verb=get,update,patch'],
      '--resource=trustedaccesses.trustedaccess.dev/status',
    ]);
    await admission.cluster.kubectl([
      ...['create', 'clusterrolebinding', 'status', '--clusterrole=status', '--user=mallory'],
    ]);
    await expect
      .poll(() => refused('mallory', forged))
      .toContain('the status of sso belongs to the operator: mallory may not write it');
    const finalizers = ['trustedaccess.dev/revoke'];
    expect(await refused('mallory', patch({ metadata: { finalizers } }))).toContain(
      'the finalizer trustedaccess.dev/revoke of sso belongs to the operator',
    );
  });

  it('keeps no status from a manifest that brings one, as a restored backup does', async () => {
    const restored = { ...JSON.parse(resource('restored', {})), status: { observedGeneration: 7 } };
    const { stderr } = await admission.as('mallory', create, JSON.stringify(restored));
    expect(stderr).toBe('');
    const { stdout } = await admission.as('mallory', ['get', 'ta', 'restored', '-o', 'json']);
    expect(JSON.parse(stdout).status).toBeUndefined();
  });

  it('cannot change what is permitted: neither the admission policy nor the ConfigMap', async () => {
    for (const kind of ['validatingadmissionpolicy', 'validatingadmissionpolicybinding'])
      expect(await refused('mallory', ['delete', kind, '--all'])).toContain('cannot list resource');
    const configMaps = ['get', 'configmaps', '--namespace', 'trusted-access-system'];
    expect(await refused('mallory', configMaps)).toContain('cannot list resource "configmaps"');
  });
});

it('a user with admin deletes a resource but cannot recreate it with a foreign account', async () => {
  const { stderr } = await admission.as('maria', ['delete', 'ta', 'restored']);
  expect(stderr).toBe('');
  const recreated = resource('restored', { delegatedAdministrators: [foreign] });
  expect(await refused('maria', create, recreated)).toContain(`${foreign} is not permitted`);
});

it('a user with view reads resources and changes none', async () => {
  expect((await admission.as('victor', ['get', 'ta', 'sso'])).code).toBe(0);
  expect(await refused('victor', patch({ spec: { suspend: true } }))).toContain('cannot patch resource');
});

describe('the ClusterRoles for people', () => {
  const aggregated = async (aggregate?: readonly string[]) => {
    const made = await render(aggregate === undefined ? {} : { values: { rbac: { aggregate } } });
    const roles = made.filter(({ kind }) => kind === 'ClusterRole');
    return roles.flatMap(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).filter((label) => label.includes('aggregate-to')),
    );
  };

  it('become part of Kubernetes’ own roles by the labels that those select', async () => {
    const labels = await aggregated(['view', 'edit', 'admin']);
    for (const role of ['view', 'edit', 'admin']) {
      const { stdout } = await admission.cluster.kubectl(['get', 'clusterrole', role, '-o', 'json']);
      const [selector] = JSON.parse(stdout).aggregationRule.clusterRoleSelectors;
      const selected = Object.keys(selector.matchLabels);
      expect(labels).toEqual(expect.arrayContaining(selected));
    }
  });

  it('add only view to them unless the values say more', async () => {
    expect(await aggregated()).toEqual(['rbac.authorization.k8s.io/aggregate-to-view']);
  });

  it('are not created when the value disables them', async () => {
    const made = await render({ values: { rbac: { people: false } } });
    expect(only(made, 'ClusterRole').metadata.name).not.toMatch(/-(view|edit|admin)$/);
  });
});
