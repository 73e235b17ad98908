import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { resetMoto } from '../harness/moto.ts';
import { runTool } from '../harness/program.ts';
import { iam, type Policy } from './iamPolicies.ts';

/** What a deployment made. */
export interface Made {
  readonly trust: Policy;
  readonly allowed: Policy;
  readonly setup: Policy | undefined;
}

const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };

/** One call of the CloudFormation query API; moto asks for the service in the credential scope and for no signature. */
async function cloudFormation(motoUrl: string, Action: string, parameters: Readonly<Record<string, string>>) {
  const response = await fetch(motoUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Action, Version: '2010-05-15', ...parameters }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** Creates the stack on moto and reads back what IAM has then. */
export async function byCloudFormation(
  motoUrl: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Made> {
  const StackName = 'trusted-access-operator';
  const RoleName = 'trusted-access-operator';
  const pairs = Object.entries(parameters).flatMap(([key, value], index) => [
    [`Parameters.member.${index + 1}.ParameterKey`, key],
    [`Parameters.member.${index + 1}.ParameterValue`, value],
  ]);
  await resetMoto(motoUrl);
  await cloudFormation(motoUrl, 'CreateStack', {
    StackName,
    TemplateBody: readFileSync(join(iam, 'cloudformation.yaml'), 'utf8'),
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    ...Object.fromEntries(pairs),
  });
  const client = new IAMClient({ endpoint: motoUrl, region: 'us-east-1', credentials });
  const { Role } = await client.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
  const document = async (PolicyName = '') => {
    const got = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    return decoded(got.PolicyDocument);
  };
  const allowed = await document(PolicyNames[0]);
  const outputs = await cloudFormation(motoUrl, 'DescribeStacks', { StackName });
  const PolicyArn = /<OutputValue>(arn:aws:iam::\d+:policy\/[^<]+)/.exec(outputs)?.[1];
  const version =
    PolicyArn && (await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' })));
  return {
    trust: decoded(Role?.AssumeRolePolicyDocument),
    allowed,
    setup: version ? decoded(version.PolicyVersion?.Document) : undefined,
  };
}

/** moto prints an inline policy of a stack as Python would, with None where CloudFormation has nothing, and a document given as text once more in quotes. */
const decoded = (text = ''): Policy => {
  const plain = decodeURIComponent(text);
  const value = JSON.parse(
    plain.startsWith("{'") ? plain.replaceAll("'", '"').replaceAll(', None', '') : plain,
  );
  return typeof value === 'string' ? JSON.parse(value) : value;
};

/** As HashiCorp's language library evaluates the folder. */
export interface Evaluated {
  /** Variables whose validation fails. */
  readonly refused: readonly string[];
  readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export async function evaluate(folder: string, variables: object): Promise<Evaluated> {
  const data = {
    aws_partition: { current: { partition: 'aws' } },
    aws_caller_identity: { current: { account_id: '111111111111' } },
  };
  const stdin = JSON.stringify({ var: variables, data });
  const { code, stdout, stderr } = await runTool('hcl', [folder], { stdin });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Files that Terraform's formatter would change. */
export async function unformatted(folder: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runTool('hcl', ['fmt', folder]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout).unformatted;
}

export async function byTerraform(variables: object): Promise<Made> {
  const { resources, refused } = await evaluate(join(iam, 'terraform'), variables);
  if (refused.length > 0) throw new Error(`refused: ${refused.join(', ')}`);
  const read = (resource: string, attribute: string) =>
    JSON.parse(resources[resource]?.[attribute] ?? 'null') ?? undefined;
  return {
    trust: read('aws_iam_role.operator', 'assume_role_policy'),
    allowed: read('aws_iam_role_policy.operator', 'policy'),
    setup: read('aws_iam_policy.setup', 'policy'),
  };
}
