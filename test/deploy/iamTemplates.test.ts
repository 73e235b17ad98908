import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool } from '../harness/program.ts';
import { sharedMotoUrl } from '../harness/shared.ts';
import { iam, normalized, type Policy, policy, policyPaths } from './iamPolicies.ts';
import { byCloudFormation, byTerraform, evaluate, unformatted } from './iamTemplates.ts';

describe('JSON, CloudFormation and Terraform', () => {
  const cluster = 'arn:aws:eks:eu-west-1:111111111111:cluster/platform';
  const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
  const remote = 'arn:aws:iam::222222222222:role/trusted-access-operator';
  const other = 'arn:aws:iam::111111111111:role/trusted-access-operator';
  const bus = 'arn:aws:events:us-east-1:111111111111:event-bus/trusted-access-notifications';
  const organization = 'o-exampleorgid';
  const events = 'trusted-access-events';
  const accountArn = `arn:aws:organizations::111111111111:account/${organization}`;
  const administratorArn = `${accountArn}/222222222222`;

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
      { Trust: 'IRSA', OidcProvider: issuer, EventsName: events, AdministratorArns: administratorArn },
      { irsa: { oidc_provider: issuer }, events_name: events, administrators: ['222222222222'] },
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
        AdministratorArns: administratorArn,
      },
      {
        access: 'CorrectAndDisable',
        cross_account: { role_arn: remote, external_id: 'exampleExternalId' },
        other_role_arns: [other],
        notify_bus_arn: bus,
        events_name: events,
        event_setup_policy: true,
        administrators: ['222222222222'],
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

  it('allow every account of the organization when no administrators are named, and several by their ids', async () => {
    const changes = ({ allowed }: { readonly allowed: Policy }) =>
      allowed.Statement.find(({ Sid }) => Sid === 'ChangeAdministrators')?.Resource;
    const given = { OrganizationId: organization, ClusterArn: cluster };
    const byStack = async (parameters: Readonly<Record<string, string>>) => {
      const stack = await byCloudFormation(sharedMotoUrl(), { ...given, ...parameters });
      return [changes(stack)].flat().map((arn) => String(arn).replaceAll('123456789012', '111111111111'));
    };
    const byModule = async (variables: object) =>
      changes(
        await byTerraform({
          organization_id: organization,
          pod_identity: { cluster_arn: cluster },
          ...variables,
        }),
      );
    const both = [administratorArn, `${accountArn}/333333333333`];
    expect(await byStack({})).toEqual([`${accountArn}/*`]);
    expect(await byModule({})).toEqual([`${accountArn}/*`]);
    expect(await byStack({ AdministratorArns: both.join(',') })).toEqual(both);
    expect(await byModule({ administrators: ['222222222222', '333333333333'] })).toEqual(both);
  });

  it('refuse a service that is not named, and an access level that does not exist', async () => {
    const refused = async (variables: object) => (await evaluate(join(iam, 'terraform'), variables)).refused;
    expect(await refused({ service_principals: ['*'] })).toEqual(['service_principals']);
    expect(await refused({ access: 'Everything' })).toEqual(['access']);
    expect(await refused({ organization_id: 'r-root' })).toEqual(['organization_id']);
    expect(await refused({ administrators: ['*'] })).toEqual(['administrators']);
    expect(await refused({ administrators: [] })).toEqual(['administrators']);
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
    const {
      'events/setup-policy': setup,
      'events/consumer-policy': consumer,
      ...others
    } = await judged(policies);
    expect(others).toEqual(Object.fromEntries(Object.keys(others).map((path) => [path, []])));
    // Which trail will turn out to matter is not known beforehand.
    expect(consumer).toEqual([expect.stringMatching(/^LOW RESOURCE_STAR.*cloudtrail:GetTrailStatus/)]);
    expect(setup).toEqual([expect.stringMatching(/^LOW RESOURCE_STAR.*GetEventSelectors.*GetTrailStatus/)]);
    const text = JSON.stringify(policy('policies/correct')).replace('RegisterDelegated', 'RegisterDelegate');
    const { broken } = await judged({ broken: JSON.parse(text) });
    expect(broken?.join()).toContain('UNKNOWN_ACTION');
  });

  it('cfn-lint finds nothing in the templates', async () => {
    const paths = [
      'cloudformation.yaml',
      'events/cloudformation.yaml',
      'events/forwarding/cloudformation.yaml',
    ].map((path) => join(iam, path));
    const main = 'from cfnlint.runner import main; main()';
    const found = await runTool('moto', ['-c', main, ...paths], { timeoutMs: 60_000 });
    expect(found).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('Terraform’s formatter would change nothing', async () => {
    expect(await unformatted(join(iam, 'terraform'))).toEqual([]);
    expect(await unformatted(join(iam, 'events/terraform'))).toEqual([]);
    expect(await unformatted(join(iam, 'events/forwarding/terraform'))).toEqual([]);
  });
});
