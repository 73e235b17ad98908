import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/aws/operations.ts';
import { services } from '../../src/crds/services.ts';
import { manifest, openAws } from '../cluster/fixture.ts';
import { runToEnd } from '../harness/binary.ts';
import { runTool } from '../harness/program.ts';
import { removeWithUs } from '../harness/reaper.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { apiCalls } from './apiCalls.ts';
import { actionsIn, iam, normalized, type Policy, policy, policyPaths, simulated } from './iamPolicies.ts';
import { byCloudFormation, byTerraform, evaluate, unformatted } from './iamTemplates.ts';

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
    // No call, but asked for when a role is assumed by a session with transitive tags, as those of Pod Identity.
    const withTags = [...needed, 'sts:TagSession'];
    expect(sorted(actionsIn(...policyPaths.map(policy)))).toEqual(sorted(withTags));
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

describe('JSON, CloudFormation and Terraform', () => {
  const cluster = 'arn:aws:eks:eu-west-1:111111111111:cluster/platform';
  const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
  const remote = 'arn:aws:iam::222222222222:role/trusted-access-operator';
  const other = 'arn:aws:iam::111111111111:role/trusted-access-operator';
  const bus = 'arn:aws:events:us-east-1:111111111111:event-bus/trusted-access-notifications';
  const organization = 'o-exampleorgid';
  const events = 'trusted-access-events';

  const cases: readonly [string, { allowed: string[]; trust: string; setup?: string }, object, object][] = [
    [
      'observe, by Pod Identity',
      { allowed: ['policies/observe'], trust: 'trust/pod-identity' },
      { Access: 'Observe', ClusterArn: cluster },
      { access: 'Observe', pod_identity: { cluster_arn: cluster } },
    ],
    [
      'correct, by IRSA, hearing events',
      { allowed: ['policies/correct', 'events/consumer-policy'], trust: 'trust/irsa' },
      { Trust: 'IRSA', OidcProvider: issuer, EventsName: events },
      { irsa: { oidc_provider: issuer }, events_name: events },
    ],
    [
      'correct and disable, from another account, notifying, with all there is',
      {
        allowed: [
          'policies/correct-and-disable',
          'policies/several-organizations',
          'policies/notify',
          'events/consumer-policy',
        ],
        trust: 'trust/cross-account',
        setup: 'events/setup-policy',
      },
      {
        Access: 'CorrectAndDisable',
        Trust: 'CrossAccount',
        TrustedRoleArn: remote,
        ExternalId: 'exampleExternalId',
        OtherRoleArns: other,
        NotifyBusArn: bus,
        EventsName: events,
        EventSetupPolicy: 'Yes',
      },
      {
        access: 'CorrectAndDisable',
        cross_account: { role_arn: remote, external_id: 'exampleExternalId' },
        other_role_arns: [other],
        notify_bus_arn: bus,
        events_name: events,
        event_setup_policy: true,
      },
    ],
  ];

  it.each(cases)('agree: %s', async (_, expected, parameters, variables) => {
    const wanted = {
      allowed: normalized(expected.allowed.map(policy)),
      trust: normalized([policy(expected.trust)]),
      setup: normalized(expected.setup === undefined ? [] : [policy(expected.setup)]),
    };
    const inForm = ({ allowed, trust, setup }: Awaited<ReturnType<typeof byTerraform>>) => ({
      allowed: normalized([allowed]),
      trust: normalized([trust]),
      setup: normalized(setup ? [setup] : []),
    });
    const terraform = await byTerraform({ organization_id: organization, ...variables });
    expect(inForm(terraform)).toEqual(wanted);
    const stack = await byCloudFormation(sharedMotoUrl(), { OrganizationId: organization, ...parameters });
    // moto's account is another one.
    const asOurs = JSON.parse(JSON.stringify(stack).replaceAll('123456789012', '111111111111'));
    expect(inForm(asOurs)).toEqual(wanted);
  });

  it('refuse a service that is not named, and an access level that does not exist', async () => {
    const refused = async (variables: object) => (await evaluate(join(iam, 'terraform'), variables)).refused;
    expect(await refused({ service_principals: ['*'] })).toEqual(['service_principals']);
    expect(await refused({ access: 'Everything' })).toEqual(['access']);
    expect(await refused({ organization_id: 'r-root' })).toEqual(['organization_id']);
    expect(await refused({})).toEqual([]);
  });
});

describe('lint', () => {
  it('parliament finds no unknown action, resource or condition in the policies', async () => {
    const judge = join(import.meta.dirname, '../tools/parliament/judge.py');
    const judged = async (policies: object): Promise<Record<string, string[]>> => {
      const { code, stdout, stderr } = await runTool('parliament', [judge], {
        stdin: JSON.stringify(policies),
      });
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const policies = Object.fromEntries(policyPaths.map((path) => [path, policy(path)]));
    const { 'events/setup-policy': setup, ...others } = await judged(policies);
    expect(others).toEqual(Object.fromEntries(Object.keys(others).map((path) => [path, []])));
    // Which trail will turn out to matter is not known beforehand.
    expect(setup).toEqual([expect.stringMatching(/^LOW RESOURCE_STAR.*GetEventSelectors.*GetTrailStatus/)]);
    const text = JSON.stringify(levels.Correct).replace('RegisterDelegated', 'RegisterDelegate');
    const { broken } = await judged({ broken: JSON.parse(text) });
    expect(broken?.join()).toContain('UNKNOWN_ACTION');
  });

  it('cfn-lint finds nothing in the templates', async () => {
    const paths = ['cloudformation.yaml', 'events/cloudformation.yaml'].map((path) => join(iam, path));
    const main = 'from cfnlint.runner import main; main()';
    const found = await runTool('moto', ['-c', main, ...paths], { timeoutMs: 60_000 });
    expect(found).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('Terraform’s formatter would change nothing', async () => {
    expect(await unformatted(join(iam, 'terraform'))).toEqual([]);
    expect(await unformatted(join(iam, 'events/terraform'))).toEqual([]);
  });
});
