import type { Region } from '@aws-sdk/client-account';
import { listsRegions } from '../awsApi/partitions.ts';
import { CloudError } from '../controller/ports.ts';
import type { Line } from './line.ts';
import { allPages } from './paging.ts';

/** The most AWS Account Management answers with in one page. */
const pageSize = 50;

/** The account's own list of regions. */
export interface AccountRegions {
  readonly enabled: ReadonlySet<string>;
  /** Being enabled or disabled: both may hold something in use. */
  readonly changing: ReadonlySet<string>;
  readonly disabled: ReadonlySet<string>;
}

/**
 * The regions of the account that the credentials belong to. Undefined where it cannot be asked: in a partition
 * without the operation, without the permission, or where its endpoint has no address (FIPS, a closed network).
 */
export async function readAccountRegions(
  line: Pick<Line, 'account' | 'read'>,
  partition: string,
  signal: AbortSignal,
): Promise<AccountRegions | undefined> {
  if (!listsRegions(partition)) return undefined;
  try {
    return sorted(await listRegions(line, signal));
  } catch (error) {
    if (error instanceof CloudError && cannotBeAsked(error)) return undefined;
    throw error;
  }
}

async function listRegions(line: Pick<Line, 'account' | 'read'>, signal: AbortSignal) {
  const { client, sdk } = await line.account();
  return allPages('ListRegions', async (NextToken) => {
    const token = NextToken !== undefined && { NextToken };
    const command = new sdk.ListRegionsCommand({ MaxResults: pageSize, ...token });
    const page = await line.read({
      question: { operation: 'ListRegions' },
      signal,
      send: (abortSignal) => client.send(command, { abortSignal }),
    });
    return { items: page.Regions ?? [], nextToken: page.NextToken };
  });
}

/** A status that this version does not know counts as one on the way: the region is read. */
function sorted(regions: readonly Region[]): AccountRegions {
  const named = (wanted: (status: string | undefined) => boolean) =>
    new Set(
      regions.flatMap(({ RegionName, RegionOptStatus }) =>
        RegionName !== undefined && wanted(RegionOptStatus) ? [RegionName] : [],
      ),
    );
  const isEnabled = (status: string | undefined) => status === 'ENABLED' || status === 'ENABLED_BY_DEFAULT';
  const isDisabled = (status: string | undefined) => status === 'DISABLED';
  return {
    enabled: named(isEnabled),
    changing: named((status) => !isEnabled(status) && !isDisabled(status)),
    disabled: named(isDisabled),
  };
}

function cannotBeAsked({ reason, cause }: CloudError): boolean {
  return reason === 'AccessDenied' || hasNoAddress(cause);
}

function hasNoAddress(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOTFOUND';
}
