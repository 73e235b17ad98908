import type { IAMClient, SimulatePrincipalPolicyCommandOutput } from '@aws-sdk/client-iam';
import { iamClient } from '../../aws/clients.ts';
import type { AwsCloud } from '../../aws/cloud.ts';
import { kindOfName } from '../../awsApi/errorNames.ts';
import { failureOf } from '../../awsApi/failure.ts';
import { organizationsRegion, partitionOfArn } from '../../awsApi/partitions.ts';
import type { OrganizationTarget } from '../../controller/ports.ts';

/** One question to IAM, the same as the printed `aws iam simulate-principal-policy` command. */
export interface PolicyQuestion {
  /** ARN of the user, role or session whose policies IAM evaluates. */
  readonly principal: string;
  readonly account: string;
  readonly actions: readonly string[];
  readonly resource: string;
  readonly servicePrincipal: string;
}

export type PolicyAnswer =
  /** The actions that IAM denies; none: it allows all. */
  | { readonly kind: 'Answered'; readonly denied: readonly string[] }
  | { readonly kind: 'Unknown'; readonly why: string; readonly grant?: string };

export const simulateAction = 'iam:SimulatePrincipalPolicy';

/** The context key that the policies of deploy/iam are bound to: without it IAM denies every change. */
export const servicePrincipalKey = 'organizations:ServicePrincipal';

/** Asks IAM whether its policies allow the actions; changes nothing. Rejects with the signal's reason only. */
export async function simulatePolicy(
  cloud: AwsCloud,
  target: OrganizationTarget | undefined,
  question: PolicyQuestion,
  signal: AbortSignal,
): Promise<PolicyAnswer> {
  try {
    const region = organizationsRegion(partitionOfArn(question.principal) ?? 'aws');
    const client = await iamClient(await cloud.clientSettings(target, region));
    const source = await sourceOf(client, question, signal);
    if (source === undefined)
      return unknown(`IAM simulates only users and roles of account ${question.account}`);
    return judge(question.actions, await evaluations(client, source, question, signal));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { name, text } = failureOf(error);
    if (kindOfName(name) !== 'Denied') return unknown(`${simulateAction}: ${text}`);
    return { ...unknown(`${simulateAction} is not permitted`), grant: simulateAction };
  }
}

function unknown(why: string) {
  return { kind: 'Unknown', why } as const;
}

/** Whose policies a principal has; undefined for root users, federated users and principals of other accounts. */
async function sourceOf(
  client: IAMClient,
  { principal, account }: PolicyQuestion,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [, partition, service, owner, resource = ''] =
    /^arn:([\w-]+):(iam|sts)::(\d{12}):(.+)$/.exec(principal) ?? [];
  if (owner !== account) return undefined;
  if (service === 'iam') return /^(user|role)\//.test(resource) ? principal : undefined;
  const [kind, name] = resource.split('/');
  if (kind !== 'assumed-role' || !name) return undefined;
  return (await roleArn(client, name, signal)) ?? `arn:${partition}:iam::${account}:role/${name}`;
}

/** With the role's path, which is not in the ARN of a session; undefined where it may not be read. */
async function roleArn(client: IAMClient, name: string, signal: AbortSignal): Promise<string | undefined> {
  const { GetRoleCommand } = await import('@aws-sdk/client-iam');
  try {
    const { Role } = await client.send(new GetRoleCommand({ RoleName: name }), { abortSignal: signal });
    return Role?.Arn;
  } catch (error) {
    if (kindOfName(failureOf(error).name) === 'Denied') return undefined;
    throw error;
  }
}

type Evaluation = NonNullable<SimulatePrincipalPolicyCommandOutput['EvaluationResults']>[number];

async function evaluations(
  client: IAMClient,
  source: string,
  { actions, resource, servicePrincipal }: PolicyQuestion,
  signal: AbortSignal,
): Promise<readonly Evaluation[]> {
  const { SimulatePrincipalPolicyCommand } = await import('@aws-sdk/client-iam');
  const found: Evaluation[] = [];
  let Marker: string | undefined;
  do {
    const command = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: source,
      ActionNames: [...actions],
      ResourceArns: [resource],
      ContextEntries: [
        {
          ContextKeyName: servicePrincipalKey,
          ContextKeyValues: [servicePrincipal],
          ContextKeyType: 'string',
        },
      ],
      Marker,
    });
    const page: SimulatePrincipalPolicyCommandOutput = await client.send(command, { abortSignal: signal });
    found.push(...(page.EvaluationResults ?? []));
    Marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (Marker !== undefined);
  return found;
}

/** Unknown where IAM left an action out, or denied one for lack of a context key that only a real call has. */
export function judge(
  actions: readonly string[],
  found: readonly Pick<Evaluation, 'EvalActionName' | 'EvalDecision' | 'MissingContextValues'>[],
): PolicyAnswer {
  const denied: string[] = [];
  for (const action of actions) {
    const one = found.find(({ EvalActionName }) => EvalActionName?.toLowerCase() === action.toLowerCase());
    if (one?.EvalDecision === undefined) return unknown(`${simulateAction} did not answer for ${action}`);
    if (one.EvalDecision === 'allowed') continue;
    const missing = one.MissingContextValues ?? [];
    if (missing.length > 0)
      return unknown(`${action} depends on ${missing.join(', ')}, which a simulation lacks`);
    denied.push(action);
  }
  return { kind: 'Answered', denied };
}
