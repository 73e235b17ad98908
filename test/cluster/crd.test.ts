import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { crdYaml } from '../../src/cli/crd.ts';
import { parseTrustedAccess } from '../../src/crds/validate.ts';
import { accepted, type Case, refused } from '../crds/manifests.ts';
import { eventually } from '../harness/eventually.ts';
import { sharedCluster } from '../harness/shared.ts';
import { api, collection } from './api.ts';

const cluster = sharedCluster();
const names: string[] = [];

const manifest = (name: string, spec: unknown, extra: object = {}) => ({
  apiVersion: 'trustedaccess.dev/v1alpha1',
  kind: 'TrustedAccess',
  metadata: { name },
  ...(spec !== undefined && { spec }),
  ...extra,
});

async function serverSays({ spec, old }: Case): Promise<string> {
  const query = 'dryRun=All&fieldValidation=Strict';
  if (!old) {
    const { code, body } = await api(cluster, 'POST', `${collection}?${query}`, manifest('case', spec));
    return code < 300 ? '' : (body.message ?? String(code));
  }
  const made = await api(cluster, 'POST', collection, manifest('before', old));
  const resourceVersion = made.body.metadata?.resourceVersion;
  const next = manifest('before', spec, { metadata: { name: 'before', resourceVersion } });
  const { code, body } = await api(cluster, 'PUT', `${collection}/before?${query}`, next);
  await api(cluster, 'DELETE', `${collection}/before`);
  return code < 300 ? '' : (body.message ?? String(code));
}

async function validatorSays({ spec, old }: Case): Promise<string> {
  const before = old && (await parseTrustedAccess(manifest('before', old)));
  const parsed = await parseTrustedAccess(manifest('before', spec), {
    old: before?.kind === 'Valid' ? before.resource : undefined,
  });
  return parsed.kind === 'Valid' ? '' : parsed.problems.map(({ message }) => message).join(', ');
}

beforeAll(async () => {
  await cluster.apply(crdYaml());
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd/trustedaccesses.trustedaccess.dev']);
  await eventually(async () => {
    expect((await api(cluster, 'GET', collection)).code).toBe(200);
  });
});

afterAll(async () => {
  if (names.length > 0) await cluster.kubectl(['delete', 'ta', ...names]);
});

describe('the CRD in a real API server', () => {
  it('is a structural schema whose rules are cheap enough', async () => {
    const { stdout } = await cluster.kubectl(['get', 'crd/trustedaccesses.trustedaccess.dev', '-o', 'json']);
    const conditions: { type: string; status: string }[] = JSON.parse(stdout).status.conditions;
    expect(Object.fromEntries(conditions.map(({ type, status }) => [type, status]))).toMatchObject({
      Established: 'True',
      NamesAccepted: 'True',
    });
    // NonStructuralSchema appears only when the schema is not structural.
    expect(conditions.map(({ type }) => type)).not.toContain('NonStructuralSchema');
  });
});

/** The list of problems out of the API server's sentence about them. */
function problemsIn(message: string): string {
  return message
    .replace(/^.*? is invalid: |^.*strict decoding error: /, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/, <nil>: Invalid value: null: some validation rules were not checked.*$/, '')
    .replace(/(, )?spec\.interval: Invalid value: "string": type conversion error/, '$1<not evaluated>');
}

describe('a manifest gets one verdict, from the API server and from the folder of manifests', () => {
  it.each([...accepted, ...refused])('$title', async (item) => {
    const [server, validator] = await Promise.all([serverSays(item), validatorSays(item)]);
    expect(server === '').toBe(item.refused === undefined);
    for (const words of item.refused ?? []) expect(server).toContain(words);
    const unevaluated = problemsIn(server).includes('<not evaluated>');
    if (unevaluated) expect(validator).toMatch(/^spec\.interval: /);
    else expect(validator).toBe(problemsIn(server));
  });
});

describe('a person at kubectl', () => {
  const kubectl = async (...args: string[]) => (await cluster.kubectl(args)).stdout;
  const apply = async (name: string, spec: object) => {
    names.push(name);
    return cluster.kubectl(['apply', '-f', '-'], stringify(manifest(name, spec)));
  };

  it('is taught by explain', async () => {
    // The API server publishes the schema of a new CRD a moment after it is established.
    const explained = await eventually(async () => {
      const { code, stdout, stderr } = await cluster.kubectl(['explain', 'ta.spec.disable']);
      if (code !== 0) throw new Error(stderr);
      return stdout;
    });
    const said = explained.replaceAll(/\s+/g, ' ');
    expect(said).toContain('stops sign-in to AWS accounts through IAM Identity Center');
    expect(said).toContain('The word `disable`, as in the AWS console.');
    expect(said).toContain('enum: Refuse, Allow');
    expect(await kubectl('explain', 'ta.metadata.name')).toContain('Name must be unique');
  });

  it('sees the defaults in what was stored', async () => {
    await apply('crd-defaults', {});
    expect(JSON.parse(await kubectl('get', 'ta/crd-defaults', '-o', 'jsonpath={.spec}'))).toEqual({
      servicePrincipal: 'sso.amazonaws.com',
      access: 'Enabled',
      driftPolicy: 'Correct',
      deletionPolicy: 'Retain',
      interval: '1h',
      suspend: false,
    });
  });

  it('is reported what would break', async () => {
    const { code, stderr } = await apply('crd-refused', { access: 'Disabled' });
    expect(code).toBe(1);
    expect(stderr).toContain('users can no longer sign in to AWS');
    names.pop();
  });

  it('reads the state at a glance, and who drifted it with -o wide', async () => {
    await apply('crd-columns', { delegatedAdministrators: ['222222222222'] });
    const at = new Date().toISOString();
    const condition = { lastTransitionTime: at, message: '', reason: 'InSync', status: 'True' };
    const status = {
      access: { state: 'Enabled' },
      administrators: '222222222222',
      organization: { id: 'o-exampleorgid', managementAccountId: '111111111111', partition: 'aws' },
      lastDrift: {
        kind: 'AccessDisabled',
        detectedAt: at,
        firstDetectedAt: at,
        count: 1,
        detectedBy: 'Event',
        by: 'eve',
      },
      conditions: [
        { ...condition, type: 'Ready' },
        { ...condition, type: 'EventDriven', reason: 'EventsProven' },
      ],
    };
    const patch = [
      'patch',
      'ta/crd-columns',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ];
    expect((await cluster.kubectl(patch)).stderr).toBe('');
    const rows = async (...more: string[]) =>
      (await kubectl('get', 'aws', ...more))
        .split('\n')
        .filter((line) => /^NAME|^crd-columns/.test(line))
        .map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
    const [header, row] = await rows();
    expect(header).toEqual(['NAME', 'PRINCIPAL', 'ACCESS', 'ADMINISTRATORS', 'READY', 'REASON', 'AGE']);
    expect(row?.slice(0, 6)).toEqual([
      'crd-columns',
      'sso.amazonaws.com',
      'Enabled',
      '222222222222',
      'True',
      'InSync',
    ]);
    const [wideHeader, wide] = await rows('-o', 'wide');
    expect(wideHeader?.slice(6)).toEqual(['ORGANIZATION', 'EVENTS', 'LAST DRIFT', 'BY', 'AGE']);
    expect(wide?.slice(6, 8)).toEqual(['o-exampleorgid', 'True']);
    expect(wide?.[8]).toMatch(/^\d+s$/);
    expect(wide?.[9]).toBe('eve');
  });

  it('cannot write the status by applying a manifest', async () => {
    names.push('crd-status');
    const text = stringify(manifest('crd-status', {}, { status: { administrators: 'me' } }));
    await cluster.apply(text);
    expect(await kubectl('get', 'ta/crd-status', '-o', 'jsonpath={.status}')).toBe('');
  });
});
