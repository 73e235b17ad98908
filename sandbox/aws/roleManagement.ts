import { AwsError } from './awsError.ts';
import { asPolicyStatements, parsePolicy } from './events/queuePolicy.ts';
import type { Statement } from './identity.ts';
import { optionalText, text } from './inputs.ts';
import { accountOf, putRole } from './seed.ts';
import type { Call, Members, Operation } from './service.ts';
import type { Role, Trust } from './state.ts';
import type { World } from './world.ts';

const name = { kind: 'string', required: true, min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ } as const;
const policyName = { ...name, max: 128 } as const;
const document = { kind: 'string', required: true, min: 1, max: 131_072 } as const;

/** Creating, changing and deleting roles with policies of their own. */
export function roleManagement(
  world: World,
  roleView: (role: Role) => Members,
): readonly [string, Operation][] {
  const write = { readOnly: false } as const;
  const ofRole = (handle: (role: Role, call: Call) => Members | undefined) => (call: Call) =>
    handle(roleNamed(world, call), call);
  const put = (call: Call, role: Role) => void rolesOf(world, call).set(role.name, role);
  const named = { RoleName: name, PolicyName: policyName };
  return [
    [
      'CreateRole',
      {
        ...write,
        input: { RoleName: name, AssumeRolePolicyDocument: document },
        handle: (call) => ({ Role: roleView(create(world, call)) }),
      },
    ],
    [
      'UpdateAssumeRolePolicy',
      {
        ...write,
        input: { RoleName: name, PolicyDocument: document },
        handle: ofRole((role, call) =>
          put(call, { ...role, ...trusting(text(call.input, 'PolicyDocument')) }),
        ),
      },
    ],
    [
      'PutRolePolicy',
      {
        ...write,
        input: { ...named, PolicyDocument: document },
        handle: ofRole((role, call) => {
          const policy = text(call.input, 'PolicyDocument');
          statementsOf(policy);
          const policies = new Map(role.policies).set(text(call.input, 'PolicyName'), policy);
          put(call, withPolicies(role, policies));
          return undefined;
        }),
      },
    ],
    ['GetRolePolicy', { readOnly: true, input: named, handle: ofRole(policyView) }],
    [
      'DeleteRolePolicy',
      {
        ...write,
        input: named,
        handle: ofRole((role, call) => {
          policyView(role, call);
          const policies = new Map(role.policies);
          policies.delete(text(call.input, 'PolicyName'));
          put(call, withPolicies(role, policies));
          return undefined;
        }),
      },
    ],
    [
      'DeleteRole',
      {
        ...write,
        input: { RoleName: name },
        handle: ofRole((role, call) => {
          if ((role.policies?.size ?? 0) > 0) {
            throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', {
              status: 409,
            });
          }
          rolesOf(world, call).delete(role.name);
          return undefined;
        }),
      },
    ],
  ];
}

function rolesOf(world: World, { caller }: Call): Map<string, Role> {
  return accountOf(world, caller.accountId).roles;
}

function roleNamed(world: World, call: Call): Role {
  const wanted = text(call.input, 'RoleName');
  const role = rolesOf(world, call).get(wanted);
  if (role === undefined) throw missing(`The role with name ${wanted} cannot be found.`);
  return role;
}

function create(world: World, call: Call): Role {
  const wanted = text(call.input, 'RoleName');
  const roles = rolesOf(world, call);
  if (roles.has(wanted)) {
    const message = `Role with name ${wanted} already exists.`;
    throw new AwsError('EntityAlreadyExists', message, { status: 409 });
  }
  const description = optionalText(call.input, 'Description');
  const trusted = trusting(text(call.input, 'AssumeRolePolicyDocument'));
  const made = putRole(world, call.caller.accountId, {
    name: wanted,
    path: optionalText(call.input, 'Path') ?? '/',
    ...(description !== undefined && { description }),
    statements: [],
  });
  const role: Role = { ...made, ...trusted, policies: new Map(), tags: tagsIn(call.input) };
  roles.set(wanted, role);
  return role;
}

/** Lists of the Query protocol are members of their own. */
function tagsIn(input: Members): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (let index = 1; ; index += 1) {
    const key = input[`Tags.member.${index}.Key`];
    if (typeof key !== 'string') return tags;
    tags.set(key, String(input[`Tags.member.${index}.Value`] ?? ''));
  }
}

function trusting(trustPolicy: string): { readonly trustPolicy: string; readonly trust: readonly Trust[] } {
  const statements = asPolicyStatements(trustPolicy);
  if (statements === undefined || parsePolicy(trustPolicy) === undefined) throw malformed();
  const principals = statements.filter(({ effect }) => effect === 'Allow').flatMap((one) => one.principals);
  return { trustPolicy, trust: [{ principals }] };
}

function withPolicies(role: Role, policies: ReadonlyMap<string, string>): Role {
  return { ...role, policies, statements: [...policies.values()].flatMap(statementsOf) };
}

function statementsOf(policy: string): readonly Statement[] {
  const statements = asPolicyStatements(policy);
  if (statements === undefined) throw malformed();
  return statements.map(({ effect, actions }) => ({ effect, actions }));
}

function policyView(role: Role, { input }: Call): Members {
  const wanted = text(input, 'PolicyName');
  const policy = role.policies?.get(wanted);
  if (policy === undefined) throw missing(`The role policy with name ${wanted} cannot be found.`);
  return { RoleName: role.name, PolicyName: wanted, PolicyDocument: encodeURIComponent(policy) };
}

function missing(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}

function malformed(): AwsError {
  return new AwsError('MalformedPolicyDocument', 'Syntax errors in policy.', { status: 400 });
}
