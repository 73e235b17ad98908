import type { Announcement } from '../controller/ports.ts';
import { type Advice, adviceFor, adviceText } from '../crds/advice.ts';
import type { DriftKind, LastDrift } from '../crds/status.ts';
import type { BusEntry } from './eventBus.ts';
import type { Notification, NotificationType } from './notificationSchema.ts';
import { plainText } from './plainText.ts';

type Told = Partial<Notification> & { readonly type: NotificationType; readonly message: string };

/** The entry for the bus; undefined for what nobody outside needs to know. */
export function notificationOf(announcement: Announcement, clusterName: string): BusEntry | undefined {
  const told = tell(announcement);
  if (told === undefined) return undefined;
  const { type, message, ...more } = told;
  const { resource, organization, at } = announcement;
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

function tell(announcement: Announcement): Told | undefined {
  const { principal } = announcement.resource;
  switch (announcement.kind) {
    case 'DriftDetected': {
      const { drift, corrects } = announcement;
      const now = corrects ? 'It is being put right.' : 'It is only reported.';
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
        message: happened(announcement.drift, principal),
        drift: facts(announcement.drift),
      };
    case 'DriftCorrected':
      return {
        type: 'Drift Corrected',
        message: `${happened(announcement.drift, principal)} AWS is as declared again.`,
        drift: facts(announcement.drift),
      };
    case 'Contended':
      return { type: 'Contended', message: announcement.message, drift: facts(announcement.drift) };
    case 'Stalled':
      return { type: 'Stalled', message: announcement.message, stalled: { reason: announcement.reason } };
    case 'Settled':
      return announcement.recovered ? { type: 'Recovered', message: announcement.message } : undefined;
    case 'ReplacementRolledBack': {
      const { from, to, message } = announcement;
      return { type: 'Replacement Rolled Back', message, replacement: { from, to } };
    }
    case 'ActionVerified':
      return switched(announcement.action.kind, principal);
    case 'ActionStarted':
      return undefined;
  }
}

function switched(kind: string, principal: string): Told | undefined {
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
  const who = by === undefined ? 'by somebody not known yet' : `by ${by}`;
  return `${changes[kind]} for ${principal} ${who}${via === undefined ? '' : ` (via ${via})`}.`;
}

function facts({ firstDetectedAt: _, ...drift }: LastDrift): NonNullable<Notification['drift']> {
  return drift;
}
