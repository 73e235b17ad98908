import { z } from 'zod';
import { driftKinds } from '../../crds/status.ts';
import { group } from '../../crds/trustedAccess.ts';
import { eventAnnotations } from '../../kubernetes/kubernetesEvent.ts';
import { oneLine } from '../../text/plainText.ts';
import {
  type Author,
  driftWords,
  type HistoryEntry,
  type HistoryFact,
  operations,
  operator,
  timeOf,
} from './record.ts';

const text = z.string().nullish();

/** An Event of events.k8s.io/v1 as far as it is read; older writers fill the deprecated times. */
const eventSchema = z.object({
  metadata: z.object({
    creationTimestamp: text,
    annotations: z.record(z.string(), z.string()).nullish().catch(null),
  }),
  eventTime: text,
  series: z.object({ count: z.number(), lastObservedTime: text }).nullish().catch(null),
  deprecatedFirstTimestamp: text,
  deprecatedLastTimestamp: text,
  reportingController: text,
  deprecatedSource: z.object({ component: text }).nullish().catch(null),
  reason: text,
  action: text,
  note: text,
  regarding: z.object({ name: z.string() }),
});

type KubernetesEvent = z.output<typeof eventSchema>;

/** What the events of the cluster say about the resources. An API server keeps events for an hour by default. */
export function eventRecords(items: readonly unknown[]): HistoryEntry[] {
  return items.flatMap((item) => {
    const parsed = eventSchema.safeParse(item);
    return parsed.success ? occurrences(parsed.data) : [];
  });
}

/** A series has its first occurrence and its last one. */
function occurrences(event: KubernetesEvent): HistoryEntry[] {
  const { metadata, eventTime, series } = event;
  const first = timeOf(
    eventTime ?? event.deprecatedFirstTimestamp ?? metadata.creationTimestamp ?? undefined,
  );
  const last = timeOf(series?.lastObservedTime ?? event.deprecatedLastTimestamp ?? undefined);
  if (first === undefined) return [];
  if (last === undefined || last <= first) return [entry(event, first, metadata.annotations ?? {})];
  const count = series?.count;
  const latest = entry(event, last, metadata.annotations ?? {});
  return [
    entry(event, first, ofFirst(metadata.annotations ?? {})),
    { ...latest, ...(count !== undefined && count > 1 && { count }) },
  ];
}

type Annotations = Readonly<Record<string, string>>;

/** The annotations are those of the last occurrence, but for what identifies the first. */
function ofFirst({
  [eventAnnotations.cloudTrailEventId]: _eventId,
  [eventAnnotations.detectedAt]: _detectedAt,
  [eventAnnotations.awsRequestId]: _requestId,
  ...rest
}: Annotations): Annotations {
  const detectedAt = rest[eventAnnotations.firstDetectedAt];
  const requestId = rest[eventAnnotations.firstAwsRequestId];
  return {
    ...rest,
    ...(detectedAt !== undefined && { [eventAnnotations.detectedAt]: detectedAt }),
    ...(requestId !== undefined && { [eventAnnotations.awsRequestId]: requestId }),
  };
}

function entry(event: KubernetesEvent, at: number, annotations: Annotations): HistoryEntry {
  const { reportingController, deprecatedSource, reason, note } = event;
  const controller = oneLine(reportingController || deprecatedSource?.component || 'unknown');
  const isOurs = controller === `${group}/operator`;
  const said = oneLine(`${reason ?? ''}: ${note ?? ''}`).replace(/^: |:$/g, '');
  const base = {
    resource: oneLine(event.regarding.name),
    source: 'Event',
    at,
    text: said,
  } as const;
  if (!isOurs) {
    return {
      ...base,
      fact: { kind: 'Other', word: oneLine(reason ?? '') },
      by: { name: controller, isOperator: false },
    };
  }
  return {
    ...base,
    ...(driftRecord(event, at, annotations) ?? actionRecord(event, annotations) ?? readyRecord(event)),
  };
}

type Part = Pick<HistoryEntry, 'fact'> & Partial<Pick<HistoryEntry, 'text' | 'by' | 'eventId' | 'requestId'>>;

function driftRecord({ reason }: KubernetesEvent, at: number, annotations: Annotations): Part | undefined {
  const drift = driftKinds.find((kind) => kind === annotations[eventAnnotations.drift]);
  if (drift === undefined) return undefined;
  const detectedAt = timeOf(annotations[eventAnnotations.detectedAt]);
  if (reason === 'DriftCorrected') {
    const detection = detectedAt === undefined ? {} : { detectedAt, took: Math.max(0, at - detectedAt) };
    return { fact: { kind: 'Corrected', drift, ...detection }, text: 'Drift corrected', by: operator };
  }
  const by = annotations[eventAnnotations.by];
  const eventId = annotations[eventAnnotations.cloudTrailEventId];
  return {
    fact: { kind: 'Drift', drift, ...(detectedAt !== undefined && { detectedAt }) },
    text: `Drift: ${driftWords[drift]}`,
    ...(by !== undefined && { by: { name: oneLine(by), isOperator: false } satisfies Author }),
    ...(eventId !== undefined && { eventId: oneLine(eventId) }),
  };
}

/** Which call an action ends with. */
const calls = {
  EnableAccess: 'EnableAWSServiceAccess',
  DisableAccess: 'DisableAWSServiceAccess',
  RegisterAdministrator: 'RegisterDelegatedAdministrator',
  DeregisterAdministrator: 'DeregisterDelegatedAdministrator',
  ReplaceAdministrator: 'RegisterDelegatedAdministrator',
  RestoreAdministrator: 'RegisterDelegatedAdministrator',
} as const;
const isCall = (action: string): action is keyof typeof calls => Object.hasOwn(calls, action);

function actionRecord({ action, reason }: KubernetesEvent, annotations: Annotations): Part | undefined {
  if (reason === 'ReplacementRolledBack') return { fact: { kind: 'Swap', word: 'RolledBack' }, by: operator };
  if (typeof action !== 'string' || !isCall(action)) return undefined;
  const operation = calls[action];
  const account = annotations[eventAnnotations.account];
  const replaces = annotations[eventAnnotations.replaces];
  const fact: HistoryFact = {
    kind: 'Change',
    operation,
    ...(account !== undefined && { account: oneLine(account) }),
  };
  const instead = replaces === undefined ? '' : ` instead of ${oneLine(replaces)}`;
  const requestId = annotations[eventAnnotations.awsRequestId];
  return {
    fact,
    text: `${changeText(fact)}${instead}`,
    by: operator,
    ...(requestId !== undefined && { requestId: oneLine(requestId) }),
  };
}

const readyRecord = ({ reason }: KubernetesEvent): Part => ({
  fact: { kind: 'Condition', word: oneLine(reason ?? '') },
  by: operator,
});

export function changeText({ operation, account }: Extract<HistoryFact, { kind: 'Change' }>): string {
  return account === undefined ? operations[operation] : `${account} ${operations[operation]}`;
}
