import type { InstanceMetadata } from '@aws-sdk/client-sso-admin';
import {
  CloudError,
  type IdentityCenter,
  type Organization,
  type Organizations,
} from '../controller/ports.ts';
import type { IdentityCenterApi, Line } from './line.ts';
import { allPages } from './paging.ts';
import { identityCenterRegions, isOptIn } from './partitions.ts';
import { type Budget, createSharedReads } from './sharedRead.ts';

/** How many regions are asked at the same time. */
const parallel = 6;
const permissionSetPageSize = 100;

interface Search {
  readonly line: Line;
  readonly managementAccountId: string;
  readonly signal: AbortSignal;
}

/**
 * Whether people depend on the organization's Identity Center. `Idle` is only said when every region could be
 * read, also when a region was named: a wrong region must not make a service in use look idle.
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
      if (!result.instanceArn && !identityCenterRegions(organization.partition)) {
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

/** The likeliest region alone, then the others side by side until one has it. */
async function search(search: Search, regions: readonly string[]): Promise<IdentityCenter> {
  const stop = new AbortController();
  const signal = AbortSignal.any([search.signal, stop.signal]);
  const queue = [...regions];
  const failures: CloudError[] = [];
  let answered = 0;
  let found: IdentityCenter | undefined;

  const look = async (region: string): Promise<void> => {
    try {
      const here = await readRegion({ ...search, signal }, region);
      answered += 1;
      found ??= here;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CloudError)) throw error;
      failures.push(error);
    }
    // The permission is missing everywhere: thirty more refusals would say no more.
    if (found || (answered === 0 && failures.length >= parallel)) stop.abort();
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
  if (found) return found;
  const failure = failures.find(({ kind }) => kind === 'denied') ?? failures[0];
  if (failure) throw failure;
  return { use: 'Idle' };
}

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
    if (described.OwnerAccountId !== managementAccountId || described.Status !== 'ACTIVE') continue;
    if (!described.InstanceArn) continue;
    const permissionSets = await countPermissionSets(search, api, region, described.InstanceArn);
    return {
      use: permissionSets > 0 ? 'InUse' : 'Idle',
      instanceArn: described.InstanceArn,
      region: described.PrimaryRegion ?? region,
      permissionSets,
    };
  }
  return undefined;
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
    const input = { InstanceArn: instanceArn, MaxResults: permissionSetPageSize, ...token };
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
