import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf, line } from '../../sandbox/drills/entries.ts';
import type { Evidence, Notice } from '../../src/controller/ports.ts';
import { type LastDrift, statusSchema } from '../../src/crds/status.ts';
import { parseMessage } from '../../src/events/envelope.ts';
import { eventText } from '../../src/kubernetes/kubernetesEvent.ts';
import { notificationOf } from '../../src/notifications/notification.ts';
import { notificationSchema } from '../../src/notifications/notificationSchema.ts';
import { boundedLabel } from '../../src/telemetry/labels.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { logRecorder } from '../../src/telemetry/logRecorder.ts';
import { envelopeOf, fixtureNames, noon } from './fixture.ts';

// ── What a stranger may write ────────────────────────────────────────────────────────────────────

const tricks = [
  '\u001b[2J\u001b[31m', // a terminal's own commands
  '\u009b2J',
  '\u0007\b\r\n\0',
  '\u202e\u2066\u2069\u200f', // what reverses
  '\u200b\ufeff\u00ad', // what is not seen
  '\u2028\u2029',
  '\u{e0041}\u{e007f}', // tags
  '\ud800',
  '𝒜',
  '"}\n{"level":"info","msg":"all is well"}\n',
] as const;

const trick = fc.constantFrom(...tricks);
const short = fc
  .array(fc.oneof(trick, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 })
  .map((parts) => parts.join(''));
const long = fc
  .record({ text: short, times: fc.constantFrom(300, 3_000, 9_000), unit: fc.constantFrom('𝒜', 'x', 'é') })
  .map(({ text, times, unit }) => `${text}${unit.repeat(times)}${text}`);
const hostile = fc.oneof({ weight: 3, arbitrary: short }, { weight: 1, arbitrary: long });

/** Decides where a message goes, and has to stay as it is for the rest to be looked at. */
const routing = new Set([
  'source',
  'detail-type',
  'eventSource',
  'eventName',
  'account',
  'eventTime',
  'type',
]);

/** A message like one of CloudTrail's, in which texts of others stand wherever it has a text. */
const message = fc
  .record({
    name: fc.constantFrom(...fixtureNames),
    texts: fc.array(hostile, { minLength: 1, maxLength: 8 }),
  })
  .map(({ name, texts }) => {
    let at = 0;
    return JSON.stringify(envelopeOf(name), (key, value: unknown) => {
      if (typeof value !== 'string' || routing.has(key)) return value;
      at += 1;
      return texts[at % texts.length];
    });
  });

// ── What is shown ────────────────────────────────────────────────────────────────────────────────

/** Moves, recolours, reverses or hides what stands beside it, or is half a character. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function isPlain(text: string, longest: number): void {
  expect(unseen.exec(text)?.[0]).toBeUndefined();
  expect(text.length).toBeLessThanOrEqual(longest);
}

const about = {
  resource: { name: 'sso', uid: 'u-1', principal: 'sso.amazonaws.com' },
  organization: { id: 'o-exampleorg1', managementAccountId: '111111111111' },
  at: noon,
};

function driftBy({ by, via, sourceIp, eventId }: Evidence): LastDrift {
  return {
    kind: 'AccessDisabled',
    detectedAt: new Date(noon).toISOString(),
    firstDetectedAt: new Date(noon).toISOString(),
    by,
    ...(via !== undefined && { via }),
    ...(sourceIp !== undefined && { sourceIp }),
    eventId,
    detectedBy: 'Event',
    count: 1,
  };
}

const driftNotices = (drift: LastDrift): readonly Notice[] => [
  { ...about, kind: 'DriftDetected', drift, corrects: true },
  { ...about, kind: 'DriftAttributed', drift },
  { ...about, kind: 'DriftCorrected', drift: { ...drift, correctedAt: drift.detectedAt } },
];

/** What AWS says of a refusal may quote names that others chose. */
const refusalNotices = (said: string): readonly Notice[] => [
  { ...about, kind: 'Stalled', reason: 'Blocked', message: said },
  { ...about, kind: 'InSync', recovered: true, message: said },
  { ...about, kind: 'ReplacementRolledBack', from: '222222222222', to: '333333333333', message: said },
];

async function lineReader(format: 'json' | 'pretty') {
  const to = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: format === 'pretty' });
  const log = await createLogger({ level: 'info', format, to, noColor: '1' });
  const recorder = logRecorder(log);
  return (notice: Notice): string => {
    recorder.emit(notice);
    return String(to.read() ?? '');
  };
}

/** Calls with what a message testifies to; few messages of the arbitrary are not a change. */
const everyEvidence = async (observe: (evidence: Evidence) => void) => {
  let changes = 0;
  fc.assert(
    fc.property(message, (body) => {
      const received = parseMessage(body, noon);
      if (received.kind !== 'Change') return;
      changes += 1;
      observe(received.evidence);
    }),
    { numRuns: 600 },
  );
  expect(changes).toBeGreaterThan(200);
};

const everyRefusal = (observe: (said: string) => void) =>
  fc.assert(fc.property(hostile, observe), { numRuns: 300 });

describe('Whatever names a message carries', () => {
  it('the actor, its tools and its address are plain and short', async () => {
    await everyEvidence(({ by, via = '', sourceIp = '', eventId }) => {
      isPlain(by, 2_048);
      isPlain(via, 2_048);
      isPlain(sourceIp, 256);
      isPlain(eventId, 256);
    });
  });

  it('the status that names them can be stored: it keeps to the bounds of the CRD', async () => {
    await everyEvidence((evidence) => {
      const status = { conditions: [], lastDrift: driftBy(evidence) };
      expect(statusSchema.safeParse(status).error?.issues).toBeUndefined();
    });
  });

  it('a Kubernetes event is one plain line of at most 1024 bytes', async () => {
    const observe = (notice: Notice) => {
      const note = eventText(notice)?.note ?? '';
      isPlain(note, 1_024);
      expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
    };
    await everyEvidence((evidence) => driftNotices(driftBy(evidence)).forEach(observe));
    everyRefusal((said) => refusalNotices(said).forEach(observe));
  });

  it('a notification keeps to its schema, and its message is plain', async () => {
    const observe = (notice: Notice) => {
      const entry = notificationOf(notice, 'prod');
      const detail: unknown = JSON.parse(entry?.detail ?? '{}');
      expect(notificationSchema.safeParse(detail).error?.issues).toBeUndefined();
      isPlain(notificationSchema.parse(detail).message, 4_096);
    };
    await everyEvidence((evidence) => driftNotices(driftBy(evidence)).forEach(observe));
    everyRefusal((said) => refusalNotices(said).forEach(observe));
  });

  it.each(['json', 'pretty'] as const)(
    'a log line (%s) is one line and cannot play with a terminal',
    async (format) => {
      const read = await lineReader(format);
      const observe = (notice: Notice) => {
        const lines = read(notice).trimEnd().split('\n');
        expect(lines.length).toBeLessThanOrEqual(format === 'json' ? 1 : 16);
        for (const each of lines) isPlain(each, 6_000);
      };
      await everyEvidence((evidence) => driftNotices(driftBy(evidence)).forEach(observe));
      everyRefusal((said) => refusalNotices(said).forEach(observe));
    },
  );

  it('a line of the timeline is one plain line', async () => {
    const observe = (notice: Notice, longest: number) =>
      isPlain(line({ ...entryOf(notice), at: '', milliseconds: 1 }, false), longest);
    await everyEvidence((evidence) => {
      for (const notices of driftNotices(driftBy(evidence))) observe(notices, 2_200);
    });
    everyRefusal((said) => {
      for (const notices of refusalNotices(said)) observe(notices, said.length + 200);
    });
  });
});

describe('A label of a metric', () => {
  it('has so many values at most, whatever it is given, and known ones are always themselves', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), fc.integer({ min: 2, max: 20 }), (values, limit) => {
        const label = boundedLabel(limit, ['ok']);
        const reported = new Set(values.map(label));
        reported.delete('other');
        expect(reported.size).toBeLessThanOrEqual(limit);
        expect(label('ok')).toBe('ok');
      }),
      { numRuns: 200 },
    );
  });
});
