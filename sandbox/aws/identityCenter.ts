import { AwsError } from './awsError.ts';
import { type InputShape, text } from './inputs.ts';
import { page } from './pages.ts';
import { addIdentityCenter } from './seed.ts';
import type { Call, Members, Operation, Service } from './service.ts';
import type { IdentityCenterInstance } from './state.ts';
import { latest } from './versions.ts';
import type { World } from './world.ts';

const arn = {
  kind: 'string',
  required: true,
  min: 10,
  max: 1224,
  pattern: /^arn:aws(-[a-z]{1,5}){0,3}:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16}$/,
} as const;
const paging: InputShape = {
  NextToken: { kind: 'string', max: 2048, pattern: /^[-a-zA-Z0-9+=/_]*$/ },
  MaxResults: { kind: 'integer', min: 1, max: 100 },
};

/** As much of the Identity Center administration API as tells whether it is in use. Regional. */
export function identityCenterService(world: World): Service {
  const operations: [string, Operation][] = [
    ['ListInstances', { readOnly: true, input: paging, handle: (call) => listInstances(world, call) }],
    [
      'DescribeInstance',
      {
        readOnly: true,
        input: { InstanceArn: arn },
        handle: (call) => instanceView(world, findInstance(world, call, accessDenied)),
      },
    ],
    [
      'ListPermissionSets',
      {
        readOnly: true,
        input: { InstanceArn: arn, ...paging },
        handle: (call) => listPermissionSets(world, call),
      },
    ],
    [
      'ListApplications',
      {
        readOnly: true,
        input: { InstanceArn: arn, ...paging },
        handle: (call) => listApplications(world, call),
      },
    ],
    ['CreateInstance', { readOnly: false, handle: (call) => createInstance(world, call) }],
    [
      'DeleteInstance',
      { readOnly: false, input: { InstanceArn: arn }, handle: (call) => deleteInstance(world, call) },
    ],
  ];
  return {
    name: 'sso',
    eventSource: 'sso.amazonaws.com',
    protocol: {
      kind: 'json',
      version: '1.1',
      targetPrefix: 'SWBExternalService',
      messageMember: 'Message',
    },
    operations: new Map(operations),
    invalid: (problem) =>
      new AwsError('ValidationException', `1 validation error detected: ${problem.message}`),
    denied: accessDenied,
  };
}

function accessDenied(message = 'You do not have sufficient access to perform this action.'): AwsError {
  return new AwsError('AccessDeniedException', message);
}

/** An account sees its own instances in this region, and the one of its organization. */
function visible(world: World, call: Call): IdentityCenterInstance[] {
  const account = world.state.accounts.get(call.caller.accountId);
  const organizationId = account && latest(account.membership).organizationId;
  const management = organizationId && world.state.organizations.get(organizationId)?.managementAccountId;
  return [...world.state.instances.values()].filter(
    (instance) =>
      instance.region === call.region &&
      (instance.ownerAccountId === call.caller.accountId || instance.ownerAccountId === management),
  );
}

function findInstance(world: World, call: Call, missing: () => AwsError): IdentityCenterInstance {
  const wanted = text(call.input, 'InstanceArn');
  const instance = visible(world, call).find((candidate) => candidate.arn === wanted);
  if (instance === undefined) throw missing();
  return instance;
}

function listInstances(world: World, call: Call): Members {
  const { items, ...next } = page(
    visible(world, call),
    (instance) => instance.arn,
    call.input,
    world.settings,
    invalidToken,
  );
  return { Instances: items.map((instance) => instanceView(world, instance)), ...next };
}

function instanceView(world: World, instance: IdentityCenterInstance): Members {
  const partition = world.state.accounts.get(instance.ownerAccountId)?.partition ?? 'aws';
  const { ownerAccountId, identityStoreId } = instance;
  return {
    InstanceArn: instance.arn,
    IdentityStoreId: identityStoreId,
    IdentityStoreArn: `arn:${partition}:identitystore::${ownerAccountId}:identitystore/${identityStoreId}`,
    OwnerAccountId: ownerAccountId,
    ...(instance.name === undefined ? {} : { Name: instance.name }),
    CreatedDate: new Date(instance.createdAt),
    Status: instance.status,
    PrimaryRegion: instance.region,
  };
}

function listPermissionSets(world: World, call: Call): Members {
  const instance = findInstance(
    world,
    call,
    () => new AwsError('ResourceNotFoundException', 'The instance does not exist.'),
  );
  const { items, ...next } = page(
    [...instance.permissionSets],
    (set) => set,
    call.input,
    world.settings,
    invalidToken,
  );
  return { PermissionSets: items, ...next };
}

function listApplications(world: World, call: Call): Members {
  const instance = findInstance(
    world,
    call,
    () => new AwsError('ResourceNotFoundException', 'The instance does not exist.'),
  );
  const { items, ...next } = page(
    [...instance.applications],
    (application) => application,
    call.input,
    world.settings,
    invalidToken,
  );
  const view = (application: string): Members => ({ ApplicationArn: application, InstanceArn: instance.arn });
  return { Applications: items.map(view), ...next };
}

function invalidToken(): AwsError {
  return new AwsError('ValidationException', 'The next token is not valid.');
}

/** Account instances only: the organization instance is made in the console. */
function createInstance(world: World, call: Call): Members {
  const { accountId } = call.caller;
  const organizationId = latest(
    world.state.accounts.get(accountId)?.membership ?? [{ since: 0, value: { state: 'ACTIVE' as const } }],
  ).organizationId;
  if (organizationId && world.state.organizations.get(organizationId)?.managementAccountId === accountId) {
    throw accessDenied('The management account makes its instance in the console.');
  }
  return {
    InstanceArn: addIdentityCenter(world, { ownerAccountId: accountId, region: call.region }).arn,
  };
}

function deleteInstance(world: World, call: Call): undefined {
  const instance = findInstance(world, call, accessDenied);
  if (instance.ownerAccountId !== call.caller.accountId) throw accessDenied();
  world.state.instances.delete(instance.arn);
}
