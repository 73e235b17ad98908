import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/aws/operations.ts';
import { services } from '../../src/crds/services.ts';
import { manifest, openAws } from '../cluster/fixture.ts';
import { runToEnd } from '../harness/binary.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { apiCalls } from './apiCalls.ts';
import { actionsIn, type Policy, policy, policyPaths, simulated } from './iamPolicies.ts';

const levels = {
  Observe: policy('policies/observe'),
  Correct: policy('policies/correct'),
  CorrectAndDisable: policy('policies/correct-and-disable'),
};
const sorted = (words: Iterable<string>) => [...new Set(words)].toSorted();

describe('the permissions in the policies', () => {
  it('are exactly those that the calls in the code need', async () => {
    const calls = await apiCalls();
    // Every caller may ask for its own identity; only doctor simulates, and it works without.
    const ungranted = ['sts:GetCallerIdentity', 'iam:SimulatePrincipalPolicy'];
    const needed = [...calls.keys()].filter((action) => !ungranted.includes(action));
    expect(calls.get('iam:SimulatePrincipalPolicy')).toEqual(['cli/doctor/policySimulation.ts']);
    // No calls, but AWS asks for the first when a session with transitive tags assumes a role, as those of Pod Identity,
    // for the second with a target that has a role, for the third with a role that is created with tags.
    const besides = ['sts:TagSession', 'iam:PassRole', 'iam:TagRole'];
    expect(sorted(actionsIn(...policyPaths.map(policy)))).toEqual(sorted([...needed, ...besides]));
  });

  it('are for the operator alone those that it names when one is missing', async () => {
    const named = Object.values(operations).map(({ action }) => action);
    const calls = [...(await apiCalls())].filter(([, files]) =>
      files.some((file) => file.startsWith('aws/')),
    );
    expect(sorted(calls.map(([action]) => action))).toEqual(sorted(named));
  });

  it('grow with the level: observe changes nothing, correct all but disabling, and only for the named services', () => {
    const writes = Object.values(operations).flatMap((each) => ('write' in each ? [each.action] : []));
    const changes = (of: Policy) =>
      actionsIn(of).filter((action) => writes.some((write) => write === action));
    expect(changes(levels.Observe)).toEqual([]);
    expect(sorted(changes(levels.Correct))).toEqual(
      sorted(writes.filter((action) => action !== 'organizations:DisableAWSServiceAccess')),
    );
    expect(sorted(changes(levels.CorrectAndDisable))).toEqual(sorted(writes));
    expect(levels.Correct.Statement).toEqual(expect.arrayContaining([...levels.Observe.Statement]));
    expect(levels.CorrectAndDisable.Statement).toEqual(expect.arrayContaining([...levels.Correct.Statement]));
    for (const { Action, Condition } of levels.CorrectAndDisable.Statement) {
      const isChange = writes.some((write) => [Action].flat().some((action) => action === write));
      const only = isChange ? { 'organizations:ServicePrincipal': ['sso.amazonaws.com'] } : undefined;
      expect(Condition?.['StringEquals']).toEqual(only);
    }
  });

  it('name each service-linked role that is read', () => {
    const looked = services.flatMap(({ principal, serviceLinkedRole }) =>
      serviceLinkedRole === undefined ? [] : [`${principal}/${serviceLinkedRole}`],
    );
    const { Resource } = levels.Observe.Statement.find(({ Sid }) => Sid === 'SeeServiceLinkedRole') ?? {};
    expect([Resource].flat()).toEqual(
      looked.map((role) => `arn:aws:iam::111111111111:role/aws-service-role/${role}`),
    );
  });
});

describe('with just the permissions of its level, the operator', () => {
  const once = async (level: Policy, spec: string, prepare: (ask: Ask) => void = () => {}) => {
    await using aws = await openAws(simulated(level));
    prepare(aws.outsider);
    const folder = await mkdtemp(join(tmpdir(), 'trusted-access-iam-'));
    const remove = removeWithUs(folder);
    await writeFile(join(folder, 'sso.yaml'), manifest({ spec }));
    const off = ['--metrics-bind-address=0', '--health-probe-bind-address=0'];
    const { code, stdout, stderr } = await runToEnd(
      ['run', '--once', '--manifests', folder, ...off],
      aws.environment,
    );
    await remove();
    return { code, log: stdout + stderr, enabled: aws.isEnabled(), administrators: aws.administrators() };
  };
  type Ask = Awaited<ReturnType<typeof openAws>>['outsider'];
  const enabled = (ask: Ask) => void ask('EnableAWSServiceAccess');
  const disabled = 'access: Disabled, disable: { confirmation: disable, whileInUse: Allow }';

  it('observes', async () => {
    const seen = await once(levels.Observe, 'driftPolicy: Observe', enabled);
    expect(seen).toMatchObject({ code: 0, enabled: true });
    expect(seen.log).not.toContain('AccessDenied');
  });

  it('may not correct when it may only observe, and says the missing part', async () => {
    const refused = await once(levels.Observe, '');
    expect(refused).toMatchObject({ code: 1, enabled: false });
    expect(refused.log).toContain('organizations:EnableAWSServiceAccess');
  });

  it('enables, and delegates', async () => {
    const spec = 'delegatedAdministrators: ["222222222222"]';
    expect(await once(levels.Correct, spec)).toMatchObject({
      code: 0,
      enabled: true,
      administrators: ['222222222222'],
    });
  });

  it('registers no account that the policy does not name, and reports the missing permission', async () => {
    const refused = await once(levels.Correct, 'delegatedAdministrators: ["333333333333"]', enabled);
    expect(refused).toMatchObject({ code: 1, administrators: [] });
    expect(refused.log).toContain('organizations:RegisterDelegatedAdministrator');
  });

  it('swaps no administrator that it could not register again, and opens no gap', async () => {
    const registered = (ask: Ask) => {
      enabled(ask);
      ask('RegisterDelegatedAdministrator', { AccountId: '333333333333' });
    };
    const spec = 'delegatedAdministrators: ["222222222222"]';
    const refused = await once(levels.Correct, spec, registered);
    expect(refused).toMatchObject({ code: 1, administrators: ['333333333333'] });
    expect(refused.log).toContain('organizations:DeregisterDelegatedAdministrator');
  });

  it('touches no service that is not named [F-A1c]', async () => {
    const refused = await once(levels.CorrectAndDisable, 'servicePrincipal: backup.amazonaws.com');
    expect(refused.code).toBe(1);
    expect(refused.log).toContain('organizations:EnableAWSServiceAccess');
  });

  it('disables only when that is allowed too', async () => {
    const refused = await once(levels.Correct, disabled, enabled);
    expect(refused).toMatchObject({ code: 1, enabled: true });
    expect(refused.log).toContain('organizations:DisableAWSServiceAccess');
    expect(await once(levels.CorrectAndDisable, disabled, enabled)).toMatchObject({
      code: 0,
      enabled: false,
    });
  });
});
