import { type Announcement, describeAction, type Recorder } from '../controller/ports.ts';
import type { Logger } from './logger.ts';
import { safeText } from './redaction.ts';

type Line = readonly [level: 'info' | 'warn', message: string, fields?: object];

function line(announcement: Announcement): Line {
  switch (announcement.kind) {
    case 'DriftDetected':
      return [
        'warn',
        announcement.corrects ? 'drift detected, correcting' : 'drift detected, only observing',
        { drift: announcement.drift },
      ];
    case 'DriftAttributed':
      return ['info', 'drift attributed', { drift: announcement.drift }];
    case 'DriftCorrected':
      return ['info', 'drift corrected', { drift: announcement.drift }];
    case 'Contended':
      return ['warn', `contended: ${announcement.message}`, { drift: announcement.drift }];
    case 'ActionStarted':
      return [
        'info',
        `begin to ${describeAction(announcement.action)}`,
        { action: announcement.action.kind },
      ];
    case 'ActionVerified':
      return [
        'info',
        `done and verified: ${describeAction(announcement.action)}`,
        { action: announcement.action.kind, milliseconds: Math.round(announcement.milliseconds) },
      ];
    case 'ReplacementRolledBack':
      return [
        'warn',
        `replacement rolled back: ${announcement.message}`,
        { from: announcement.from, to: announcement.to },
      ];
    case 'Stalled':
      return ['warn', `stalled: ${announcement.message}`, { reason: announcement.reason }];
    case 'Settled':
      return ['info', announcement.message, { recovered: announcement.recovered }];
  }
}

/** One line of log an announcement. */
export function logRecorder(logger: Pick<Logger, 'info' | 'warn'>): Recorder {
  return {
    announce(announcement) {
      const [level, message, fields] = line(announcement);
      const { resource, organization } = announcement;
      logger[level](
        {
          name: resource.name,
          principal: resource.principal,
          ...(organization && { organization: organization.id }),
          ...fields,
        },
        // A terminal shows it as it is, and it may quote names that others chose.
        safeText(message).replaceAll(/[\t\n]+/g, ' '),
      );
    },
  };
}
