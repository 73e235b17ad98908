import type { ConditionType, LastDrift } from '../../crds/status.ts';
import type { Condition, TrustedAccessStatus } from '../../crds/trustedAccess.ts';
import { oneLine } from '../../text/plainText.ts';
import { driftWords, type HistoryEntry, type OutsideChange, operator, timeOf } from './record.ts';

/** What the status of a resource remembers: the last drift, a replacement under way, and how it stands since when. */
export function statusRecords(resource: string, status: TrustedAccessStatus): HistoryEntry[] {
  const drafts = [
    ...(status.lastDrift ? driftDrafts(status.lastDrift) : []),
    ...swapDrafts(status.replacement),
    ...conditionDrafts(status.conditions),
  ];
  return drafts.flatMap(({ time, ...draft }) => {
    const at = timeOf(time);
    return at === undefined ? [] : [{ resource, source: 'Status', isExact: true, at, ...draft } as const];
  });
}

type Draft = Omit<HistoryEntry, 'resource' | 'source' | 'at' | 'isExact'> & {
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
            outsideChange: { kind: 'Drift', drift: drift.kind, detectedAt: first },
            text: `Drift: ${driftWords[drift.kind]}`,
          },
        ]
      : [];
  if (drift.correctedAt === undefined) return [...began, detected];
  const took = Math.max(0, Date.parse(drift.correctedAt) - Date.parse(drift.detectedAt));
  const corrected: Draft = {
    time: drift.correctedAt,
    outsideChange: { kind: 'Corrected', drift: drift.kind, took },
    text: 'Drift put right',
    by: operator,
  };
  return [...began, detected, corrected];
}

function driftDraft({ kind, detectedAt, by, via, sourceIp, eventId, count }: LastDrift): Draft {
  return {
    time: detectedAt,
    outsideChange: { kind: 'Drift', drift: kind, detectedAt: timeOf(detectedAt) ?? 0 },
    text: `Drift: ${driftWords[kind]}`,
    ...(count > 1 && { count }),
    ...(eventId !== undefined && { eventId }),
    ...(by !== undefined && {
      by: {
        name: oneLine(by),
        ...(via !== undefined && { via: oneLine(via) }),
        ...(sourceIp !== undefined && { sourceIp: oneLine(sourceIp) }),
        isOperator: false,
      },
    }),
  };
}

function swapDrafts(replacement: TrustedAccessStatus['replacement']): Draft[] {
  if (!replacement) return [];
  const { from, to, startedAt, refusal } = replacement;
  const started: Draft = {
    time: startedAt,
    outsideChange: { kind: 'Swap', word: 'Started' },
    text: oneLine(`Replacement of the delegated administrator ${from} by ${to} begun`),
    by: operator,
  };
  if (!refusal) return [started];
  const refused: Draft = {
    time: refusal.at,
    outsideChange: { kind: 'Swap', word: 'RolledBack' },
    text: oneLine(`${to} refused as delegated administrator, ${from} is back: ${refusal.message}`),
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
    const outsideChange: OutsideChange = { kind: 'Standing', word: wordOf(condition) };
    return [
      {
        time: lastTransitionTime,
        outsideChange,
        text: oneLine(`${labelOf(type, status)} ${reason}: ${message}`),
        by: operator,
      },
    ];
  });
}

const wordOf = ({ type, reason }: Condition) =>
  type === 'Ready' || type === 'Stalled' ? oneLine(reason) : oneLine(`${type} ${reason}`);

/** A reason says by itself which of Ready and Stalled it is about; of the others it is told. */
const labelOf = (type: ConditionType | string, status: string) =>
  type === 'Stalled' || (type === 'Ready' && status === 'True') ? `${type}:` : `${type} ${status}:`;
