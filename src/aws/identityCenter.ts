import type { InstanceMetadata } from '@aws-sdk/client-sso-admin';
import { identityCenterRegions, isOptIn } from '../awsApi/partitions.ts';
import {
  CloudError,
  type IdentityCenter,
  type Organization,
  type Organizations,
} from '../controller/ports.ts';
import type { IdentityCenterApi, Line } from './line.ts';
import { allPages } from './paging.ts';
import { type Budget, createSharedReads } from './sharedRead.ts';

/** How many regions are asked at the same time. */
const parallel = 6;
const pageSize = 100;

interface Search {
  readonly line: Line;
  readonly managementAccountId: string;
  readonly signal: AbortSignal;
}

/**
 * Whether people depend on the organization's Identity Center. `Idle` is only said when every region that this version
 * knows could be read and none has an instance with permission sets or applications, also when a region was named: a
 * wrong region must not make a service in use look idle.
 */
export function readIdentityCenter(line: Line, budget: Budget): Organizations['identityCenter'] {
  const shared = createSharedReads<IdentityCenter>(line.clock, budget);
  let found: string | undefined;
  return (organization, region, read) => {
    const key = `${organization.managementAccountId} ${region ?? ''}`;
    const reading = shared.of(key, async (signal, began) => {
      const { managementAccountId } = organization;
      const regions = await searchOrder(line, organization, [region, found]);
      began();
      const result = await search({ line, managementAccountId, signal }, regions);
      if (result.use === 'Idle' && !identityCenterRegions(organization.partition)?.length) {
        throw unknownRegions(organization.partition);
      }
      found = result.region;
      return result;
    });
    return reading.get(read);
  };
}

function unknownRegions(partition: string): CloudError {
  const message = `which regions of partition ${partition} have Identity Center is not known`;
  return new CloudError('blocked', 'ObservationFailed', 'sso:ListInstances', message);
}

/** The likely regions first, none twice. */
async function searchOrder(
  line: Line,
  { partition }: Organization,
  likely: readonly (string | undefined)[],
): Promise<readonly string[]> {
  const first = [...likely, await line.homeRegion(partition)].filter((region) => region !== undefined);
  return [...new Set([...first, ...(identityCenterRegions(partition) ?? [])])];
}

/** The likeliest region alone, then the others side by side until one has an instance in use. */
async function search(search: Search, regions: readonly string[]): Promise<IdentityCenter> {
  const stop = new AbortController();
  const signal = AbortSignal.any([search.signal, stop.signal]);
  const queue = [...regions];
  const failures: Unread[] = [];
  let answered = 0;
  let idle: IdentityCenter | undefined;
  let inUse: IdentityCenter | undefined;

  const look = async (region: string): Promise<void> => {
    try {
      const here = await readRegion({ ...search, signal }, region);
      answered += 1;
      if (here?.use === 'InUse') inUse ??= here;
      else idle ??= here;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CloudError)) throw error;
      failures.push({ region, error });
    }
    // The permission is missing everywhere: thirty more refusals would say no more.
    if (inUse || (answered === 0 && failures.length >= parallel)) stop.abort();
  };
  const work = async (): Promise<void> => {
    for (let region = queue.shift(); region !== undefined; region = queue.shift()) {
      if (signal.aborted) return;
      await look(region);
    }
  };
  const [likeliest] = queue.splice(0, 1);
  if (likeliest !== undefined) await look(likeliest);
  await Promise.all(Array.from({ length: parallel }, work));
  search.signal.throwIfAborted();
  if (inUse) return inUse;
  if (failures.length > 0) throw unread(failures);
  return idle ?? { use: 'Idle' };
}

interface Unread {
  readonly region: string;
  readonly error: CloudError;
}

/** Most regions that a message names. */
const mostNamed = 3;

/** The gravest failure, with the regions that have it: always the same ones, whichever answered first. */
function unread(failures: readonly Unread[]): CloudError {
  const { kind, reason, action, message, cause } = (
    failures.find(({ error }) => error.kind === 'denied') ??
    failures[0] ?? { error: noFailure }
  ).error;
  const regions = failures
    .filter(({ error }) => error.action === action && error.kind === kind)
    .map(({ region }) => region)
    .sort();
  const more = regions.length - mostNamed;
  const named = regions.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return new CloudError(kind, reason, action, `${message} (in ${named})`, { cause });
}

const noFailure = new CloudError('transient', 'ObservationFailed', 'sso:ListInstances', 'no answer');

/** Undefined when the region has no organization instance, or is not enabled in the account. */
async function readRegion(search: Search, region: string): Promise<IdentityCenter | undefined> {
  const { line, managementAccountId, signal } = search;
  const api = await line.identityCenter(region);
  const instances = await allPages('ListInstances', async (NextToken) => {
    const answer = await line.call({
      question: {
        operation: 'ListInstances',
        optInRegion: isOptIn(region) && (await line.isWorldwide(signal)),
      },
      region,
      signal,
      send: (abortSignal) =>
        api.client.send(new api.sdk.ListInstancesCommand({ ...(NextToken && { NextToken }) }), {
          abortSignal,
        }),
    });
    if (answer.kind !== 'Answered') return { items: [], nextToken: undefined };
    return { items: answer.value.Instances ?? [], nextToken: answer.value.NextToken };
  });
  for (const instance of instances) {
    const described = await describe(search, api, region, instance);
    if (described.OwnerAccountId !== managementAccountId || !described.InstanceArn) continue;
    return await useOf(search, api, region, described);
  }
  return undefined;
}

/** Permission sets give access to accounts, applications to what signs in through it: either is use. */
async function useOf(
  search: Search,
  api: IdentityCenterApi,
  region: string,
  { InstanceArn: instanceArn = '', PrimaryRegion }: InstanceMetadata,
): Promise<IdentityCenter> {
  const where = { instanceArn, region: PrimaryRegion ?? region };
  const permissionSets = await countPermissionSets(search, api, region, instanceArn);
  if (permissionSets > 0) return { use: 'InUse', ...where, permissionSets };
  const applications = await countApplications(search, api, region, instanceArn);
  return { use: applications > 0 ? 'InUse' : 'Idle', ...where, permissionSets, applications };
}

/** What the list already tells is not asked for again. */
async function describe(
  { line, signal }: Search,
  { client, sdk }: IdentityCenterApi,
  region: string,
  instance: InstanceMetadata,
): Promise<InstanceMetadata> {
  if ((instance.OwnerAccountId && instance.Status) || !instance.InstanceArn) return instance;
  const command = new sdk.DescribeInstanceCommand({ InstanceArn: instance.InstanceArn });
  const described = await line.read({
    question: { operation: 'DescribeInstance' },
    region,
    signal,
    send: (abortSignal) => client.send(command, { abortSignal }),
  });
  return {
    InstanceArn: instance.InstanceArn,
    OwnerAccountId: described.OwnerAccountId ?? instance.OwnerAccountId,
    Status: described.Status ?? instance.Status,
  };
}

async function countPermissionSets(
  { line, signal }: Search,
  { client, sdk }: IdentityCenterApi,
  region: string,
  instanceArn: string,
): Promise<number> {
  const sets = await allPages('ListPermissionSets', async (NextToken) => {
    const token = NextToken !== undefined && { NextToken };
    const input = { InstanceArn: instanceArn, MaxResults: pageSize, ...token };
    const page = await line.read({
      question: { operation: 'ListPermissionSets' },
      region,
      signal,
      send: (abortSignal) => client.send(new sdk.ListPermissionSetsCommand(input), { abortSignal }),
    });
    return { items: page.PermissionSets ?? [], nextToken: page.NextToken };
  });
  return sets.length;
}

async function countApplications(
  { line, signal }: Search,
  { client, sdk }: IdentityCenterApi,
  region: string,
  instanceArn: string,
): Promise<number> {
  const applications = await allPages('ListApplications', async (NextToken) => {
    const token = NextToken !== undefined && { NextToken };
    const input = { InstanceArn: instanceArn, MaxResults: pageSize, ...token };
    const page = await line.read({
      question: { operation: 'ListApplications' },
      region,
      signal,
      send: (abortSignal) => client.send(new sdk.ListApplicationsCommand(input), { abortSignal }),
    });
    return { items: page.Applications ?? [], nextToken: page.NextToken };
  });
  return applications.length;
}
