import type { ConditionType, LastDrift } from '../../crds/status.ts';
import type { Condition, TrustedAccessStatus } from '../../crds/trustedAccess.ts';
import { oneLine } from '../../text/plainText.ts';
import { authorOf, driftWords, type HistoryEntry, type HistoryFact, operator, timeOf } from './record.ts';

/** What the status of a resource holds: the last drift, a swap in progress, and when each condition last changed. */
export function statusRecords(resource: string, status: TrustedAccessStatus): HistoryEntry[] {
  const drafts = [
    ...(status.lastDrift ? driftDrafts(status.lastDrift) : []),
    ...swapDrafts(status.replacement),
    ...conditionDrafts(status.conditions),
  ];
  return drafts.flatMap(({ time, ...draft }) => {
    const at = timeOf(time);
    return at === undefined ? [] : [{ resource, source: 'Status', at, ...draft } as const];
  });
}

type Draft = Omit<HistoryEntry, 'resource' | 'source' | 'at'> & {
  readonly time: string | undefined;
};

function driftDrafts(drift: LastDrift): Draft[] {
  const detected = driftDraft(drift);
  const first = timeOf(drift.firstDetectedAt);
  const began: Draft[] =
    drift.count > 1 && first !== undefined
      ? [
          {
            time: drift.firstDetectedAt,
            fact: { kind: 'Drift', drift: drift.kind, detectedAt: first },
            text: `Drift: ${driftWords[drift.kind]}`,
          },
        ]
      : [];
  if (drift.correctedAt === undefined) return [...began, detected];
  const took = Math.max(0, Date.parse(drift.correctedAt) - Date.parse(drift.detectedAt));
  const corrected: Draft = {
    time: drift.correctedAt,
    fact: { kind: 'Corrected', drift: drift.kind, ...detection(drift.detectedAt), took },
    text: 'Drift corrected',
    by: operator,
  };
  return [...began, detected, corrected];
}

/** A drift is identified by its kind and the exact time at which the operator detected it. */
function detection(time: string): { readonly detectedAt?: number } {
  const detectedAt = timeOf(time);
  return detectedAt === undefined ? {} : { detectedAt };
}

function driftDraft({ kind, detectedAt, by, eventId, count, ...actor }: LastDrift): Draft {
  return {
    time: detectedAt,
    fact: { kind: 'Drift', drift: kind, ...detection(detectedAt) },
    text: `Drift: ${driftWords[kind]}`,
    ...(count > 1 && { count }),
    ...(eventId !== undefined && { eventId }),
    ...(by !== undefined && { by: authorOf({ ...actor, by }, false) }),
  };
}

function swapDrafts(replacement: TrustedAccessStatus['replacement']): Draft[] {
  if (!replacement) return [];
  const { from, to, startedAt, refusal } = replacement;
  const started: Draft = {
    time: startedAt,
    fact: { kind: 'Swap', word: 'Started' },
    text: oneLine(`Swap of the delegated administrator from ${from} to ${to} started`),
    by: operator,
  };
  if (!refusal) return [started];
  const refused: Draft = {
    time: refusal.at,
    fact: { kind: 'Swap', word: 'RolledBack' },
    text: oneLine(`${to} refused as delegated administrator; registered ${from} again: ${refusal.message}`),
    by: operator,
  };
  return [started, refused];
}

/** Reconciling comes and goes; Ready says the same as Stalled where that is there. */
function conditionDrafts(conditions: readonly Condition[]): Draft[] {
  const isStalled = conditions.some(({ type }) => type === 'Stalled');
  return conditions.flatMap((condition) => {
    const { type, status, reason, message, lastTransitionTime } = condition;
    if (type === 'Reconciling' || (type === 'Ready' && isStalled)) return [];
    const fact: HistoryFact = { kind: 'Condition', word: wordOf(condition) };
    return [
      {
        time: lastTransitionTime,
        fact,
        text: oneLine(`${labelOf(type, status)} ${reason}: ${message}`),
        by: operator,
      },
    ];
  });
}

const wordOf = ({ type, reason }: Condition) =>
  type === 'Ready' || type === 'Stalled' ? oneLine(reason) : oneLine(`${type} ${reason}`);

/** A reason says by itself which of Ready and Stalled it is about; for the others the line adds the status. */
const labelOf = (type: ConditionType | string, status: string) =>
  type === 'Stalled' || (type === 'Ready' && status === 'True') ? `${type}:` : `${type} ${status}:`;
