import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admission, resource, startAdmission } from './admission.ts';
import { render } from './chart.ts';

const annotation = {
  changedBy: 'trustedaccess.dev/changed-by',
  approved: 'trustedaccess.dev/approved',
  approvedBy: 'trustedaccess.dev/approved-by',
};
const policy = { approval: { required: ['Swap', 'Disable'] } };

let admission: Admission;
beforeAll(async () => {
  admission = await startAdmission({ alice: 'admin', bob: 'admin' });
  await admission.enforce({ policy });
});
afterAll(() => admission?.cluster.stop());

const as = (user: string, args: readonly string[], stdin = '') => admission.as(user, args, stdin);
const apply = (user: string, name: string, spec: object, metadata: object = {}) =>
  as(user, ['apply', '-f', '-'], resource(name, spec, metadata));
const annotate = (user: string, name: string, ...changes: string[]) =>
  as(user, ['annotate', 'ta', name, '--overwrite', ...changes]);
const swapTo = (account: string) => ({ delegatedAdministrators: [account] });

async function metadata(name: string) {
  const { stdout } = await admission.cluster.kubectl(['get', 'ta', name, '-o', 'json']);
  const { annotations = {}, generation } = JSON.parse(stdout).metadata;
  const of = (key: string): string | undefined => annotations[key];
  return {
    generation: Number(generation),
    changedBy: of(annotation.changedBy),
    approved: of(annotation.approved),
    approvedBy: of(annotation.approvedBy),
  };
}

describe('the API server writes the name of the user who changes a spec', () => {
  it('when the user creates, applies, patches or replaces it', async () => {
    expect((await apply('alice', 'stamped', swapTo('222222222222'))).stderr).toBe('');
    expect(await metadata('stamped')).toMatchObject({ changedBy: 'alice', generation: 1 });
    expect((await apply('bob', 'stamped', swapTo('333333333333'))).stderr).toBe('');
    expect(await metadata('stamped')).toMatchObject({ changedBy: 'bob', generation: 2 });
    const patch = ['patch', 'ta', 'stamped', '--type=merge', '-p', '{"spec":{"interval":"30m"}}'];
    expect((await as('alice', patch)).stderr).toBe('');
    expect(await metadata('stamped')).toMatchObject({ changedBy: 'alice', generation: 3 });
    const replaced = await as('bob', ['replace', '-f', '-'], resource('stamped', {}));
    expect(replaced.stderr).toBe('');
    expect(await metadata('stamped')).toMatchObject({ changedBy: 'bob', generation: 4 });
  });

  it('it keeps the name when a user changes labels, applies the same spec or forges the annotation', async () => {
    await apply('alice', 'kept', swapTo('222222222222'));
    expect((await as('bob', ['label', 'ta', 'kept', 'team=identity'])).stderr).toBe('');
    expect((await apply('bob', 'kept', swapTo('222222222222'))).stderr).toBe('');
    const serverSide = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
    expect((await as('bob', serverSide, resource('kept', swapTo('222222222222')))).stderr).toBe('');
    expect((await annotate('alice', 'kept', `${annotation.changedBy}=bob`)).stderr).toBe('');
    expect(await metadata('kept')).toMatchObject({ changedBy: 'alice', generation: 1 });
  });
});

describe('an approval', () => {
  const refused = async (user: string, ...changes: string[]) => {
    const { code, stderr } = await annotate(user, 'sso', ...changes);
    expect(code).toBe(1);
    return stderr;
  };
  beforeAll(async () => {
    await apply('bob', 'sso', swapTo('222222222222'));
    await apply('alice', 'sso', swapTo('333333333333'));
  });

  it('cannot be given by the user who changed the spec [P-84]', async () => {
    expect(await refused('alice', `${annotation.approved}=2`)).toContain(
      'alice changed the spec of sso and cannot approve it. Ask a second user to approve',
    );
    const both = await as('alice', [
      ...['patch', 'ta', 'sso', '--type=merge', '-p'],
      JSON.stringify({
        metadata: { annotations: { [annotation.approved]: '3' } },
        spec: { suspend: true },
      }),
    ]);
    expect(both.stderr).toContain('a request cannot change the spec and approve it');
    const approvedAtOnce = { annotations: { [annotation.approved]: '1' } };
    expect((await apply('alice', 'new', {}, approvedAtOnce)).stderr).toContain('cannot change the spec');
  });

  it('cannot be given ahead of a change', async () => {
    expect(await refused('bob', `${annotation.approved}=3`)).toContain(
      'run: kubectl annotate trustedaccess sso --overwrite trustedaccess.dev/approved=2',
    );
  });

  it('counts with the name of a second user, and only for this generation', async () => {
    const forged = `${annotation.approvedBy}=carol`;
    expect((await annotate('bob', 'sso', `${annotation.approved}=2`, forged)).stderr).toBe('');
    expect(await metadata('sso')).toEqual({
      generation: 2,
      changedBy: 'alice',
      approved: '2',
      approvedBy: 'bob',
    });
    await apply('alice', 'sso', swapTo('444444444444'));
    expect(await metadata('sso')).toMatchObject({ generation: 3, approved: '2', approvedBy: 'bob' });
  });

  it('can be withdrawn by any user, and its name goes with it', async () => {
    expect((await annotate('alice', 'sso', `${annotation.approved}-`)).stderr).toBe('');
    expect(await metadata('sso')).toEqual({ generation: 3, changedBy: 'alice' });
  });

  it('is refused for an unknown change until the spec changes', async () => {
    await admission.enforce({ policy: { rules: [{}] } });
    await apply('alice', 'unknown', {});
    await admission.enforce({ policy });
    const { stderr } = await annotate('bob', 'unknown', `${annotation.approved}=1`);
    expect(stderr).toContain('the user who changed the spec of unknown is unknown');
  });
});

describe('the deletion of a resource with Revoke', () => {
  const revoke = { deletionPolicy: 'Revoke', disable: { confirmation: 'disable' } };
  const allow = 'trustedaccess.dev/allow-deletion=revoke';
  const remove = ['delete', 'ta', 'revoking', '--wait=false'];

  it('needs an approval that covers the deletion, by a user who does not delete', async () => {
    await apply('alice', 'revoking', revoke);
    await annotate('bob', 'revoking', `${annotation.approved}=1`);
    expect((await annotate('alice', 'revoking', allow)).stderr).toContain('does not cover its deletion');
    expect((await annotate('alice', 'revoking', allow, `${annotation.approved}-`)).stderr).toBe('');
    expect((await as('alice', remove)).stderr).toContain('which a second user must approve');
    await annotate('bob', 'revoking', `${annotation.approved}=1`);
    expect((await as('bob', remove)).stderr).toContain('which a second user must approve');
    expect((await as('alice', remove)).stderr).toBe('');
  });
});

describe('before Kubernetes 1.36, which has no MutatingAdmissionPolicy on by default', () => {
  it('the chart makes none', async () => {
    const made = await render({ values: { policy }, kubeVersion: '1.35.0' });
    const kinds = made.map(({ kind }) => kind).filter((kind) => kind.includes('Admission'));
    expect(kinds).toEqual(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
  });

  it('users write their names themselves, and the API server refuses any other name', async () => {
    const stamp = ['mutatingadmissionpolicybinding', 'mutatingadmissionpolicy'];
    for (const kind of stamp) await admission.cluster.kubectl(['delete', kind, '--all']);
    const named = (name: string) => ({ annotations: { [annotation.changedBy]: name } });
    const trial = ['create', '--dry-run=server', '-f', '-'];
    await expect
      .poll(async () => (await as('alice', trial, resource('by-hand', {}))).stderr)
      .toContain('Set it to alice');
    expect((await apply('alice', 'by-hand', {}, named('bob'))).stderr).toContain('Set it to alice');
    expect((await apply('alice', 'by-hand', {}, named('alice'))).stderr).toBe('');
    const approve = `${annotation.approved}=1`;
    expect((await annotate('bob', 'by-hand', approve)).stderr).toContain('Set it to bob');
    expect((await annotate('bob', 'by-hand', approve, `${annotation.approvedBy}=bob`)).stderr).toBe('');
    expect((await annotate('alice', 'by-hand', `${annotation.approvedBy}=carol`)).stderr).toContain(
      'changes only with trustedaccess.dev/approved',
    );
  });
});
