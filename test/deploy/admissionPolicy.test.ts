import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admission, operatorUser, resource, startAdmission } from './admission.ts';

const ownRole = 'arn:aws:iam::111111111111:role/trusted-access-operator';
const formerly = 'arn:aws:iam::222222222222:role/formerly';
const revoke = { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } };
const confirmed = { disable: { confirmation: 'disable' } };

let admission: Admission;
beforeAll(async () => {
  admission = await startAdmission();
});
afterAll(() => admission?.cluster.stop());

const kubectl = (...args: string[]) => admission.as(undefined, args);
const declare = (name: string, spec: object, metadata: object = {}) =>
  admission.as(undefined, ['apply', '-f', '-'], resource(name, spec, metadata));
const patch = (name: string, change: object, user?: string) =>
  admission.as(user, ['patch', 'ta', name, '--type=merge', '-p', JSON.stringify(change)]);

it('names the remedy in a refusal: the policy, and the platform owner who may change it', async () => {
  await admission.enforce({ policy: { rules: [{ administrators: ['222222222222'] }] } });
  const { stderr } = await declare('foreign', { delegatedAdministrators: ['999999999999'] });
  expect(stderr).toContain(
    'spec.delegatedAdministrators: 999999999999 is not permitted. Declare only what the policy permits, or ask the platform owner to change the Helm value policy.rules',
  );
});

describe('a resource that was stored before the policy was narrowed', () => {
  beforeAll(async () => {
    await admission.enforce({ policy: { rules: [{ allow: { revoke: true, disable: true } }] } });
    const organization = { id: 'o-exampleorgid', roleArn: formerly };
    await declare('old', { organization, delegatedAdministrators: ['999999999999'], ...revoke });
    await admission.enforce({
      policy: { rules: [{ roles: [{ arn: ownRole }], administrators: ['222222222222'] }] },
    });
  });

  it('can still be labelled, suspended and given its finalizer by the operator', async () => {
    expect((await kubectl('label', 'ta', 'old', 'team=identity')).code).toBe(0);
    expect((await patch('old', { spec: { suspend: true } })).code).toBe(0);
    const finalizers = ['trustedaccess.dev/revoke'];
    expect((await patch('old', { metadata: { finalizers } }, operatorUser)).code).toBe(0);
    expect((await patch('old', { metadata: { finalizers: [] } }, operatorUser)).code).toBe(0);
  });

  it('cannot be given another foreign administrator, another role or another organization', async () => {
    const foreign = { delegatedAdministrators: ['888888888888'] };
    expect((await patch('old', { spec: foreign })).stderr).toContain('888888888888 is not permitted');
    const role = { organization: { roleArn: 'arn:aws:iam::999999999999:role/admin' } };
    expect((await patch('old', { spec: role })).stderr).toContain('is not permitted');
    const id = { organization: { id: 'o-anotherorgid' } };
    expect((await patch('old', { spec: id })).stderr).toContain('is not permitted');
  });

  it('cannot combine its old role with an administrator that the policy permits elsewhere', async () => {
    const { stderr } = await patch('old', { spec: { delegatedAdministrators: ['222222222222'] } });
    expect(stderr).toContain(`${formerly} is not permitted`);
  });

  it('cannot be deleted while it would revoke, and the refusal names the way out', async () => {
    const { code, stderr } = await kubectl('delete', 'ta', 'old');
    expect(code).toBe(1);
    expect(stderr).toContain('deleting old would change AWS (deletionPolicy: Revoke), but');
    expect(stderr).toContain('Set spec.deletionPolicy: Retain first');
  });

  it('can be moved towards the policy step by step, and be deleted then', async () => {
    expect((await patch('old', { spec: { deletionPolicy: 'Retain' } })).code).toBe(0);
    expect((await patch('old', { spec: { delegatedAdministrators: [] } })).code).toBe(0);
    expect((await patch('old', { spec: { organization: null } })).code).toBe(0);
    const permitted = { delegatedAdministrators: ['222222222222'] };
    expect((await patch('old', { spec: permitted })).code).toBe(0);
    const back = await patch('old', { spec: { organization: { roleArn: formerly } } });
    expect(back.stderr).toContain('is not permitted');
    expect((await kubectl('delete', 'ta', 'old')).code).toBe(0);
  });
});

describe('deletion of a resource that would revoke', () => {
  beforeAll(() => admission.enforce({ policy: { rules: [{ allow: { revoke: true } }] } }));

  it('is refused, and the refusal names the consequence and both ways on', async () => {
    await declare('revoking', revoke);
    const { code, stderr } = await kubectl('delete', 'ta', 'revoking');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'deleting revoking would disable trusted access of sso.amazonaws.com and deregister its administrators (deletionPolicy: Revoke).',
    );
    expect(stderr).toContain(
      'kubectl annotate trustedaccess revoking trustedaccess.dev/allow-deletion=revoke',
    );
    expect(stderr).toContain('set spec.deletionPolicy: Retain first');
  });

  it('is refused for each resource when a user deletes the whole collection', async () => {
    const all = '/apis/trustedaccess.dev/v1alpha1/trustedaccesses';
    const { code, stderr } = await kubectl('delete', '--raw', all);
    expect(code).toBe(1);
    expect(stderr).toContain('deleting revoking would disable trusted access');
    expect((await kubectl('get', 'ta', 'revoking')).code).toBe(0);
  });

  it('succeeds with the annotation', async () => {
    await kubectl('annotate', 'ta', 'revoking', 'trustedaccess.dev/allow-deletion=revoke');
    expect((await kubectl('delete', 'ta', 'revoking')).code).toBe(0);
  });

  it('succeeds after the deletion policy was changed to Retain', async () => {
    await declare('kept', revoke);
    await patch('kept', { spec: { deletionPolicy: 'Retain' } });
    expect((await kubectl('delete', 'ta', 'kept')).code).toBe(0);
  });
});

it('judges by a policy of fifty rules within the limits of the API server', async () => {
  const range = (count: number) => Array.from({ length: count }, (_, index) => index);
  const account = (number: number) => String(number).padStart(12, '0');
  const role = (rule: number, index: number) => `arn:aws:iam::${account(index)}:role/operator-${rule}`;
  const rules = range(50).map((rule) => ({
    selector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['other'] }] },
    servicePrincipals: range(25).map((index) => `service-${index}-of-${rule}.amazonaws.com`),
    administrators: range(50).map((index) => account(index + rule * 50)),
    roles: range(8).map((index) => ({ arn: role(rule, index), externalId: `example${index}` })),
  }));
  await admission.enforce({ policy: { rules } });
  const largest = {
    servicePrincipal: 'service-24-of-49.amazonaws.com',
    delegatedAdministrators: range(50).map((index) => account(index + 2450)),
    organization: { roleArn: role(49, 7) },
  };
  expect((await declare('largest', largest)).stderr).toBe('');
  const foreign = { ...largest, delegatedAdministrators: ['999999999999'] };
  expect((await declare('refused', foreign)).stderr).toContain('999999999999 is not permitted');
});

it('only warns when the chart is asked for a warning', async () => {
  const admissionPolicy = { actions: ['Warn'] };
  await admission.enforce({ policy: { rules: [{}] }, admissionPolicy });
  const { code, stderr } = await declare('warned', { access: 'Disabled', ...confirmed });
  expect(code).toBe(0);
  expect(stderr).toContain('Warning: Validation failed for ValidatingAdmissionPolicy');
  expect(stderr).toContain('spec.access: Disabled is not permitted');
});
