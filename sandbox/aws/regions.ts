import { AwsError } from './awsError.ts';
import type { InputShape } from './inputs.ts';
import { optionalText } from './inputs.ts';
import { page } from './pages.ts';
import type { Call, Members, Operation, Service } from './service.ts';
import type { RegionOptStatus } from './state.ts';
import type { World } from './world.ts';

// Source: AWS Account Management reference guide, "Enable or disable AWS Regions in your account".
const byDefault = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'ap-south-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
];
const optIn = new Set([
  ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-1'],
  ...['eu-south-2', 'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1'],
]);

/** Whether an account has the region only after enabling it. */
export function isOptIn(region: string): boolean {
  return optIn.has(region);
}

const input: InputShape = {
  AccountId: { kind: 'string', pattern: /^\d{12}$/ },
  MaxResults: { kind: 'integer', min: 1, max: 50 },
  NextToken: { kind: 'string', min: 0, max: 1000 },
  RegionOptStatusContains: { kind: 'list' },
};

/** As much of AWS Account Management as tells which regions the calling account has. */
export function accountManagementService(world: World): Service {
  const operations: [string, Operation][] = [
    ['ListRegions', { readOnly: true, input, handle: (call) => listRegions(world, call) }],
  ];
  return {
    name: 'account',
    eventSource: 'account.amazonaws.com',
    global: true,
    protocol: { kind: 'rest' },
    operations: new Map(operations),
    invalid: ({ message }) => invalid(message),
    denied,
  };
}

function denied(message: string): AwsError {
  return new AwsError('AccessDeniedException', message, { status: 403 });
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Other accounts' lists are left out: no client here asks for them. */
function listRegions(world: World, { caller, input }: Call): Members {
  const account = world.state.accounts.get(caller.accountId);
  if (account?.partition !== 'aws' || optionalText(input, 'AccountId') !== undefined) {
    throw denied('User is not authorized to access this resource');
  }
  const statuses = new Map<string, RegionOptStatus>([
    ...byDefault.map((region) => [region, 'ENABLED_BY_DEFAULT'] as const),
    ...[...optIn].map((region) => [region, 'DISABLED'] as const),
    ...account.regions,
  ]);
  const wanted = input['RegionOptStatusContains'];
  const listed = [...statuses].filter(([, status]) => !Array.isArray(wanted) || wanted.includes(status));
  const { items, ...next } = page(
    listed,
    ([region]) => region,
    input,
    world.settings,
    () => invalid('The provided NextToken is not valid.'),
  );
  const view = ([RegionName, RegionOptStatus]: [string, string]): Members => ({
    RegionName,
    RegionOptStatus,
  });
  return { Regions: items.map(view), ...next };
}
