import { AwsError } from './awsError.ts';
import { type InputShape, text } from './inputs.ts';
import { type Page, page } from './pages.ts';
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
  const { items, ...next } = pageOfInstance(world, call, ({ permissionSets }) => permissionSets);
  return { PermissionSets: items, ...next };
}

function listApplications(world: World, call: Call): Members {
  const { items, ...next } = pageOfInstance(world, call, ({ applications }) => applications);
  const InstanceArn = text(call.input, 'InstanceArn');
  return { Applications: items.map((ApplicationArn) => ({ ApplicationArn, InstanceArn })), ...next };
}

function pageOfInstance(
  world: World,
  call: Call,
  arnsOf: (instance: IdentityCenterInstance) => ReadonlySet<string>,
): Page<string> {
  const missing = () => new AwsError('ResourceNotFoundException', 'The instance does not exist.');
  const arns = [...arnsOf(findInstance(world, call, missing))];
  return page(arns, (arn) => arn, call.input, world.settings, invalidToken);
}

function invalidToken(): AwsError {
  return new AwsError('ValidationException', 'The next token is not valid.');
}
