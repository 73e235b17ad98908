import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../crds/duration.ts';

const day = 86_400_000;

/** How long CloudTrail remembers (milliseconds). Source: CloudTrail user guide, "Working with CloudTrail Event history". */
export const trailMemory = 90 * day;

/** Milliseconds of `90m`, `24h`, `7d`, `1d12h`. @throws InvalidArgumentError */
export function parseSince(text: string): number {
  const [, days, rest = ''] = /^(?:(\d{1,5})d)?(.*)$/.exec(text) ?? [];
  const hours = rest === '' && days !== undefined ? 0 : parseDuration(rest);
  const since = hours === undefined ? 0 : Number(days ?? 0) * day + hours;
  if (since <= 0) throw new InvalidArgumentError('A duration is needed, for example 90m, 24h or 7d.');
  return since;
}
