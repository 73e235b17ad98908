import { AwsError } from './awsError.ts';
import { allows, type Statement } from './identity.ts';
import { text } from './inputs.ts';
import type { Call, Members, Operation } from './service.ts';
import type { World } from './world.ts';

const sourceArn = { kind: 'string', required: true, min: 20, max: 2048 } as const;

/**
 * iam:SimulatePrincipalPolicy for users and roles of the caller's account. Judges as the simulated AWS itself does: by
 * action, service principal and account, not by other resources.
 */
export function simulatePrincipalPolicy(world: World): Operation {
  return {
    readOnly: true,
    input: { PolicySourceArn: sourceArn },
    handle: (call) => simulate(world, call),
  };
}

function simulate(world: World, { caller, input }: Call): Members {
  const source = text(input, 'PolicySourceArn');
  const statements = statementsOfSource(world, caller.accountId, source);
  if (statements === undefined) {
    throw new AwsError('NoSuchEntity', `The entity ${source} cannot be found.`, { status: 404 });
  }
  const actions = members(input, 'ActionNames.member');
  if (actions.length === 0) throw new AwsError('ValidationError', 'ActionNames must not be null');
  const [resource = '*'] = members(input, 'ResourceArns.member');
  const principal = servicePrincipalIn(input);
  return {
    IsTruncated: false,
    EvaluationResults: actions.map((action) => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: decision(statements, action, principal, resource.split('/').at(-1)),
      MatchedStatements: [],
      MissingContextValues: [],
    })),
  };
}

function decision(
  statements: readonly Statement[],
  action: string,
  principal: string | undefined,
  account: string | undefined,
): string {
  if (allows(statements, action, principal, account)) return 'allowed';
  const denials = statements.filter(({ effect }) => effect === 'Deny');
  const denies = denials.map((statement) => ({ ...statement, effect: 'Allow' as const }));
  return allows(denies, action, principal, account) ? 'explicitDeny' : 'implicitDeny';
}

function statementsOfSource(world: World, accountId: string, arn: string): readonly Statement[] | undefined {
  const account = world.state.accounts.get(accountId);
  const principals = [...(account?.roles.values() ?? []), ...(account?.users.values() ?? [])];
  return principals.find((principal) => principal.arn === arn)?.statements;
}

function servicePrincipalIn(input: Members): string | undefined {
  for (let index = 1; ; index += 1) {
    const entry = `ContextEntries.member.${index}`;
    const key = input[`${entry}.ContextKeyName`];
    if (key === undefined) return undefined;
    if (key === 'organizations:ServicePrincipal')
      return members(input, `${entry}.ContextKeyValues.member`)[0];
  }
}

/** A list as the query protocol writes it: NAME.1, NAME.2, … */
function members(input: Members, name: string): readonly string[] {
  const found: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = input[`${name}.${index}`];
    if (typeof value !== 'string') return found;
    found.push(value);
  }
}
