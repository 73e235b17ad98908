import { describe, expect, it } from 'vitest';
import { callRecords } from '../../src/cli/history/callRecords.ts';
import { eventRecords } from '../../src/cli/history/kubernetesEvents.ts';
import type { HistoryEntry } from '../../src/cli/history/record.ts';
import { type HistoryEvent, historyReport } from '../../src/cli/history/report.ts';
import { specRecords } from '../../src/cli/history/specRecords.ts';
import { statusRecords } from '../../src/cli/history/statusRecords.ts';
import { historyTable } from '../../src/cli/history/table.ts';
import { timelineOf } from '../../src/cli/history/timeline.ts';
import { readStatus } from '../../src/crds/validate.ts';
import {
  action,
  call,
  condition,
  drift,
  event,
  mallory,
  malloryArn,
  metadata,
  own,
  sso,
} from './historyRecords.ts';

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
    ...eventRecords(events),
    ...statusRecords('sso', readStatus(status)),
    ...(managedFields ? specRecords({ ...metadata, generation }, managedFields) : []),
  ]);
/** `kind: text — who [sources]` */
const lines = (sources: Sources) =>
  history(sources).map(
    ({ kind, text, by, sources: from }) =>
      `${kind}: ${text} — ${by ? (by.operator ? 'operator' : by.name) : '?'} [${from.join()}]`,
  );

describe('joining by identifiers', () => {
  const found = drift({ eventId: 'E1', by: mallory, correctedAt: '2026-05-01T12:00:01.250Z' });
  const all: Required<Omit<Sources, 'managedFields' | 'generation'>> = {
    calls: [
      call('DisableAWSServiceAccess', '12:00:00', { id: 'E1' }),
      call('EnableAWSServiceAccess', '12:00:01', { id: 'E2', request: 'R2', ...own }),
    ],
    events: [
      event('DriftDetected', '12:00:00.450', { drift: found }),
      event('AccessEnabled', '12:00:01.200', { action: action('EnableAccess'), request: 'R2' }),
      event('DriftCorrected', '12:00:01.250', { drift: found }),
      event('InSync', '12:00:01.260'),
    ],
    status: {
      lastDrift: found,
      conditions: [condition('Ready', 'True', 'InSync', '12:00:01.260')],
    },
  };
  const disabled = (sources: string) => `Drift: Drift: trusted access disabled — ${mallory} [${sources}]`;
  const enabled = (sources: string) => `Change: Trusted access enabled — operator [${sources}]`;
  const corrected = (sources: string) =>
    `Corrected: Drift corrected 800 ms after its detection — operator [${sources}]`;
  const eventOfInSync = 'Standing: InSync: InSync — operator [Event]';
  const statusOfInSync = 'Standing: Ready: InSync: so it is — operator [Status]';

  it.each<[string, Sources, string[]]>([
    [
      'all sources',
      all,
      [
        disabled('CloudTrail,Event,Status'),
        enabled('CloudTrail,Event'),
        corrected('Event,Status'),
        eventOfInSync,
        statusOfInSync,
      ],
    ],
    [
      'the events and the status',
      { ...all, calls: [] },
      [disabled('Event,Status'), enabled('Event'), corrected('Event,Status'), eventOfInSync, statusOfInSync],
    ],
    [
      'CloudTrail and the status',
      { ...all, events: [] },
      [disabled('CloudTrail,Status'), enabled('CloudTrail'), corrected('Status'), statusOfInSync],
    ],
    ['the status alone', { status: all.status }, [disabled('Status'), corrected('Status'), statusOfInSync]],
    [
      'CloudTrail alone',
      { calls: all.calls },
      [`Change: Trusted access disabled — ${mallory} [CloudTrail]`, enabled('CloudTrail')],
    ],
  ])('one line per occurrence is made of %s', (_, sources, expected) => {
    expect(lines(sources)).toEqual(expected);
  });

  const at = '2026-05-01T12:00:00.450Z';
  const later = '2026-05-01T12:00:00.451Z';
  const enabling = (time: string, request?: string) =>
    event('AccessEnabled', time, { action: action('EnableAccess'), ...(request && { request }) });
  const enableCall = (id: string, request?: string) =>
    call('EnableAWSServiceAccess', '12:00:00', { id, ...(request && { request }), ...own });

  it.each<[string, Sources, number]>([
    [
      'a drift and the call with its CloudTrail event id join, an hour apart',
      {
        calls: [call('DisableAWSServiceAccess', '11:00:00', { id: 'E1' })],
        status: { lastDrift: drift({ eventId: 'E1' }) },
      },
      1,
    ],
    [
      'a drift and the only call before it stay apart without an event id',
      {
        calls: [call('DisableAWSServiceAccess', '12:00:00', { id: 'E1' })],
        status: { lastDrift: drift() },
      },
      2,
    ],
    [
      'a drift in an event and in the status join by kind and detectedAt',
      {
        events: [event('DriftDetected', '12:00:09', { drift: drift({ detectedAt: at }) })],
        status: { lastDrift: drift({ detectedAt: at }) },
      },
      1,
    ],
    [
      'two drifts one millisecond apart stay apart',
      {
        events: [event('DriftDetected', '12:00:00.450', { drift: drift({ detectedAt: at }) })],
        status: { lastDrift: drift({ detectedAt: later }) },
      },
      2,
    ],
    [
      'two kinds of drift of the same moment stay apart',
      {
        events: [event('DriftDetected', '12:00:00.450', { drift: drift() })],
        status: { lastDrift: drift({ kind: 'AdministratorRemoved' }) },
      },
      2,
    ],
    [
      'the later attribution joins its drift',
      {
        events: [
          event('DriftDetected', '12:00:00.450', { drift: drift() }),
          event('DriftAttributed', '12:04:00', { drift: drift({ by: mallory, eventId: 'E1' }) }),
        ],
        calls: [call('DisableAWSServiceAccess', '12:00:00', { id: 'E1' })],
      },
      1,
    ],
    [
      'an own change joins its call by the request id, a minute apart',
      { calls: [enableCall('E1', 'R1')], events: [enabling('12:01:10', 'R1')] },
      1,
    ],
    [
      'an own change and a call of the same second stay apart with other request ids',
      { calls: [enableCall('E1', 'R1')], events: [enabling('12:00:00', 'R2')] },
      2,
    ],
    [
      'an own change and a call of the same moment stay apart without a request id',
      { calls: [enableCall('E1')], events: [enabling('12:00:00')] },
      2,
    ],
    [
      'two own changes one millisecond apart stay apart',
      { events: [enabling('12:00:00.450'), enabling('12:00:00.451')] },
      2,
    ],
    [
      'two calls of the same second stay apart',
      { calls: [enableCall('E1', 'R1'), enableCall('E2', 'R2')] },
      2,
    ],
    [
      'a record that CloudTrail gives twice is one',
      { calls: [enableCall('E1', 'R1'), enableCall('E1', 'R1')] },
      1,
    ],
  ])('%s', (_, sources, count) => {
    expect(lines(sources)).toHaveLength(count);
  });

  it('an occurrence has the earliest time of its entries, and CloudTrail gives whole seconds', () => {
    expect(history(all).map(({ time }) => time.slice(17, -1))).toEqual([
      '00.000',
      '01.000',
      '01.250',
      '01.260',
      '01.260',
    ]);
  });

  it('a drift keeps the CloudTrail record, the address and the detection time of its entries', () => {
    expect(history(all)[0]).toMatchObject({
      operation: 'DisableAWSServiceAccess',
      eventId: 'E1',
      drift: { kind: 'AccessDisabled', detectedAt: at },
      by: { name: mallory, arn: malloryArn, via: 'AWS CLI', operator: false, sourceIp: '192.0.2.7' },
    });
  });

  it('a correction names the drift that it corrects by its detection time', () => {
    expect(history(all)[2]?.drift).toEqual({ kind: 'AccessDisabled', detectedAt: at, correctedAfter: 800 });
  });
});

describe('a series of Kubernetes events', () => {
  const first = '2026-05-01T12:00:00.450Z';
  const last = drift({
    detectedAt: '2026-05-01T12:05:00Z',
    firstDetectedAt: first,
    eventId: 'E3',
    by: mallory,
    count: 3,
  });
  const series = { count: 3, lastObservedTime: '2026-05-01T12:05:00.000000Z' };

  it('joins the first and the last drift of the status, each by its own detection time', () => {
    const events = [
      event('DriftDetected', '12:00:00.460', { drift: last, series, first: { detectedAt: first } }),
    ];
    expect(lines({ events, status: { lastDrift: last } })).toEqual([
      `Drift: Drift: trusted access disabled — ${mallory} [Event,Status]`,
      `Drift: Drift: trusted access disabled (3 times in a row) — ${mallory} [Event,Status]`,
    ]);
  });

  it('keeps the first occurrence apart when an older operator wrote no first detection time', () => {
    const events = [event('DriftDetected', '12:00:00.450', { drift: last, series })];
    expect(lines({ events, status: { lastDrift: last } })).toHaveLength(3);
  });

  it('joins the calls of its first and its last occurrence of own changes', () => {
    const calls = [
      call('DisableAWSServiceAccess', '12:00:00', { id: 'A' }),
      call('EnableAWSServiceAccess', '12:00:00', { id: 'B', request: 'R1', ...own }),
      call('DisableAWSServiceAccess', '12:05:00', { id: 'C' }),
      call('EnableAWSServiceAccess', '12:05:00', { id: 'D', request: 'R2', ...own }),
    ];
    const said = { action: action('EnableAccess'), request: 'R2', series, first: { request: 'R1' } };
    const found = history({ calls, events: [event('AccessEnabled', '12:00:00.900', said)] });
    expect(found.map(({ eventId, sources }) => [eventId, sources.length])).toEqual([
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
      ['Resource created', 'Reconcile requested'],
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

  it('a later patch by the creator does not move the creation, and the line names the unrecorded writes', () => {
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

describe('entries of other resources', () => {
  it.each([
    ['another service', call('DisableAWSServiceAccess', '12:00:00', { principal: 'ram.amazonaws.com' })],
    ['another account', call('DisableAWSServiceAccess', '12:00:00', { owner: '999999999999' })],
    ['a call that failed', call('DisableAWSServiceAccess', '12:00:00', { errorCode: 'AccessDenied' })],
    ['no JSON', 'nonsense'],
  ])('%s is omitted', (_, record) => {
    expect(history({ calls: [record] })).toEqual([]);
  });
});

it('every name stays on one line without invisible characters', () => {
  const evil = 'arn:aws:sts::111111111111:assumed-role/a\u001b[31m\u202e\n::error::b/c';
  const entries = [
    ...callRecords([call('DisableAWSServiceAccess', '12:00:00', { arn: evil })], sso, until),
    ...eventRecords([event('Odd\u001b[2J', '12:00:00', { note: 'x\n\u0007y', controller: 'evil\u202e/z' })]),
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
  expect(historyTable(report, (_, text) => text)).toBe('No known change since 2026-05-01T12:59:00Z.');
});
