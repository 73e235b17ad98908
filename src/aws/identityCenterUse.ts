import type { InstanceMetadata } from '@aws-sdk/client-sso-admin';
import { isOptIn } from '../awsApi/partitions.ts';
import type { IdentityCenter } from '../controller/ports.ts';
import type { IdentityCenterApi, Line } from './line.ts';
import { allPages } from './paging.ts';

const pageSize = 100;

export interface Search {
  readonly line: Line;
  readonly managementAccountId: string;
  readonly signal: AbortSignal;
}

/**
 * Undefined when the region has no organization instance, or is not enabled in the account. `enabled`: the account's
 * own list says that it is enabled, so a refusal of the credentials there is a failure.
 */
export async function readRegion(
  search: Search,
  region: string,
  enabled: boolean,
): Promise<IdentityCenter | undefined> {
  const { line, managementAccountId, signal } = search;
  const api = await line.identityCenter(region);
  const instances = await allPages('ListInstances', async (NextToken) => {
    const answer = await line.call({
      question: {
        operation: 'ListInstances',
        optInRegion: !enabled && isOptIn(region) && (await line.isWorldwide(signal)),
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
