import type { Reason } from '../crds/reasons.ts';
import type { LastDrift } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import type { Told } from './outcome.ts';
import type { Announcement } from './ports.ts';

type Without<T> = T extends unknown ? Omit<T, 'resource' | 'at' | 'organization'> : never;
export type News = Without<Announcement>;

/** What is worth telling people of the step from one status to the next: transitions, never repetitions. */
export function newsOf(previous: TrustedAccessStatus, next: TrustedAccessStatus, outcome: Told): News[] {
  return [...driftNews(previous.lastDrift, next.lastDrift), ...standingNews(previous, next, outcome)];
}

function driftNews(before: LastDrift | undefined, after: LastDrift | undefined): News[] {
  if (!after) return [];
  const known = before?.detectedAt === after.detectedAt ? before : undefined;
  const news: News[] = [];
  if (known && known.by === undefined && after.by !== undefined) {
    news.push({ kind: 'DriftAttributed', drift: after });
  }
  if (after.correctedAt !== undefined && known?.correctedAt === undefined) {
    news.push({ kind: 'DriftCorrected', drift: after });
  }
  return news;
}

function standingNews(previous: TrustedAccessStatus, next: TrustedAccessStatus, outcome: Told): News[] {
  const before = conditionOf(previous, 'Ready');
  if (outcome.kind === 'Stalled') {
    const known = conditionOf(previous, 'Stalled')?.reason === outcome.reason;
    return known ? [] : [{ kind: 'Stalled', reason: outcome.reason as Reason, message: outcome.message }];
  }
  if (outcome.kind !== 'Settled') return [];
  const settled = before?.status === 'True' && before.observedGeneration === next.observedGeneration;
  if (settled) return [];
  const recovered = conditionOf(previous, 'Stalled') !== undefined;
  return [{ kind: 'Settled', recovered, message: outcome.message }];
}

function conditionOf({ conditions }: TrustedAccessStatus, type: string) {
  return conditions.find((condition) => condition.type === type);
}
