import type { Action, Notice } from '../controller/ports.ts';
import { adviceFor, adviceText } from '../crds/advice.ts';
import type { DriftKind, LastDrift } from '../crds/status.ts';
import { group } from '../crds/trustedAccess.ts';
import { plainText } from '../text/plainText.ts';

/** What an Event of events.k8s.io/v1 says of an announcement. */
export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word. */
  readonly reason: string;
  /** What the operator did or could not do, one CamelCase word. */
  readonly action: string;
  /** At most 1024 bytes, without control characters. */
  readonly note: string;
  /** The same for programs: see eventAnnotations. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Announcements alike in this are one series; durations and the like may differ. */
  readonly alike: string;
}

/** Annotations of the operator's events: what the note says in words. Of a series, they are those of its last occurrence. */
export const eventAnnotations = {
  drift: `${group}/drift`,
  detectedAt: `${group}/detected-at`,
  by: `${group}/by`,
  cloudTrailEventId: `${group}/cloudtrail-event-id`,
  account: `${group}/account`,
  replaces: `${group}/replaces`,
  awsRequestId: `${group}/aws-request-id`,
  firstDetectedAt: `${group}/first-detected-at`,
  firstAwsRequestId: `${group}/first-aws-request-id`,
} as const;

/** Of a series: what identifies its first occurrence, beside the annotations of the last one. */
export function firstAnnotations(first: EventText['annotations']): EventText['annotations'] {
  const { detectedAt, firstDetectedAt, awsRequestId, firstAwsRequestId } = eventAnnotations;
  return {
    ...(first[detectedAt] !== undefined && { [firstDetectedAt]: first[detectedAt] }),
    ...(first[awsRequestId] !== undefined && { [firstAwsRequestId]: first[awsRequestId] }),
  };
}

const noteBytes = 1024;

/** Names come from CloudTrail and from AWS's error messages. */
export function eventWords(text: string, bytes: number = noteBytes): string {
  return plainText(text, bytes, Buffer.byteLength);
}

const happened: Readonly<Record<DriftKind, string>> = {
  AccessDisabled: 'Trusted access was disabled',
  AccessEnabled: 'Trusted access was enabled',
  AdministratorRemoved: 'A delegated administrator was deregistered',
  AdministratorAdded: 'A delegated administrator was registered',
  AdministratorReplaced: 'The delegated administrator was replaced',
};

/** Milliseconds as a person says them. */
export function inWords(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes} min ${Math.floor((milliseconds % 60_000) / 1_000)} s`;
}

function whatHappened(drift: LastDrift): string {
  // Long names must not push out of the note what the operator does about it.
  const by = drift.by === undefined ? '' : ` by ${eventWords(drift.by, 300)}`;
  const via = drift.via === undefined ? '' : ` through ${eventWords(drift.via, 200)}`;
  const from = drift.sourceIp === undefined ? '' : ` from ${eventWords(drift.sourceIp, 60)}`;
  return `${happened[drift.kind]}${by}${via}${from}`;
}

const times = (drift: LastDrift): string => (drift.count > 1 ? ` (${drift.count} times in a row)` : '');

function verified(action: Action): { readonly reason: string; readonly done: string } {
  switch (action.kind) {
    case 'EnableAccess':
      return { reason: 'AccessEnabled', done: 'Trusted access is enabled' };
    case 'DisableAccess':
      return { reason: 'AccessDisabled', done: 'Trusted access is disabled' };
    case 'RegisterAdministrator':
      return { reason: 'AdministratorRegistered', done: `${action.accountId} is a delegated administrator` };
    case 'DeregisterAdministrator':
      return {
        reason: 'AdministratorDeregistered',
        done: `${action.accountId} is no longer a delegated administrator`,
      };
    case 'ReplaceAdministrator':
      return {
        reason: 'AdministratorReplaced',
        done: `${action.to} is the delegated administrator instead of ${action.from}`,
      };
    case 'RestoreAdministrator':
      return {
        reason: 'AdministratorRestored',
        done: `${action.accountId} is the delegated administrator again, instead of ${action.instead}`,
      };
  }
}

/** AWS asks to tell whoever administers the service what happened and what is theirs to do. */
function advice({ kind }: Action, principal: string): string {
  if (kind !== 'EnableAccess' && kind !== 'DisableAccess') return '';
  return `. ${adviceText(adviceFor(principal, kind === 'EnableAccess' ? 'Enabled' : 'Disabled'))}`;
}

function annotationsOf(reported: Notice): Readonly<Record<string, string>> {
  const { drift, detectedAt, by, cloudTrailEventId } = eventAnnotations;
  if ('drift' in reported) {
    return {
      [drift]: reported.drift.kind,
      [detectedAt]: reported.drift.detectedAt,
      ...(reported.drift.by !== undefined && { [by]: eventWords(reported.drift.by) }),
      ...(reported.drift.eventId !== undefined && { [cloudTrailEventId]: reported.drift.eventId }),
    };
  }
  if (reported.kind === 'ActionVerified') return actionAnnotations(reported);
  if (reported.kind !== 'ReplacementRolledBack') return {};
  return { [eventAnnotations.account]: reported.from, [eventAnnotations.replaces]: reported.to };
}

function actionAnnotations({
  action,
  requestId,
}: Extract<Notice, { kind: 'ActionVerified' }>): EventText['annotations'] {
  const { account, replaces, awsRequestId } = eventAnnotations;
  return {
    ...accountsOf(action, account, replaces),
    ...(requestId !== undefined && { [awsRequestId]: plainText(requestId, 128) }),
  };
}

function accountsOf(action: Action, account: string, replaces: string): EventText['annotations'] {
  if (action.kind === 'ReplaceAdministrator') return { [account]: action.to, [replaces]: action.from };
  if (!('accountId' in action)) return {};
  return {
    [account]: action.accountId,
    ...(action.kind === 'RestoreAdministrator' && { [replaces]: action.instead }),
  };
}

type Draft = Omit<EventText, 'alike' | 'annotations'> & { readonly about?: string };

function draft(reported: Notice): Draft | undefined {
  switch (reported.kind) {
    case 'DriftDetected': {
      const next = reported.corrects ? 'the operator corrects it' : 'the operator only reports it';
      const note = `${whatHappened(reported.drift)}${times(reported.drift)}; ${next}`;
      const about = `${reported.drift.kind} ${reported.drift.by ?? ''}`;
      return {
        type: 'Warning',
        reason: 'DriftDetected',
        action: reported.corrects ? 'Correct' : 'Observe',
        note,
        about,
      };
    }
    case 'DriftAttributed': {
      const about = `${reported.drift.kind} ${reported.drift.by ?? ''}`;
      return {
        type: 'Normal',
        reason: 'DriftAttributed',
        action: 'Attribute',
        note: whatHappened(reported.drift),
        about,
      };
    }
    case 'DriftCorrected': {
      const { kind, detectedAt, correctedAt } = reported.drift;
      const took =
        (correctedAt === undefined ? reported.at : Date.parse(correctedAt)) - Date.parse(detectedAt);
      const note = `${whatHappened(reported.drift)}; corrected ${inWords(took)} after its detection`;
      return { type: 'Normal', reason: 'DriftCorrected', action: 'Correct', note, about: kind };
    }
    case 'Contended':
      return {
        type: 'Warning',
        reason: 'Contended',
        action: 'Correct',
        note: reported.message,
        about: reported.drift.kind,
      };
    case 'ActionStarted':
      return undefined;
    case 'ActionVerified': {
      const { reason, done } = verified(reported.action);
      const note = `${done} (verified after ${inWords(reported.milliseconds)})${advice(reported.action, reported.resource.principal)}`;
      return { type: 'Normal', reason, action: reported.action.kind, note, about: done };
    }
    case 'ReplacementRolledBack': {
      const note = `AWS refused ${reported.to} as delegated administrator; the operator registered ${reported.from} again: ${reported.message}`;
      const about = `${reported.from} ${reported.to}`;
      return {
        type: 'Warning',
        reason: 'ReplacementRolledBack',
        action: 'RestoreAdministrator',
        note,
        about,
      };
    }
    case 'Stalled':
      return { type: 'Warning', reason: reported.reason, action: 'Reconcile', note: reported.message };
    case 'InSync':
      return { type: 'Normal', reason: 'InSync', action: 'Reconcile', note: reported.message };
  }
}

/** Undefined: nothing worth an event. An action that started is told when it is verified. */
export function eventText(notice: Notice): EventText | undefined {
  const found = draft(notice);
  if (found === undefined) return undefined;
  const { about = '', note, ...rest } = found;
  const alike = [rest.type, rest.reason, rest.action, about].join('|');
  return { ...rest, note: eventWords(note) || rest.reason, annotations: annotationsOf(notice), alike };
}
