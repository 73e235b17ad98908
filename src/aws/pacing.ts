import type { Clock } from '../time/clock.ts';

interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

interface Limits {
  readonly account: Rate;
  readonly organization?: Rate;
}

/**
 * Source: AWS Organizations user guide, "Quotas for AWS Organizations", throttling limits; IAM Identity Center
 * user guide, "Quotas and limits", which has one collective limit; AWS Account Management reference guide, "Quotas".
 * Each row is one bucket.
 */
const limits = {
  ChangeAccess: { account: { perSecond: 1, burst: 2 } },
  ChangeAdministrators: { account: { perSecond: 1, burst: 2 } },
  ListServices: { account: { perSecond: 1, burst: 3 }, organization: { perSecond: 1, burst: 4 } },
  ListAdministrators: { account: { perSecond: 5, burst: 8 }, organization: { perSecond: 6, burst: 10 } },
  DescribeOrganization: { account: { perSecond: 1, burst: 2 } },
  DescribeAccount: { account: { perSecond: 20, burst: 30 }, organization: { perSecond: 24, burst: 36 } },
  IdentityCenter: { account: { perSecond: 20, burst: 20 } },
  AccountRegions: { account: { perSecond: 5, burst: 5 } },
} as const satisfies Readonly<Record<string, Limits>>;

export type PaceGroup = keyof typeof limits;

/** Whose allowance a call uses. */
export interface Payer {
  /** The calling account; something that stands for the credentials while the account is unknown. */
  readonly account: string;
  /** The organization, by its management account. */
  readonly organization: string;
}

/** Keeps calls under the documented rates, first come first served. Times in milliseconds. */
export interface Pacer {
  /** Resolves when the call may be sent; rejects with the signal's reason, then nothing is used up. */
  take(group: PaceGroup, payer: Payer, signal: AbortSignal): Promise<void>;
  /** AWS said it was too much: somebody else uses the allowance too, so start over with an empty bucket. */
  exhaust(group: PaceGroup, payer: Payer): void;
  /** What was used up under the name `from` was used up by `to`. */
  rename(from: string, to: string): void;
}

interface Bucket {
  readonly rate: Rate;
  tokens: number;
  at: number;
}

interface Lane {
  readonly waiting: Set<() => void>;
  stopTimer: (() => void) | undefined;
}

const almostOne = 1 - 1e-9;

/**
 * Milliseconds that AWS's bucket is given before ours: the call before this one may have been so long on its way.
 * It costs no rate, as tokens fill up meanwhile.
 */
export const headStart = 50;

/** `keep`: how many buckets are remembered before the full ones, which say nothing, are forgotten. */
export function createPacer(clock: Clock, keep = 4_096): Pacer {
  const buckets = createBuckets(clock, keep);
  const lanes = new Map<string, Lane>();

  /** Lets through whom it can; when a bucket is empty, comes back as soon as it has a token. */
  const pump = (key: string, lane: Lane, group: PaceGroup, payer: Payer): void => {
    lane.stopTimer?.();
    lane.stopTimer = undefined;
    for (const pass of lane.waiting) {
      const used = buckets.of(group, payer);
      const wait = Math.max(...used.map((bucket) => untilToken(bucket, clock.now())));
      if (wait > 0) {
        lane.stopTimer = clock.after(Math.ceil(wait) + headStart, () => pump(key, lane, group, payer));
        return;
      }
      for (const bucket of used) bucket.tokens -= 1;
      lane.waiting.delete(pass);
      pass();
    }
    lanes.delete(key);
  };

  return {
    take(group, payer, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const key = `${group}/${payer.account}/${payer.organization}`;
        const lane = lanes.get(key) ?? { waiting: new Set(), stopTimer: undefined };
        lanes.set(key, lane);
        const leave = (): void => {
          lane.waiting.delete(pass);
          if (lane.waiting.size === 0) pump(key, lane, group, payer);
          reject(signal.reason);
        };
        const pass = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        signal.addEventListener('abort', leave, { once: true });
        lane.waiting.add(pass);
        if (!lane.stopTimer) pump(key, lane, group, payer);
      });
    },
    exhaust(group, payer) {
      for (const bucket of buckets.of(group, payer)) {
        bucket.tokens = Math.min(refill(bucket, clock.now()), 0);
      }
    },
    rename: buckets.rename,
  };
}

interface Buckets {
  of(group: PaceGroup, payer: Payer): readonly Bucket[];
  rename(from: string, to: string): void;
}

function createBuckets(clock: Clock, keep: number): Buckets {
  const buckets = new Map<string, Bucket>();
  const aliases = new Map<string, string>();
  const named = (payer: string): string => aliases.get(payer) ?? payer;

  const bucket = (key: string, rate: Rate): Bucket => {
    const known = buckets.get(key);
    if (known) return known;
    const created = { rate, tokens: rate.burst, at: clock.now() };
    buckets.set(key, created);
    return created;
  };
  return {
    of(group, payer) {
      // Before, not between: a bucket that was just looked up must stay the one that counts.
      if (buckets.size >= keep) forgetFull(buckets, clock.now());
      const { account, organization }: Limits = limits[group];
      const own = bucket(`${group}/account/${named(payer.account)}`, account);
      if (!organization) return [own];
      return [own, bucket(`${group}/organization/${named(payer.organization)}`, organization)];
    },
    rename(from, to) {
      if (from === to) return;
      aliases.set(from, to);
      for (const [key, used] of [...buckets]) {
        if (!key.endsWith(`/${from}`)) continue;
        const target = key.slice(0, -from.length) + to;
        const known = buckets.get(target);
        if (!known) buckets.set(target, used);
        else known.tokens = Math.min(refill(known, clock.now()), refill(used, clock.now()));
        buckets.delete(key);
      }
    },
  };
}

function refill(bucket: Bucket, now: number): number {
  const { perSecond, burst } = bucket.rate;
  const elapsed = Math.max(0, now - bucket.at);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsed * perSecond) / 1_000);
  bucket.at = now;
  return bucket.tokens;
}

/** Milliseconds until the bucket has a token; 0 when it has one. */
function untilToken(bucket: Bucket, now: number): number {
  const tokens = refill(bucket, now);
  return tokens >= almostOne ? 0 : ((1 - tokens) * 1_000) / bucket.rate.perSecond;
}

function forgetFull(buckets: Map<string, Bucket>, now: number): void {
  for (const [key, bucket] of buckets) {
    if (refill(bucket, now) >= bucket.rate.burst) buckets.delete(key);
  }
}
