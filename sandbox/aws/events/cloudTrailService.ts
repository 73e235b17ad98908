import { AwsError } from '../awsError.ts';
import { text } from '../inputs.ts';
import type { Call, Members, Operation, Service } from '../service.ts';
import type { World } from '../world.ts';
import { lookupEvents, lookupShape, lookupThrottle } from './lookup.ts';
import { textsOf } from './sqsInputs.ts';
import type { CloudTrail } from './trail.ts';
import { everyManagementEvent, type Trail, trailArn } from './trails.ts';

const named = { Name: { kind: 'string', required: true } } as const;

/** As much of CloudTrail as tells whether it hears, and what it heard. */
export function cloudTrailService(world: World, cloudTrail: CloudTrail): Service {
  const onTrail =
    (member: string, handle: (trail: Trail, call: Call) => Members | undefined) => (call: Call) =>
      handle(findTrail(world, cloudTrail, call, text(call.input, member)), call);
  const operations: [string, Operation][] = [
    ['DescribeTrails', { readOnly: true, handle: (call) => describeTrails(world, cloudTrail, call) }],
    ['GetTrailStatus', { readOnly: true, input: named, handle: onTrail('Name', statusView) }],
    [
      'GetEventSelectors',
      {
        readOnly: true,
        input: { TrailName: { kind: 'string', required: true } },
        handle: onTrail('TrailName', selectorsView),
      },
    ],
    ['StopLogging', { readOnly: false, input: named, handle: onTrail('Name', stopLogging) }],
    [
      'LookupEvents',
      { readOnly: true, input: lookupShape, handle: (call) => lookupEvents(cloudTrail, call) },
    ],
  ];
  return {
    name: 'cloudtrail',
    eventSource: 'cloudtrail.amazonaws.com',
    protocol: {
      kind: 'json',
      version: '1.1',
      targetPrefix: 'CloudTrail_20131101',
      messageMember: 'Message',
    },
    operations: new Map(operations),
    admit: lookupThrottle(world),
    invalid: ({ member, message }) =>
      member === 'MaxResults'
        ? new AwsError('InvalidMaxResultsException', message)
        : new AwsError('ValidationException', `1 validation error detected: ${message}`),
    denied: (message) => new AwsError('AccessDeniedException', message),
  };
}

/** The same service as other SDKs address it, and its model does. */
export function inFull(service: Service): Service {
  const { protocol } = service;
  if (protocol.kind !== 'json') return service;
  const targetPrefix = `com.amazonaws.cloudtrail.v20131101.${protocol.targetPrefix}`;
  return { ...service, protocol: { ...protocol, targetPrefix } };
}

/** The account's own trails that reach this region, and its organization's. */
function visibleTrails(world: World, { trails }: CloudTrail, { caller, region }: Call): readonly Trail[] {
  const management = managementAccountOf(world, caller.accountId);
  return [...trails.values()].filter(
    (trail) =>
      (trail.account === caller.accountId || (trail.ofOrganization && trail.account === management)) &&
      (trail.multiRegion || trail.homeRegion === region),
  );
}

export function managementAccountOf(world: World, accountId: string): string | undefined {
  const organizationId = world.state.accounts.get(accountId)?.membership.at(-1)?.value.organizationId;
  return organizationId && world.state.organizations.get(organizationId)?.managementAccountId;
}

function describeTrails(world: World, cloudTrail: CloudTrail, call: Call): Members {
  const names = textsOf(call.input, 'trailNameList');
  const shadows = call.input['includeShadowTrails'] !== false;
  const found = visibleTrails(world, cloudTrail, call).filter(
    (trail) =>
      (names.length === 0 || names.includes(trail.name) || names.includes(trailArn(trail))) &&
      (shadows || trail.homeRegion === call.region),
  );
  return { trailList: found.map(trailView) };
}

function trailView(trail: Trail): Members {
  return {
    Name: trail.name,
    S3BucketName: trail.bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: trail.multiRegion,
    HomeRegion: trail.homeRegion,
    TrailARN: trailArn(trail),
    LogFileValidationEnabled: true,
    HasCustomEventSelectors: trail.selectors !== everyManagementEvent,
    HasInsightSelectors: false,
    IsOrganizationTrail: trail.ofOrganization,
  };
}

/** By ARN, or by the name of a trail whose home is the caller's region. */
function findTrail(world: World, cloudTrail: CloudTrail, call: Call, name: string): Trail {
  if (!name.startsWith('arn:') && !/^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/.test(name)) {
    throw new AwsError('InvalidTrailNameException', `Trail name or ARN is not valid: ${name}`);
  }
  if (name.startsWith('arn:') && !/^arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:trail\/.+$/.test(name)) {
    throw new AwsError('CloudTrailARNInvalidException', `Unexpected trail ARN: ${name}`);
  }
  const found = visibleTrails(world, cloudTrail, call).find((trail) =>
    name.startsWith('arn:')
      ? trailArn(trail) === name
      : trail.name === name && trail.homeRegion === call.region && trail.account === call.caller.accountId,
  );
  if (found === undefined) {
    throw new AwsError(
      'TrailNotFoundException',
      `Unknown trail: ${name} for the user: ${call.caller.accountId}`,
    );
  }
  return found;
}

function statusView({ isLogging, startedAt, stoppedAt }: Trail, { now }: Call): Members {
  return {
    IsLogging: isLogging,
    ...(isLogging ? { LatestDeliveryTime: new Date(now) } : {}),
    ...(startedAt === undefined
      ? {}
      : { StartLoggingTime: new Date(startedAt), TimeLoggingStarted: new Date(startedAt).toISOString() }),
    ...(stoppedAt === undefined
      ? {}
      : { StopLoggingTime: new Date(stoppedAt), TimeLoggingStopped: new Date(stoppedAt).toISOString() }),
  };
}

function selectorsView(trail: Trail): Members {
  const { kind, selectors } = trail.selectors;
  const member = kind === 'Basic' ? 'EventSelectors' : 'AdvancedEventSelectors';
  return { TrailARN: trailArn(trail), [member]: selectors };
}

function stopLogging(trail: Trail, { now }: Call): undefined {
  trail.isLogging = false;
  trail.stoppedAt = now;
}
