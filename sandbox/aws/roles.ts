import { AwsError } from './awsError.ts';
import { text } from './inputs.ts';
import { trustedServices } from './organizations/trustedServices.ts';
import { simulatePrincipalPolicy } from './policySimulation.ts';
import { queryDenied, queryInvalid } from './queryErrors.ts';
import { roleManagement } from './roleManagement.ts';
import { accountOf, putRole } from './seed.ts';
import type { Call, Members, Operation, Service } from './service.ts';
import type { Role, Trust } from './state.ts';
import type { World } from './world.ts';

const roleName = { kind: 'string', required: true, min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ } as const;
const serviceName = { kind: 'string', required: true, min: 1, max: 128, pattern: /^[\w+=,.@-]+$/ } as const;

/** As much of IAM as the service-linked role, doctor and setup need. */
export function identityAccessService(world: World): Service {
  const operations: [string, Operation][] = [
    ['GetRole', { readOnly: true, input: { RoleName: roleName }, handle: (call) => get(world, call) }],
    [
      'CreateServiceLinkedRole',
      { readOnly: false, input: { AWSServiceName: serviceName }, handle: (call) => create(world, call) },
    ],
    ['SimulatePrincipalPolicy', simulatePrincipalPolicy(world)],
    ...roleManagement(world, roleView),
  ];
  return {
    name: 'iam',
    eventSource: 'iam.amazonaws.com',
    global: true,
    protocol: {
      kind: 'query',
      apiVersion: '2010-05-08',
      namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    },
    operations: new Map(operations),
    invalid: queryInvalid,
    denied: queryDenied,
  };
}

function get(world: World, call: Call): Members {
  const name = text(call.input, 'RoleName');
  const role = world.state.accounts.get(call.caller.accountId)?.roles.get(name);
  if (role === undefined) {
    throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, { status: 404 });
  }
  return { Role: roleView(role) };
}

function create(world: World, call: Call): Members {
  const principal = text(call.input, 'AWSServiceName');
  const name = trustedServices.get(principal)?.serviceLinkedRole;
  if (name === undefined) {
    throw new AwsError('InvalidInput', `Service role name for ${principal} is not known.`);
  }
  const { accountId } = call.caller;
  if (accountOf(world, accountId).roles.has(name)) {
    throw new AwsError('InvalidInput', `Service role name ${name} has been taken in this account.`);
  }
  const role = putRole(world, accountId, {
    name,
    path: `/aws-service-role/${principal}/`,
    description: 'Service-linked role',
    trust: [{ principals: [principal] }],
    statements: [],
  });
  return { Role: roleView(role) };
}

function roleView(role: Role): Members {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy ?? JSON.stringify(trustPolicy(role.trust))),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: 3600,
    ...(role.tags?.size ? { Tags: [...role.tags].map(([Key, Value]) => ({ Key, Value })) } : {}),
  };
}

function trustPolicy(trust: readonly Trust[]): unknown {
  return {
    Version: '2012-10-17',
    Statement: trust.map(({ principals, externalId }) => ({
      Effect: 'Allow',
      Principal: {
        AWS: principals.filter((principal) => !principal.endsWith('.amazonaws.com')),
        Service: principals.filter((principal) => principal.endsWith('.amazonaws.com')),
      },
      Action: 'sts:AssumeRole',
      ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
    })),
  };
}
