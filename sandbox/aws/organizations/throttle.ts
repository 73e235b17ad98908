import type { Call } from '../service.ts';
import type { Bucket } from '../state.ts';
import { latest } from '../versions.ts';
import type { World } from '../world.ts';
import { tooManyRequests } from './errors.ts';

type Rate = readonly [perSecond: number, burst: number];

interface Group {
  readonly operations: readonly string[];
  readonly account: Rate;
  readonly organization?: Rate;
}

// Source: AWS Organizations user guide, "Throttle limits".
const groups: readonly Group[] = [
  { operations: ['EnableAWSServiceAccess', 'DisableAWSServiceAccess'], account: [1, 2] },
  { operations: ['RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'], account: [1, 2] },
  {
    operations: ['ListAWSServiceAccessForOrganization', 'ListDelegatedServicesForAccount'],
    account: [1, 3],
    organization: [1, 4],
  },
  { operations: ['ListDelegatedAdministrators'], account: [5, 8], organization: [6, 10] },
  { operations: ['DescribeOrganization'], account: [1, 2] },
  { operations: ['DescribeAccount'], account: [20, 30], organization: [24, 36] },
];

const groupOf = new Map(groups.flatMap((group) => group.operations.map((name) => [name, group] as const)));

/** Takes a token for the call, of the account and of the organization; throws when there is none. */
export function admit(world: World, call: Call): void {
  const { throttles } = world.settings;
  const group = groupOf.get(call.operation);
  if (throttles === 'off' || group === undefined) return;
  const account = world.state.accounts.get(call.caller.accountId);
  const organizationId = account && latest(account.membership).organizationId;
  const name = group.operations.join('+');
  const buckets = [refill(world, `${name}/${call.caller.accountId}`, group.account, throttles.scale)];
  if (group.organization && organizationId !== undefined) {
    buckets.push(refill(world, `${name}/${organizationId}`, group.organization, throttles.scale));
  }
  if (buckets.some((bucket) => bucket.tokens < 1)) throw tooManyRequests();
  for (const bucket of buckets) bucket.tokens -= 1;
}

function refill(world: World, key: string, [perSecond, burst]: Rate, scale: number): Bucket {
  const now = world.clock.now();
  const capacity = Math.max(1, burst * scale);
  const bucket = world.state.buckets.get(key) ?? { tokens: capacity, at: now };
  world.state.buckets.set(key, bucket);
  bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / 1000) * perSecond * scale);
  bucket.at = now;
  return bucket;
}
