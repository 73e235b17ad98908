import type { Clock } from './clock.ts';

/** A set that forgets: the oldest when it is full, and each after its time. */
export interface RecentSet {
  /** False when it was in already. */
  add(member: string): boolean;
  has(member: string): boolean;
  readonly size: number;
}

/** `lifetime` in milliseconds, counted from when a member was first added. */
export function recentSet(clock: Clock, capacity: number, lifetime: number): RecentSet {
  // A Map keeps the order of insertion, so the oldest are in front.
  const until = new Map<string, number>();
  const forget = () => {
    const now = clock.now();
    for (const [member, end] of until) {
      if (end > now && until.size <= capacity) return;
      until.delete(member);
    }
  };
  const has = (member: string) => (until.get(member) ?? Number.NEGATIVE_INFINITY) > clock.now();
  return {
    add(member) {
      if (has(member)) return false;
      until.delete(member);
      until.set(member, clock.now() + lifetime);
      forget();
      return true;
    },
    has,
    get size() {
      return until.size;
    },
  };
}
