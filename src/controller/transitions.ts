import type { Reason } from '../crds/reasons.ts';
import type { LastDrift } from '../crds/status.ts';
import type { TrustedAccessStatus } from '../crds/trustedAccess.ts';
import type { ReportedOutcome } from './outcome.ts';
import type { Notice } from './ports.ts';

type Without<T> = T extends unknown ? Omit<T, 'resource' | 'at' | 'organization'> : never;
export type NoticeContent = Without<Notice>;

/** What is worth telling people of the step from one status to the next: transitions, never repetitions. */
export function noticesOf(
  previous: TrustedAccessStatus,
  next: TrustedAccessStatus,
  outcome: ReportedOutcome,
): NoticeContent[] {
  return [...driftNotices(previous.lastDrift, next.lastDrift), ...readyNotices(previous, next, outcome)];
}

function driftNotices(before: LastDrift | undefined, after: LastDrift | undefined): NoticeContent[] {
  if (!after) return [];
  const known = before?.detectedAt === after.detectedAt ? before : undefined;
  const notices: NoticeContent[] = [];
  if (known && known.by === undefined && after.by !== undefined) {
    notices.push({ kind: 'DriftAttributed', drift: after });
  }
  if (after.correctedAt !== undefined && known?.correctedAt === undefined) {
    notices.push({ kind: 'DriftCorrected', drift: after });
  }
  return notices;
}

function readyNotices(
  previous: TrustedAccessStatus,
  next: TrustedAccessStatus,
  outcome: ReportedOutcome,
): NoticeContent[] {
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
