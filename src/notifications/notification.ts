import type { BusEntry } from '../awsApi/eventBus.ts';
import type { Notice } from '../controller/ports.ts';
import { type Advice, adviceFor, adviceText } from '../crds/advice.ts';
import type { DriftKind, LastDrift } from '../crds/status.ts';
import { plainText } from '../text/plainText.ts';
import type { Notification, NotificationType } from './notificationSchema.ts';

type Reported = Partial<Notification> & { readonly type: NotificationType; readonly message: string };

/** The entry for the bus; undefined for what nobody outside needs to know. */
export function notificationOf(notice: Notice, clusterName: string): BusEntry | undefined {
  const reported = report(notice);
  if (reported === undefined) return undefined;
  const { type, message, ...more } = reported;
  const { resource, organization, at } = notice;
  const detail: Notification = {
    version: '1',
    clusterName,
    at: new Date(at).toISOString(),
    message: plainText(message, 4_096),
    resource: { name: resource.name, uid: resource.uid, servicePrincipal: resource.principal },
    ...(organization && { organization }),
    ...more,
  };
  return { detailType: type, detail: JSON.stringify(detail), time: at, resources: [] };
}

function report(notice: Notice): Reported | undefined {
  const { principal } = notice.resource;
  switch (notice.kind) {
    case 'DriftDetected': {
      const { drift, corrects } = notice;
      const now = corrects ? 'The operator corrects it.' : 'The operator only reports it.';
      return {
        type: 'Drift Detected',
        message: `${happened(drift, principal)} ${now}`,
        drift: facts(drift),
        corrects,
      };
    }
    case 'DriftAttributed':
      return {
        type: 'Drift Attributed',
        message: happened(notice.drift, principal),
        drift: facts(notice.drift),
      };
    case 'DriftCorrected':
      return {
        type: 'Drift Corrected',
        message: `${happened(notice.drift, principal)} AWS is in the desired state again.`,
        drift: facts(notice.drift),
      };
    case 'Contended':
      return { type: 'Contended', message: notice.message, drift: facts(notice.drift) };
    case 'Stalled':
      return { type: 'Stalled', message: notice.message, stalled: { reason: notice.reason } };
    case 'InSync':
      return notice.recovered ? { type: 'Recovered', message: notice.message } : undefined;
    case 'ReplacementRolledBack': {
      const { from, to, message } = notice;
      return { type: 'Replacement Rolled Back', message, replacement: { from, to } };
    }
    case 'ActionVerified':
      return switched(notice.action.kind, principal);
    case 'ActionStarted':
      return undefined;
  }
}

function switched(kind: string, principal: string): Reported | undefined {
  const access: Advice['access'] | undefined =
    kind === 'EnableAccess' ? 'Enabled' : kind === 'DisableAccess' ? 'Disabled' : undefined;
  if (access === undefined) return undefined;
  const advice = adviceFor(principal, access);
  return {
    type: 'Service Administrator Advice',
    message: adviceText(advice),
    advice: { access, steps: [...advice.steps] },
  };
}

const changes: Readonly<Record<DriftKind, string>> = {
  AccessDisabled: 'Trusted access was disabled',
  AccessEnabled: 'Trusted access was enabled',
  AdministratorRemoved: 'A delegated administrator was removed',
  AdministratorAdded: 'A delegated administrator was added',
  AdministratorReplaced: 'The delegated administrator was replaced',
};

function happened({ kind, by, via }: LastDrift, principal: string): string {
  const who = `by ${by ?? 'an unidentified caller'}`;
  return `${changes[kind]} for ${principal} ${who}${via === undefined ? '' : ` through ${via}`}.`;
}

function facts({ firstDetectedAt: _, ...drift }: LastDrift): NonNullable<Notification['drift']> {
  return drift;
}
