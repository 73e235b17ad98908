import { styleText } from 'node:util';
import type { Notice } from '../../src/controller/ports.ts';
import { describeAction } from '../../src/controller/ports.ts';
import { oneLine } from '../../src/text/plainText.ts';
import type { Entry } from './entry.ts';

export type Reported = Pick<Entry, 'what' | 'message' | 'by' | 'drift' | 'detectedBy'>;

export function entryOf(notice: Notice): Reported {
  switch (notice.kind) {
    case 'DriftDetected': {
      const { kind, detectedBy, by } = notice.drift;
      const how = detectedBy === 'Event' ? 'by event' : 'by resync';
      return {
        ...{ what: 'detected', message: `${kind}, ${how}`, drift: kind, detectedBy },
        ...(by !== undefined && { by }),
      };
    }
    case 'DriftAttributed':
      return { what: 'received', message: 'the event with its actor', by: notice.drift.by ?? '' };
    case 'DriftCorrected':
      return {
        what: 'corrected',
        message: 'in sync again',
        ...(notice.drift.by !== undefined && { by: notice.drift.by }),
      };
    case 'Contended':
      return { what: 'detected', message: notice.message, drift: notice.drift.kind };
    case 'ActionStarted':
      return { what: 'acting', message: describeAction(notice.action) };
    case 'ActionVerified':
      return { what: 'verified', message: `${describeAction(notice.action)}: done, read back` };
    case 'ReplacementRolledBack':
      return { what: 'stalled', message: `AWS refused ${notice.to}; registered ${notice.from} again` };
    case 'Stalled':
      return { what: 'stalled', message: `${notice.reason}: ${notice.message}` };
    case 'InSync':
      return { what: 'settled', message: notice.message };
  }
}

const colours = {
  changed: 'red',
  declared: 'blue',
  received: 'magenta',
  detected: 'yellow',
  acting: 'cyan',
  verified: 'cyan',
  corrected: 'green',
  settled: 'green',
  stalled: 'red',
  note: 'gray',
} as const;

/** For people: aligned columns, colours only where they show. */
export function line(entry: Entry, coloured: boolean): string {
  const time = `+${(entry.milliseconds / 1000).toFixed(3)} s`.padStart(12);
  const what = entry.what.padEnd(10);
  const shown = coloured ? styleText(colours[entry.what], what, { validateStream: false }) : what;
  // Of a correction it tells whose change was undone, which the verdict says.
  const who = entry.by && entry.what !== 'corrected' ? `  by ${entry.by}` : '';
  return `${time}  ${shown}${(entry.resource ?? '').padEnd(16)} ${oneLine(entry.message)}${who}`;
}
