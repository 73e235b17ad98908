import type { Check } from '../check.ts';
import { type Finding, fail, ok, skip, warn } from '../finding.ts';
import { type PolicyAnswer, type PolicyQuestion, servicePrincipalKey } from '../policySimulation.ts';

/** What correct.json allows; disabling is a level of its own. */
const writeActions = [
  'organizations:EnableAWSServiceAccess',
  'organizations:RegisterDelegatedAdministrator',
  'organizations:DeregisterDelegatedAdministrator',
];
/** Those that a policy may limit to accounts. */
const accountActions = writeActions.slice(1);
const disableAction = 'organizations:DisableAWSServiceAccess';
const allActions = [...writeActions, disableAction];

/** A write cannot be probed without changing something, so IAM is asked instead. */
export const writes: Check = {
  name: 'writes',
  title: 'permissions to write',
  group: 'AWS',
  needs: ['management-account'],
  async run({ aws, options: { roleArn, servicePrincipal } }) {
    const { arn, account } = await aws.identity();
    const { id = '*', managementAccountId = '*', partition = 'aws' } = (await aws.organization()) ?? {};
    // The policy may name the accounts. A swap needs the permissions for the present administrator too.
    const [administrator] = await aws.administrators();
    const question = {
      principal: roleArn ?? arn,
      account,
      actions: allActions,
      resource: `arn:${partition}:organizations::${managementAccountId}:account/${id}/${administrator ?? managementAccountId}`,
      servicePrincipal,
    };
    return writesFinding(question, await aws.simulatePolicy(question), administrator !== undefined);
  },
};

/**
 * Judges by the levels of deploy/iam/policies: what a level leaves out is no fault. Fails where a part of the level
 * `correct` is missing. @param isAdministrator whether IAM was asked about a delegated administrator
 */
export function writesFinding(
  question: PolicyQuestion,
  answer: PolicyAnswer,
  isAdministrator: boolean,
): Finding {
  if (answer.kind === 'Unknown') return unchecked(question, answer);
  const { servicePrincipal } = question;
  const { denied } = answer;
  const needed = denied.filter((action) => action !== disableAction);
  if (needed.length === 0) {
    const left = denied.length > 0 ? `, and not ${disableAction}, which only disabling needs` : '';
    const allowed = allActions.filter((action) => !denied.includes(action));
    return ok(`IAM allows ${allowed.join(', ')} for ${servicePrincipal}${left}`);
  }
  const found = `IAM denies ${denied.join(', ')} for ${servicePrincipal}`;
  const remedy = `grant ${needed.join(', ')} with the condition ${servicePrincipalKey} ${servicePrincipal}: deploy/iam/policies/correct.json`;
  if (!isAdministrator && needed.every((action) => accountActions.includes(action))) {
    return warn(
      `${found} and account ${question.resource.split('/').at(-1)}; a policy that names its administrators allows these actions for them only`,
      `ask for an account that you declare: ${simulateCommand(question)}`,
    );
  }
  return needed.length === writeActions.length
    ? warn(`${found}: the operator can only observe`, remedy, 'driftPolicy: Observe needs none of them')
    : fail(found, remedy);
}

function unchecked(question: PolicyQuestion, { why, grant }: PolicyAnswer & { kind: 'Unknown' }): Finding {
  return skip(
    `cannot be checked without a change: ${allActions.join(', ')}; ${why}`,
    `ask IAM instead: ${simulateCommand(question)}`,
    `for access: Disabled or deletionPolicy: Revoke, also check ${disableAction} too`,
    ...(grant === undefined ? [] : [`to let doctor ask IAM, grant ${grant} (optional)`]),
  );
}

/** With the condition key and the resource that the policies of deploy/iam are bound to: without them IAM says no. */
function simulateCommand({ principal, resource, servicePrincipal }: PolicyQuestion): string {
  const key = `ContextKeyName=${servicePrincipalKey},ContextKeyValues=${servicePrincipal},ContextKeyType=string`;
  return [
    `aws iam simulate-principal-policy --policy-source-arn ${policySource(principal)}`,
    `--action-names ${writeActions.join(' ')}`,
    `--resource-arns ${resource}`,
    `--context-entries ${key}`,
  ].join(' ');
}

/** Whose policies a session has, as a word of a shell: a path of the role is not in the session's ARN, so IAM is asked. */
export function policySource(arn: string): string {
  const session = /^arn:[\w-]+:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn);
  return session ? `"$(aws iam get-role --role-name ${session[1]} --query Role.Arn --output text)"` : arn;
}
