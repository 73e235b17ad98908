import { describeAction, type Notice, type Recorder } from '../controller/ports.ts';
import type { Logger } from './logger.ts';
import { safeText } from './redaction.ts';

type Line = readonly [level: 'info' | 'warn', message: string, fields?: object];

function line(notice: Notice): Line {
  switch (notice.kind) {
    case 'DriftDetected':
      return [
        'warn',
        notice.corrects ? 'drift detected, correcting' : 'drift detected, only observing',
        { drift: notice.drift },
      ];
    case 'DriftAttributed':
      return ['info', 'drift attributed', { drift: notice.drift }];
    case 'DriftCorrected':
      return ['info', 'drift corrected', { drift: notice.drift }];
    case 'Contended':
      return ['warn', `contended: ${notice.message}`, { drift: notice.drift }];
    case 'ActionStarted':
      return ['info', `begin to ${describeAction(notice.action)}`, { action: notice.action.kind }];
    case 'ActionVerified':
      return [
        'info',
        `done and verified: ${describeAction(notice.action)}`,
        { action: notice.action.kind, milliseconds: Math.round(notice.milliseconds) },
      ];
    case 'ReplacementRolledBack':
      return ['warn', `replacement rolled back: ${notice.message}`, { from: notice.from, to: notice.to }];
    case 'Stalled':
      return ['warn', `stalled: ${notice.message}`, { reason: notice.reason }];
    case 'InSync':
      return ['info', notice.message, { recovered: notice.recovered }];
  }
}

/** One line of log an announcement. */
export function logRecorder(logger: Pick<Logger, 'info' | 'warn'>): Recorder {
  return {
    emit(notice) {
      const [level, message, fields] = line(notice);
      const { resource, organization } = notice;
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
