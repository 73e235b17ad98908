import { describe, expect, it } from 'vitest';
import { callRecords } from '../../src/cli/history/callRecords.ts';
import { eventTellings } from '../../src/cli/history/kubernetesEvents.ts';
import type { HistoryEntry } from '../../src/cli/history/record.ts';
import { type HistoryEvent, historyReport } from '../../src/cli/history/report.ts';
import { specRecords } from '../../src/cli/history/specRecords.ts';
import { statusRecords } from '../../src/cli/history/statusRecords.ts';
import { historyTable } from '../../src/cli/history/table.ts';
import { timelineOf } from '../../src/cli/history/timeline.ts';
import { readStatus } from '../../src/crds/validate.ts';
import { action, call, condition, drift, event, mallory, metadata, own, sso } from './historyRecords.ts';

const until = Date.parse('2026-05-01T13:00:00Z');
const found = (entries: readonly HistoryEntry[], since = 0): HistoryEvent[] =>
  historyReport(timelineOf(entries), { since, until }, ['sso'], []).events;

interface Sources {
  readonly calls?: readonly string[];
  readonly events?: readonly object[];
  readonly status?: object;
  readonly managedFields?: readonly object[];
  /** Of the metadata: how often the spec was written. */
  readonly generation?: number;
}
const history = ({ calls = [], events = [], status = {}, managedFields, generation = 1 }: Sources) =>
  found([
    ...callRecords(calls, sso, until),
    ...eventTellings(events),
    ...statusRecords('sso', readStatus(status)),
    ...(managedFields ? specRecords({ ...metadata, generation }, managedFields) : []),
  ]);
/** `kind: text — who [sources]` */
const lines = (sources: Sources) =>
  history(sources).map(
    ({ kind, text, by, sources: from }) =>
      `${kind}: ${text} — ${by ? (by.operator ? 'operator' : by.name) : '?'} [${from.join()}]`,
  );

describe('what several sources tell of one thing is one line', () => {
  const found = drift({ eventId: 'E1', by: mallory, correctedAt: '2026-05-01T12:00:01.250Z' });
  const all: Required<Omit<Sources, 'managedFields' | 'generation'>> = {
    calls: [
      call('DisableAWSServiceAccess', '12:00:00', { id: 'E1' }),
      call('EnableAWSServiceAccess', '12:00:01', { id: 'E2', ...own }),
    ],
    events: [
      event('DriftDetected', '12:00:00.450', { drift: found }),
      event('AccessEnabled', '12:00:01.200', { action: action('EnableAccess') }),
      event('DriftCorrected', '12:00:01.250', { drift: found }),
      event('InSync', '12:00:01.260'),
    ],
    status: {
      lastDrift: found,
      conditions: [
        condition('Ready', 'True', 'InSync', '12:00:01.260'),
        condition('AccessEnabled', 'True', 'Enabled', '12:00:01.260'),
      ],
    },
  };
  const disabled = `Drift: Drift: trusted access disabled — ${mallory}`;

  it.each<[string, Sources, string[]]>([
    [
      'all of them',
      all,
      [
        `${disabled} [CloudTrail,Event,Status]`,
        'Corrected: Trusted access enabled: drift put right 800 ms after it was noticed — operator [CloudTrail,Event,Status]',
      ],
    ],
    [
      'without CloudTrail',
      { ...all, calls: [] },
      [
        `${disabled} [Event,Status]`,
        'Corrected: Trusted access enabled: drift put right 800 ms after it was noticed — operator [Event,Status]',
      ],
    ],
    [
      'when the events are gone',
      { ...all, events: [] },
      [
        `${disabled} [CloudTrail,Status]`,
        'Corrected: Trusted access enabled: drift put right 800 ms after it was noticed — operator [CloudTrail,Status]',
      ],
    ],
    [
      'when the status alone is left',
      { status: all.status },
      [`${disabled} [Status]`, 'Corrected: Drift put right 800 ms after it was noticed — operator [Status]'],
    ],
    [
      'CloudTrail alone: nobody says that it was drift',
      { calls: all.calls },
      [
        `Change: Trusted access disabled — ${mallory} [CloudTrail]`,
        'Change: Trusted access enabled — operator [CloudTrail]',
      ],
    ],
  ])('%s', (_, sources, expected) => {
    expect(lines(sources)).toEqual(expected);
  });

  it('and what the operator does a second later is another', () => {
    const spec = call('DeregisterDelegatedAdministrator', '12:00:02', {
      id: 'E3',
      account: '222222222222',
      ...own,
    });
    const later = event('InSync', '12:00:02.300');
    const next = { ...all, calls: [...all.calls, spec], events: [...all.events, later] };
    expect(lines(next).slice(0, 2)).toEqual(lines(all));
    expect(lines(next).slice(2)).toEqual([
      'Standing: InSync: InSync — operator [Event]',
      'Change: 222222222222 deregistered as delegated administrator — operator [CloudTrail]',
    ]);
  });

  it('is as early as the call, and as exact as anybody knows within its second', () => {
    expect(history(all).map(({ time }) => time)).toEqual([
      '2026-05-01T12:00:00.450Z',
      '2026-05-01T12:00:01.200Z',
    ]);
    expect(history({ ...all, events: [] })[1]?.time).toBe('2026-05-01T12:00:01.250Z');
  });

  it('the record of the call and the way it came stay with it', () => {
    expect(history(all)[0]).toMatchObject({
      operation: 'DisableAWSServiceAccess',
      eventId: 'E1',
      drift: { kind: 'AccessDisabled', detectedAt: '2026-05-01T12:00:00.450Z' },
      by: { name: mallory, operator: false, sourceIp: '192.0.2.7' },
    });
  });
});

describe('who caused a drift that nobody had told the operator', () => {
  const found = {
    lastDrift: drift({ detectedAt: '2026-05-01T12:40:00Z', firstDetectedAt: '2026-05-01T12:40:00Z' }),
  };
  const before = call('DisableAWSServiceAccess', '12:00:00', { id: 'E1' });

  it('is whoever made the last such call before it was found', () => {
    expect(lines({ calls: [before], status: found })).toEqual([
      `Drift: Drift: trusted access disabled — ${mallory} [CloudTrail,Status]`,
    ]);
  });

  it.each<[string, string[]]>([
    ['it was undone since', [before, call('EnableAWSServiceAccess', '12:10:00', { id: 'E2', ...own })]],
    ['it came later', [call('DisableAWSServiceAccess', '12:50:00', { id: 'E1' })]],
    ['the operator did it', [call('DisableAWSServiceAccess', '12:00:00', { id: 'E1', ...own })]],
  ])('is nobody known when %s', (_, calls) => {
    expect(lines({ calls, status: found })).toContain('Drift: Drift: trusted access disabled — ? [Status]');
  });
});

describe('the same again', () => {
  it('is told by a series as its first and its last occurrence, the last with what the status knows', () => {
    const last = drift({ detectedAt: '2026-05-01T12:05:00Z', eventId: 'E3', by: mallory, count: 3 });
    const series = { count: 3, lastObservedTime: '2026-05-01T12:05:00.000000Z' };
    expect(
      lines({
        events: [event('DriftDetected', '12:00:00', { drift: last, series })],
        status: { lastDrift: last },
      }),
    ).toEqual([
      `Drift: Drift: trusted access disabled — ${mallory} [Event,Status]`,
      `Drift: Drift: trusted access disabled (3 times in a row) — ${mallory} [Event,Status]`,
    ]);
  });

  it('by two calls is two lines, each with its own correction', () => {
    const calls = [
      call('DisableAWSServiceAccess', '12:00:00', { id: 'A' }),
      call('EnableAWSServiceAccess', '12:00:00', { id: 'B', ...own }),
      call('DisableAWSServiceAccess', '12:00:20', { id: 'C' }),
      call('EnableAWSServiceAccess', '12:00:20', { id: 'D', ...own }),
    ];
    const events = [
      event('AccessEnabled', '12:00:00.900', { action: action('EnableAccess') }),
      event('AccessEnabled', '12:00:20.900', { action: action('EnableAccess') }),
    ];
    expect(history({ calls, events }).map(({ eventId, sources }) => [eventId, sources.length])).toEqual([
      ['A', 1],
      ['B', 2],
      ['C', 1],
      ['D', 2],
    ]);
  });
});

describe('a change of the spec', () => {
  const spec = { 'f:spec': { 'f:delegatedAdministrators': {}, 'f:access': {} } };
  const entry = (time: string, fieldsV1: object, more: object = {}) => ({
    manager: 'kubectl-client-side-apply',
    operation: 'Update',
    time: `2026-05-01T${time}Z`,
    fieldsV1,
    ...more,
  });

  it('comes before what the operator does about it in the same second', () => {
    expect(
      lines({
        calls: [
          call('RegisterDelegatedAdministrator', '12:00:00', { id: 'E', account: '222222222222', ...own }),
        ],
        managedFields: [entry('12:00:00', spec)],
        generation: 2,
      }).slice(1),
    ).toEqual([
      'Spec: Spec last written: delegatedAdministrators, access; earlier writes by this program are not recorded — kubectl-client-side-apply [Spec]',
      'Change: 222222222222 registered as delegated administrator — operator [CloudTrail]',
    ]);
  });

  it.each<[string, object[], string[]]>([
    ['by the creator', [entry('10:00:00', spec)], ['Resource created with: delegatedAdministrators, access']],
    ['by nobody known any more', [], ['Resource created']],
    [
      'is not what the operator writes',
      [
        entry('12:00:00', { 'f:status': {} }, { subresource: 'status' }),
        entry('12:00:00', { 'f:metadata': { 'f:finalizers': {} } }),
      ],
      ['Resource created'],
    ],
    [
      'is not a request to look again',
      [entry('12:00:00', { 'f:metadata': { 'f:annotations': { 'f:reconcile.fluxcd.io/requestedAt': {} } } })],
      ['Resource created', 'Asked to look again'],
    ],
    ['that cannot be read is passed over', [{ manager: 7 }], ['Resource created']],
  ])('%s', (_, managedFields, expected) => {
    expect(history({ managedFields }).map(({ text }) => text)).toEqual(expected);
  });
});

describe('what managedFields cannot know', () => {
  const spec = (name: string) => ({ 'f:spec': { [`f:${name}`]: {} } });
  const by = (manager: string, time: string, fieldsV1: object) => ({
    manager,
    operation: 'Update',
    time: `2026-05-01T${time}Z`,
    fieldsV1,
  });
  const unknown = '; earlier writes by this program are not recorded';

  it('a patch one second after the creation is not shown as part of the creation', () => {
    const managedFields = [
      by('kubectl-create', '10:00:00', spec('access')),
      by('kubectl-patch', '10:00:01', spec('interval')),
    ];
    expect(lines({ managedFields, generation: 2 })).toEqual([
      'Spec: Resource created — ? [Spec]',
      `Spec: Spec last written: access${unknown} — kubectl-create [Spec]`,
      `Spec: Spec last written: interval${unknown} — kubectl-patch [Spec]`,
    ]);
  });

  it('a later patch by the creator does not move the creation, and the line says what is not recorded', () => {
    const managedFields = [by('kubectl-edit', '11:00:00', spec('access'))];
    expect(history({ managedFields, generation: 3 }).map(({ time, text }) => [time, text])).toEqual([
      ['2026-05-01T10:00:00.000Z', 'Resource created'],
      ['2026-05-01T11:00:00.000Z', `Spec last written: access${unknown}`],
    ]);
  });

  it('the creator of a spec that was never changed is certain, also when labels were written later', () => {
    const managedFields = [by('kubectl-create', '11:00:00', spec('access'))];
    expect(history({ managedFields }).map(({ time, text }) => [time, text])).toEqual([
      ['2026-05-01T10:00:00.000Z', 'Resource created with: access'],
    ]);
  });
});

describe('what is not this resource’s', () => {
  it.each([
    ['another service', call('DisableAWSServiceAccess', '12:00:00', { principal: 'ram.amazonaws.com' })],
    ['another account', call('DisableAWSServiceAccess', '12:00:00', { owner: '999999999999' })],
    ['a call that failed', call('DisableAWSServiceAccess', '12:00:00', { errorCode: 'AccessDenied' })],
    ['no JSON', 'nonsense'],
  ])('%s is left out', (_, record) => {
    expect(history({ calls: [record] })).toEqual([]);
  });
});

it('whatever somebody calls themselves, a line stays a line without what is not seen', () => {
  const evil = 'arn:aws:sts::111111111111:assumed-role/a\u001b[31m\u202e\n::error::b/c';
  const entries = [
    ...callRecords([call('DisableAWSServiceAccess', '12:00:00', { arn: evil })], sso, until),
    ...eventTellings([event('Odd\u001b[2J', '12:00:00', { note: 'x\n\u0007y', controller: 'evil\u202e/z' })]),
    ...statusRecords(
      'sso',
      readStatus({
        lastDrift: drift({ by: evil }),
        conditions: [condition('Stalled', 'True', 'InUse', '12:00:00', evil)],
      }),
    ),
    ...specRecords(metadata, [
      {
        manager: evil,
        operation: 'Update',
        time: '2026-05-01T12:00:00Z',
        fieldsV1: { 'f:spec': { [`f:${evil}`]: {} } },
      },
    ]),
  ];
  const report = historyReport(timelineOf(entries), { since: 0, until }, ['sso'], []);
  const table = historyTable(report, (_, text) => text);
  expect(table.split('\n')).toHaveLength(report.events.length + 1);
  for (const text of [table.replaceAll('\n', ''), JSON.stringify(report)]) expect(text).not.toMatch(/\p{C}/u);
});

it('what happened before the time asked for is counted, not shown', () => {
  const status = readStatus({ conditions: [condition('Ready', 'True', 'InSync', '12:00:00')] });
  const report = historyReport(
    timelineOf(statusRecords('sso', status)),
    { since: until - 60_000, until },
    ['sso'],
    [],
  );
  expect(report).toMatchObject({ events: [], earlier: 1 });
  expect(historyTable(report, (_, text) => text)).toBe(
    'Nothing is known to have happened since 2026-05-01T12:59:00Z.',
  );
});
