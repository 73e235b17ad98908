import { identityCenterRegions, isOptIn, organizationsRegion } from '../awsApi/partitions.ts';
import {
  CloudError,
  type IdentityCenter,
  type Organization,
  type Organizations,
} from '../controller/ports.ts';
import { type AccountRegions, readAccountRegions } from './accountRegions.ts';
import { readRegion, type Search } from './identityCenterUse.ts';
import type { Line } from './line.ts';
import { type Budget, createSharedReads } from './sharedRead.ts';

/** How many regions are asked at the same time. */
const parallel = 6;

/**
 * Whether people depend on the organization's Identity Center. `Idle` is only said when every region that the account
 * lists as enabled, or where it may not be listed every region that this version knows, could be read and none has an
 * instance with permission sets or applications. A region in the spec narrows nothing: a wrong one must not make a
 * service in use look idle.
 */
export function readIdentityCenter(line: Line, budget: Budget): Organizations['identityCenter'] {
  const shared = createSharedReads<IdentityCenter>(line.clock, budget);
  const seen = new Set<string>();
  let found: string | undefined;
  return (organization, region, read) => {
    const key = `${organization.managementAccountId} ${region ?? ''}`;
    const reading = shared.of(key, async (signal, began) => {
      const { managementAccountId, partition } = organization;
      const likely = await likelyRegions(line, organization, [region, found]);
      began();
      const result = await search({ line, managementAccountId, signal }, { partition, likely, seen });
      if (result.use === 'Idle' && !identityCenterRegions(partition)?.length) throw unknownRegions(partition);
      found = result.region;
      if (found !== undefined) seen.add(found);
      return result;
    });
    return reading.get(read);
  };
}

function unknownRegions(partition: string): CloudError {
  const message = `cannot determine the regions of partition ${partition} that have IAM Identity Center`;
  return new CloudError('blocked', 'ObservationFailed', 'sso:ListInstances', message);
}

async function likelyRegions(
  line: Line,
  { partition }: Organization,
  likely: readonly (string | undefined)[],
): Promise<readonly string[]> {
  return [...likely, await line.homeRegion(partition)].filter((region) => region !== undefined);
}

interface Where {
  readonly partition: string;
  /** Regions to read first, the likeliest at the head. */
  readonly likely: readonly string[];
  /** Regions that the account listed or that had an instance, in earlier searches; this search adds to it. */
  readonly seen: Set<string>;
}

/** The likeliest region alone, then the others side by side until one has an instance in use. */
async function search(search: Search, where: Where): Promise<IdentityCenter> {
  const { partition, seen } = where;
  const stop = new AbortController();
  const signal = AbortSignal.any([search.signal, stop.signal]);
  const failures: Unread[] = [];
  let listed: AccountRegions | undefined;
  let answered = 0;
  let idle: IdentityCenter | undefined;
  let inUse: IdentityCenter | undefined;

  const attempt = async (region: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CloudError)) throw error;
      failures.push({ region, error });
    }
  };
  const observe = async (region: string): Promise<void> => {
    await attempt(region, async () => {
      const here = await readRegion({ ...search, signal }, region, listed?.enabled.has(region) === true);
      answered += 1;
      if (here?.use === 'InUse') inUse ??= here;
      else idle ??= here;
    });
    // The permission is missing everywhere: thirty more refusals would say no more.
    if (inUse || (answered === 0 && failures.length >= parallel)) stop.abort();
  };
  const [likeliest, ...queue] = searchOrder(where);
  if (likeliest !== undefined) await observe(likeliest);
  if (!inUse) {
    await attempt(organizationsRegion(partition), async () => {
      listed = await readAccountRegions(search.line, partition, search.signal);
    });
    queue.splice(0, queue.length, ...remaining(where, likeliest, listed));
    for (const region of listed?.enabled ?? []) seen.add(region);
  }
  const work = async (): Promise<void> => {
    for (let region = queue.shift(); region !== undefined; region = queue.shift()) {
      if (signal.aborted) return;
      await observe(region);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  search.signal.throwIfAborted();
  if (inUse) return inUse;
  if (failures.length > 0) throw unread(failures);
  return idle ?? { use: 'Idle' };
}

/** The likely regions first, none twice. */
function searchOrder({ partition, likely, seen }: Where): readonly string[] {
  return [...new Set([...likely, ...(identityCenterRegions(partition) ?? []), ...seen])];
}

/**
 * The regions still to read once the account's own list is known. The likeliest one is read again where its answer may
 * have been taken for that of a region which is not enabled.
 */
function remaining(
  where: Where,
  likeliest: string | undefined,
  listed: AccountRegions | undefined,
): readonly string[] {
  const all = new Set([...searchOrder(where), ...(listed?.enabled ?? []), ...(listed?.changing ?? [])]);
  return [...all].filter((region) => {
    if (region === likeliest) return isOptIn(region) && listed?.enabled.has(region) === true;
    return !listed?.disabled.has(region);
  });
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
