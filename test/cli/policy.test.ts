import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NEVER, of } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { allowEverything } from '../../sandbox/aws/identity.ts';
import { reportSchema } from '../../src/cli/plan/report.ts';
import { policyCheck, policyWakeUps } from '../../src/cli/policyInForce.ts';
import type { PolicyState } from '../../src/crds/policy.ts';
import { runBinary } from '../harness/binary.ts';
import { eventually } from '../harness/eventually.ts';
import { identity, manifest, openScenario, type Scenario, security, sso } from './planFixture.ts';

let scenario: Scenario;
afterEach(() => scenario?.[Symbol.asyncDispose]());

const role = 'arn:aws:iam::111111111111:role/trusted-access';
const policy = `rules: [{ administrators: ["${security}"] }]\n`;
const administeredBy = (accountId: string) => manifest(`delegatedAdministrators: ["${accountId}"]`);

/** The executable, with a folder that has one manifest, and a policy beside it. */
async function open(declared: string, permitted = policy) {
  scenario = await openScenario({
    administrators: { [sso]: [security] },
    statements: allowEverything,
  });
  const file = await scenario.write('sso.yaml', declared);
  const policyFile = await scenario.write('policy.txt', permitted);
  return { file, policyFile };
}

describe('trusted-access plan --policy', () => {
  it('exits with 1 and names the violation on the pull request, without a call to AWS', async () => {
    const { file, policyFile } = await open(administeredBy(identity));
    const args = ['plan', '-f', file, '--policy', policyFile];
    const message = `The policy does not permit account ${identity} in spec.delegatedAdministrators.`;
    const { stdout, code } = await scenario.run(args);
    expect(stdout).toContain('✗ stops: NotPermitted');
    expect(stdout).toContain(message);
    expect(code).toBe(1);
    const markdown = await scenario.run([...args, '--markdown']);
    expect(markdown.stdout).toContain('🛑 **Stops** (`NotPermitted`)');
    const json = await scenario.run([...args, '--json']);
    const { result, resources } = reportSchema.parse(JSON.parse(json.stdout));
    expect(result).toBe('Error');
    expect(resources[0]?.stop).toMatchObject({
      reason: 'NotPermitted',
      message: expect.stringContaining(message),
    });
    expect(scenario.aws.journal.entries()).toEqual([]);
  });

  it('plans as without a policy what the policy permits', async () => {
    const { file, policyFile } = await open(administeredBy(identity), 'rules: [{}]');
    const { stdout, code } = await scenario.run(['plan', '-f', file], { TRUSTED_ACCESS_POLICY: policyFile });
    expect(stdout).toContain('1. ~ replace the delegated administrator');
    expect(code).toBe(2);
  });

  it('shows a swap that needs an approval as held, and exits with 2', async () => {
    const { file, policyFile } = await open(administeredBy(identity), 'approval: { required: [Swap] }');
    const { stdout, code } = await scenario.run(['plan', '-f', file, '--policy', policyFile]);
    expect(stdout).toContain('1. ~ replace the delegated administrator');
    expect(stdout).toContain('! held: AwaitingApproval');
    expect(stdout).toContain('Once the manifest is applied, the Ready condition shows the command');
    expect(code).toBe(2);
  });

  it('refuses a policy that is not valid in one line with the field', async () => {
    const { file, policyFile } = await open(administeredBy(security), 'rules: [{ administrator: [] }]');
    const { stdout, stderr, code } = await scenario.run(['plan', '-f', file, '--policy', policyFile]);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining(`--policy: policy file ${policyFile}: unknown field "rules[0].administrator"`),
    ]);
    expect(code).toBe(1);
  });
});

describe('trusted-access run --policy', () => {
  const once = (policyFile: string) => [
    ...['run', '--once', '--manifests', scenario.folder, '--policy', policyFile],
    ...['--metrics-bind-address', '0', '--health-probe-bind-address', '0', '--log-format', 'json'],
  ];

  it('logs the policy, changes nothing that it does not permit, and exits with 1', async () => {
    const { policyFile } = await open(administeredBy(identity));
    const { stdout, code } = await scenario.run(once(policyFile));
    expect(stdout).toMatch(/"rules":1,"msg":"policy in force"/);
    expect(code).toBe(1);
    expect(scenario.writes()).toEqual([]);
    const status = await readFile(join(scenario.folder, '.status', 'sso.yaml'), 'utf8');
    expect(status).toContain('reason: NotPermitted');
  });

  it.each([
    ['another administrator', `delegatedAdministrators: ["${identity}"]`],
    [
      'no administrator and no access',
      'access: Disabled, delegatedAdministrators: [], disable: { confirmation: disable }',
    ],
    ['a guessed external id', `organization: { roleArn: "${role}", externalId: guessed }`],
    ['a role of another account', `organization: { roleArn: "arn:aws:iam::${identity}:role/member" }`],
    ['another service', 'servicePrincipal: guardduty.amazonaws.com'],
    ['disabling although the service is in use', 'disable: { whileInUse: Allow }'],
    ['a revocation on deletion', 'deletionPolicy: Revoke, disable: { confirmation: disable }'],
  ])('makes no call to AWS for an author who declares %s', async (_, spec) => {
    const strict = `rules:
  - servicePrincipals: [${sso}]
    administrators: ["${security}"]
    roles: [{ arn: "${role}", externalId: of-the-policy }]
`;
    const { policyFile } = await open(manifest(spec), strict);
    const { code, stdout } = await scenario.run(once(policyFile));
    expect(code).toBe(1);
    expect(stdout).toContain('"reason":"NotPermitted"');
    expect(scenario.aws.journal.entries()).toEqual([]);
  });

  it('goes by a changed policy without a restart', async () => {
    const { policyFile } = await open(administeredBy(identity));
    const args = once(policyFile).filter((arg) => arg !== '--once');
    await using operator = await runBinary(args, scenario.environment);
    await operator.waitForLine(({ reason }) => reason === 'NotPermitted');
    expect(scenario.writes()).toEqual([]);
    await scenario.write('policy.txt', 'rules: [{}]');
    await eventually(() => expect(scenario.writes()).toContain('RegisterDelegatedAdministrator'));
  });

  it('carries out what the policy permits', async () => {
    const { policyFile } = await open(administeredBy(identity), 'rules: [{}]');
    const { code } = await scenario.run(once(policyFile));
    expect(code).toBe(0);
    expect(scenario.writes()).toContain('RegisterDelegatedAdministrator');
  });

  it('does not start with a policy that is not valid, and says why in one line', async () => {
    const { policyFile } = await open(administeredBy(security), 'rules: {}');
    const { stderr, code } = await scenario.run(once(policyFile));
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining(`--policy: policy file ${policyFile}: rules: Invalid value`),
    ]);
    expect(code).toBe(1);
    expect(scenario.aws.journal.entries()).toEqual([]);
  });
});

describe('a policy that changes while the operator works', () => {
  const broken: PolicyState = { kind: 'Unusable', problem: 'policy file p.yaml: no such file' };

  it('wakes every resource, those that cannot be read too', () => {
    const names: string[] = [];
    const metadata = (name: string) => ({ name }) as never;
    const list = () => [
      { kind: 'Invalid', metadata: metadata('a'), status: {} as never, problems: [] } as const,
      { kind: 'Valid', resource: { metadata: metadata('b') } as never } as const,
    ];
    policyWakeUps({ changes$: of(broken) }, { list }).wakeUps$.subscribe((name) => void names.push(name));
    expect(names).toEqual(['a', 'b']);
    policyWakeUps({ changes$: NEVER }, { list }).wakeUps$.subscribe(() => expect.unreachable());
  });

  it('makes the operator not ready while its file cannot be used', () => {
    const hash = () => '0123456789ab';
    expect(policyCheck({ state: () => broken, hash })).toEqual({
      ok: false,
      message: 'no change is permitted: policy file p.yaml: no such file',
    });
    const state = (): PolicyState => ({ kind: 'InForce', policy: {} });
    expect(policyCheck({ state, hash })).toEqual({ ok: true, message: 'policy 0123456789ab' });
  });
});
