import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crdYaml } from '../../src/cli/crd.ts';
import { type OwnCluster, startEtcdAndApiserver } from '../harness/cluster.ts';
import { eventually } from '../harness/eventually.ts';
import { type Manifest, render, toYaml } from './chart.ts';

const allowed = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const formerly = 'arn:aws:iam::222222222222:role/formerly';
const foreign = 'arn:aws:iam::999999999999:role/admin';

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startEtcdAndApiserver();
  await cluster.apply(crdYaml());
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd/trustedaccesses.trustedaccess.dev']);
  await enforce({ allowedRoleArns: [allowed, formerly] });
});
afterAll(() => cluster?.stop());

const ofPolicy = ({ kind }: Manifest) => kind.startsWith('ValidatingAdmissionPolicy');

/** Applies the policy as the chart makes it and waits until the API server goes by it. */
async function enforce(admissionPolicy: object, probe = foreign): Promise<void> {
  const made = await render({ values: { admissionPolicy: { enabled: true, ...admissionPolicy } } });
  await cluster.apply(toYaml(made.filter(ofPolicy)));
  await eventually(async () => {
    const { code, stderr } = await declare('probe', { organization: { roleArn: probe } }, [
      '--dry-run=server',
    ]);
    if (code === 0 && !stderr.includes('is not one of the roles')) throw new Error(`not in force: ${stderr}`);
  });
}

const resource = (name: string, spec: object, annotations = {}) =>
  JSON.stringify({
    apiVersion: 'trustedaccess.dev/v1alpha1',
    kind: 'TrustedAccess',
    metadata: { name, annotations },
    spec,
  });

const declare = (name: string, spec: object, args: readonly string[] = []) =>
  cluster.kubectl(['apply', '-f', '-', ...args], resource(name, spec));

const revoke = { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } };
const kubectl = (...args: string[]) => cluster.kubectl(args);

describe('roles that may be named', () => {
  it('a listed one is taken, and so is none at all', async () => {
    expect((await declare('listed', { organization: { roleArn: allowed } })).code).toBe(0);
    expect((await declare('none', {})).code).toBe(0);
    expect((await declare('empty', { organization: { id: 'o-exampleorgid' } })).code).toBe(0);
  });

  it('another is refused, with the roles there are and who can add to them', async () => {
    const { code, stderr } = await declare('foreign', { organization: { roleArn: foreign } });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `spec.organization.roleArn: ${foreign} is not one of the roles that may be named here (${allowed}, ${formerly}). Who runs the operator allows it with admissionPolicy.allowedRoleArns`,
    );
  });

  it('a resource is not moved to another role later either', async () => {
    const patch = JSON.stringify({ spec: { organization: { roleArn: foreign } } });
    const { code, stderr } = await kubectl('patch', 'ta', 'listed', '--type=merge', '-p', patch);
    expect(code).toBe(1);
    expect(stderr).toContain('is not one of the roles that may be named here');
  });

  it('one that is taken off the list keeps working: its resource can be changed and deleted, its role not given to another', async () => {
    expect((await declare('old', { organization: { roleArn: formerly } })).code).toBe(0);
    await enforce({ allowedRoleArns: [allowed] }, formerly);
    expect((await kubectl('label', 'ta', 'old', 'team=identity')).code).toBe(0);
    const finalizer = '{"metadata":{"finalizers":["trustedaccess.dev/revoke"]}}';
    expect((await kubectl('patch', 'ta', 'old', '--type=merge', '-p', finalizer)).code).toBe(0);
    expect(
      (await kubectl('patch', 'ta', 'old', '--type=merge', '-p', '{"metadata":{"finalizers":[]}}')).code,
    ).toBe(0);
    const { stderr } = await declare('new', { organization: { roleArn: formerly } });
    expect(stderr).toContain(`${formerly} is not one of the roles`);
    expect((await kubectl('delete', 'ta', 'old')).code).toBe(0);
  });

  it('with an empty list none may be named, and the refusal says what to do instead', async () => {
    await enforce({ allowedRoleArns: [] }, allowed);
    const { stderr } = await declare('any', { organization: { roleArn: allowed } });
    expect(stderr).toContain('(none; leave it out to use the credentials of the operator)');
  });
});

describe('deletion of a resource that would revoke', () => {
  it('is refused, says what would break and names both ways on', async () => {
    await declare('revoking', revoke);
    const { code, stderr } = await kubectl('delete', 'ta', 'revoking');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'deleting revoking would disable trusted access of sso.amazonaws.com and deregister its administrators (deletionPolicy: Revoke).',
    );
    expect(stderr).toContain('kubectl annotate ta revoking trustedaccess.dev/allow-deletion=revoke');
    expect(stderr).toContain('set spec.deletionPolicy: Retain first');
  });

  it('is refused one by one when all are deleted at once', async () => {
    const { code, stderr } = await kubectl(
      'delete',
      '--raw',
      '/apis/trustedaccess.dev/v1alpha1/trustedaccesses',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('deleting revoking would disable trusted access');
    expect((await kubectl('get', 'ta', 'revoking')).code).toBe(0);
  });

  it('passes with the annotation', async () => {
    await kubectl('annotate', 'ta', 'revoking', 'trustedaccess.dev/allow-deletion=revoke');
    expect((await kubectl('delete', 'ta', 'revoking')).code).toBe(0);
  });

  it('passes after it was made to retain', async () => {
    await declare('kept', revoke);
    await kubectl('patch', 'ta', 'kept', '--type=merge', '-p', '{"spec":{"deletionPolicy":"Retain"}}');
    expect((await kubectl('delete', 'ta', 'kept')).code).toBe(0);
  });

  it('is nobody else’s business when the chart does not protect it', async () => {
    await enforce({ allowedRoleArns: [], protectRevoke: false });
    await declare('unprotected', revoke);
    await eventually(async () => expect((await kubectl('delete', 'ta', 'unprotected')).code).toBe(0));
  });
});

it('is only a warning when asked for one', async () => {
  await enforce({ allowedRoleArns: [allowed], actions: ['Warn'] });
  const { code, stderr } = await eventually(async () => {
    const answer = await declare('warned', { organization: { roleArn: foreign } });
    if (answer.code !== 0) throw new Error(answer.stderr);
    return answer;
  });
  expect(code).toBe(0);
  expect(stderr).toContain('Warning: Validation failed for ValidatingAdmissionPolicy');
});
