import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Action, Notice } from '../../src/controller/ports.ts';
import type { LastDrift } from '../../src/crds/status.ts';
import { createEventRecorder } from '../../src/kubernetes/eventRecorder.ts';
import { createHttpApi } from '../../src/kubernetes/httpApi.ts';
import { openKubeConfig } from '../../src/kubernetes/kubeConfig.ts';
import { eventText, inWords } from '../../src/kubernetes/kubernetesEvent.ts';
import { settle, virtualClock } from '../harness/virtualClock.ts';
import { eventually } from './eventually.ts';
import { answer, type Fault, type FaultyServer, refuse, startFaultyServer } from './faultyServer.ts';
import { logbook } from './logbook.ts';

const at = Date.UTC(2026, 4, 1, 12);
const arn = 'arn:aws:sts::111111111111:assumed-role/Admin/mallory';
const resource = { name: 'sso', uid: 'uid-sso', principal: 'sso.amazonaws.com' };
const drift: LastDrift = {
  kind: 'AccessDisabled',
  detectedAt: '2026-05-01T12:00:00.000Z',
  firstDetectedAt: '2026-05-01T12:00:00.000Z',
  detectedBy: 'Event',
  count: 1,
  by: arn,
  via: 'the console',
};

type HistoryEntry = Notice extends infer A ? (A extends unknown ? Omit<A, 'resource' | 'at'> : never) : never;
const emit = (subscription: HistoryEntry, when = at): Notice =>
  ({ resource, at: when, ...subscription }) as Notice;

describe('what an event says', () => {
  const cases: [string, HistoryEntry, string, string, string][] = [
    [
      'drift that is put right',
      { kind: 'DriftDetected', drift, corrects: true },
      'Warning',
      'DriftDetected',
      `Trusted access was disabled by ${arn} through the console; the operator corrects it`,
    ],
    [
      'drift that is only watched, by nobody known',
      {
        kind: 'DriftDetected',
        drift: {
          kind: 'AdministratorReplaced',
          detectedAt: drift.detectedAt,
          firstDetectedAt: drift.firstDetectedAt,
          detectedBy: 'Resync',
          count: 3,
        },
        corrects: false,
      },
      'Warning',
      'DriftDetected',
      'The delegated administrator was replaced (3 times in a row); the operator only reports it',
    ],
    [
      'who it was, found out later',
      { kind: 'DriftAttributed', drift: { ...drift, sourceIp: '192.0.2.7' } },
      'Normal',
      'DriftAttributed',
      `Trusted access was disabled by ${arn} through the console from 192.0.2.7`,
    ],
    [
      'drift that was put right, and how long it took',
      { kind: 'DriftCorrected', drift: { ...drift, correctedAt: '2026-05-01T12:00:00.840Z' } },
      'Normal',
      'DriftCorrected',
      `Trusted access was disabled by ${arn} through the console; corrected 840 ms after its detection`,
    ],
    [
      'a swap that AWS refused',
      { kind: 'ReplacementRolledBack', from: '222222222222', to: '333333333333', message: 'closed.' },
      'Warning',
      'ReplacementRolledBack',
      'AWS refused 333333333333 as delegated administrator; the operator registered 222222222222 again: closed.',
    ],
    [
      'what it is stopped by, with the reason as reason',
      { kind: 'Stalled', reason: 'InUse', message: '12 permission sets depend on it' },
      'Warning',
      'InUse',
      '12 permission sets depend on it',
    ],
    [
      'that all is well',
      { kind: 'InSync', recovered: true, message: 'as declared' },
      'Normal',
      'InSync',
      'as declared',
    ],
  ];
  it.each(cases)('%s', (_what, subscription, type, reason, note) => {
    expect(eventText(emit(subscription))).toMatchObject({ type, reason, note });
  });

  it.each<[Action, string]>([
    [{ kind: 'EnableAccess' }, 'AccessEnabled'],
    [{ kind: 'DisableAccess' }, 'AccessDisabled'],
    [{ kind: 'RegisterAdministrator', accountId: '222222222222' }, 'AdministratorRegistered'],
    [{ kind: 'DeregisterAdministrator', accountId: '222222222222' }, 'AdministratorDeregistered'],
    [{ kind: 'ReplaceAdministrator', from: '222222222222', to: '333333333333' }, 'AdministratorReplaced'],
    [
      { kind: 'RestoreAdministrator', accountId: '222222222222', instead: '333333333333' },
      'AdministratorRestored',
    ],
  ])('an action is reported when it is verified, not when it starts: %o', (action, reason) => {
    expect(eventText(emit({ kind: 'ActionStarted', action }))).toBeUndefined();
    const reported = eventText(emit({ kind: 'ActionVerified', action, milliseconds: 1_240 }));
    expect(reported).toMatchObject({ type: 'Normal', reason, action: action.kind });
    expect(reported?.note).toMatch(/verified after 1\.2 s/);
  });

  it('whatever a stranger is called, the note is short, plain, and says what is done about it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3_000 }),
        fc.string({ unit: 'binary', maxLength: 3_000 }),
        (by, via) => {
          const reported = eventText(
            emit({ kind: 'DriftDetected', drift: { ...drift, by, via }, corrects: true }),
          );
          expect(Buffer.byteLength(reported?.note ?? '')).toBeLessThanOrEqual(1_024);
          expect(reported?.note).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(reported?.note).toMatch(/; the operator corrects it$/);
        },
      ),
    );
  });

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_500, '1.5 s'],
    [65_000, '1 min 5 s'],
  ])('%i ms are %s', (milliseconds, words) => {
    expect(inWords(milliseconds)).toBe(words);
  });
});

const started: { stop(): Promise<void>; server: FaultyServer }[] = [];
afterEach(async () => {
  for (const { stop, server } of started.splice(0)) {
    await stop();
    await server[Symbol.asyncDispose]();
  }
});

const created: Fault = (received, response) => answer(201, JSON.parse(received.body))(received, response);

async function recording() {
  const server = await startFaultyServer();
  server.onCall = created;
  const clock = virtualClock(at);
  const log = logbook();
  const access = openKubeConfig({ kubeconfig: server.kubeconfig, connections: 2 });
  const api = createHttpApi({ access, clock, userAgent: 'test' });
  let dice = 0;
  const random = () => {
    dice += 1;
    return (dice % 97) / 97;
  };
  const recorder = createEventRecorder({ api, clock, random, log, instance: 'operator-7d9f' });
  started.push({ server, stop: () => api.close() });
  const bodies = () => server.calls.map(({ body }) => JSON.parse(body));
  return { server, clock, log, recorder, bodies };
}

const settled = (message = 'as declared'): HistoryEntry => ({ kind: 'InSync', recovered: true, message });

describe('Kubernetes events', () => {
  it('are about the resource, in namespace default, from the operator', async () => {
    const { server, recorder, bodies } = await recording();
    recorder.emit(emit({ kind: 'DriftDetected', drift, corrects: true }));
    await eventually(() => expect(server.calls).toHaveLength(1));
    expect(server.calls[0]).toMatchObject({
      method: 'POST',
      path: '/apis/events.k8s.io/v1/namespaces/default/events',
    });
    expect(bodies()[0]).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        name: expect.stringMatching(/^sso\.[0-9a-f]+$/),
        namespace: 'default',
        annotations: {
          'trustedaccess.dev/drift': 'AccessDisabled',
          'trustedaccess.dev/detected-at': drift.detectedAt,
          'trustedaccess.dev/by': arn,
        },
      },
      eventTime: '2026-05-01T12:00:00.000000Z',
      reportingController: 'trustedaccess.dev/operator',
      reportingInstance: 'operator-7d9f',
      type: 'Warning',
      reason: 'DriftDetected',
      action: 'Correct',
      note: `Trusted access was disabled by ${arn} through the console; the operator corrects it`,
      regarding: {
        apiVersion: 'trustedaccess.dev/v1alpha1',
        kind: 'TrustedAccess',
        name: 'sso',
        uid: 'uid-sso',
      },
    });
  });

  it('the same again within six minutes is a series, not another event', async () => {
    const { server, recorder, bodies } = await recording();
    recorder.emit(emit(settled()));
    await eventually(() => expect(server.calls).toHaveLength(1));
    await settle(20);
    recorder.emit(emit(settled(), at + 5 * 60_000));
    await eventually(() => expect(server.calls).toHaveLength(2));
    const name = bodies()[0].metadata.name;
    expect(server.calls[1]).toMatchObject({
      method: 'PATCH',
      path: `/apis/events.k8s.io/v1/namespaces/default/events/${name}`,
      contentType: 'application/merge-patch+json',
    });
    expect(bodies()[1]).toEqual({ series: { count: 2, lastObservedTime: '2026-05-01T12:05:00.000000Z' } });
    recorder.emit(emit(settled(), at + 10 * 60_000));
    await eventually(() => expect(bodies()[2]).toMatchObject({ series: { count: 3 } }));
    recorder.emit(emit(settled(), at + 17 * 60_000));
    await eventually(() => expect(server.calls[3]?.method).toBe('POST'));
  });

  it('the annotations of a series are those of its last occurrence', async () => {
    const { recorder, bodies } = await recording();
    const reported = (eventId: string) =>
      emit({ kind: 'DriftDetected', drift: { ...drift, eventId }, corrects: true });
    recorder.emit(reported('first'));
    await eventually(() => expect(bodies()).toHaveLength(1));
    await settle(20);
    recorder.emit(reported('second'));
    const annotations = { 'trustedaccess.dev/cloudtrail-event-id': 'second' };
    await eventually(() => expect(bodies()[1]).toMatchObject({ metadata: { annotations } }));
  });

  it('a series forgets the CloudTrail event of its first occurrence and keeps what identifies that one', async () => {
    const { recorder, bodies } = await recording();
    recorder.emit(emit({ kind: 'DriftDetected', drift: { ...drift, eventId: 'first' }, corrects: true }));
    await eventually(() => expect(bodies()).toHaveLength(1));
    await settle(20);
    const detectedAt = '2026-05-01T12:03:00.000Z';
    recorder.emit(emit({ kind: 'DriftDetected', drift: { ...drift, detectedAt }, corrects: true }));
    const annotations = {
      'trustedaccess.dev/cloudtrail-event-id': null,
      'trustedaccess.dev/detected-at': detectedAt,
      'trustedaccess.dev/first-detected-at': drift.detectedAt,
    };
    await eventually(() => expect(bodies()[1]).toMatchObject({ metadata: { annotations } }));
  });

  it('an event about a change has the request id of the call, and a series those of its first and last call', async () => {
    const { recorder, bodies } = await recording();
    const enabled = (requestId: string) =>
      emit({ kind: 'ActionVerified', action: { kind: 'EnableAccess' }, milliseconds: 40, requestId });
    recorder.emit(enabled('R1'));
    await eventually(() => expect(bodies()).toHaveLength(1));
    expect(bodies()[0].metadata.annotations).toEqual({ 'trustedaccess.dev/aws-request-id': 'R1' });
    await settle(20);
    recorder.emit(enabled('R2'));
    const annotations = {
      'trustedaccess.dev/aws-request-id': 'R2',
      'trustedaccess.dev/first-aws-request-id': 'R1',
    };
    await eventually(() => expect(bodies()[1]).toMatchObject({ metadata: { annotations } }));
  });

  it('another reason, another resource or another culprit is another event', async () => {
    const { server, recorder } = await recording();
    recorder.emit(emit({ kind: 'DriftDetected', drift, corrects: true }));
    recorder.emit(emit({ kind: 'DriftDetected', drift: { ...drift, by: 'somebody else' }, corrects: true }));
    recorder.emit(emit({ kind: 'Stalled', reason: 'InUse', message: 'no' }));
    recorder.emit({ ...emit(settled()), resource: { ...resource, name: 'macie', uid: 'other' } });
    await eventually(() => expect(server.calls.filter(({ method }) => method === 'POST')).toHaveLength(4));
  });

  it('a series whose event has expired goes on as a new event', async () => {
    const { server, recorder, bodies } = await recording();
    recorder.emit(emit(settled()));
    await eventually(() => expect(server.calls).toHaveLength(1));
    await settle(20);
    server.callFaults.push(refuse(404, 'NotFound'));
    recorder.emit(emit(settled(), at + 1_000));
    await eventually(() => expect(server.calls).toHaveLength(3));
    expect(bodies()[2].metadata.name).not.toBe(bodies()[0].metadata.name);
    expect(bodies()[2]).toMatchObject({ series: { count: 2 } });
  });

  it('an API server that fails is asked again, reported once, and its return is reported', async () => {
    const { server, recorder, clock, log } = await recording();
    server.callFaults.push(refuse(500, 'InternalError', 'etcd'), refuse(500, 'InternalError', 'etcd'));
    recorder.emit(emit(settled()));
    await eventually(async () => {
      await clock.advance(1_000);
      expect(server.calls).toHaveLength(3);
    });
    await eventually(() => expect(log.lines).toHaveLength(2));
    expect(log.lines[0]).toMatch(/^warn cannot write Kubernetes events: 500/);
    expect(log.lines[1]).toMatch(/^info writing Kubernetes events again/);
  });

  it('an event that is refused is given up, reported once, and the next ones are still tried', async () => {
    const { server, recorder, log } = await recording();
    server.onCall = refuse(403, 'Forbidden', 'cannot create resource "events"');
    for (let n = 0; n < 5; n += 1) {
      recorder.emit({ ...emit(settled()), resource: { ...resource, uid: String(n) } });
    }
    await eventually(() => expect(server.calls).toHaveLength(5));
    await settle(20);
    expect(log.lines).toEqual([
      'warn cannot write Kubernetes events: 403 Forbidden: cannot create resource "events"',
    ]);
  });

  it('never blocks: a thousand wait at most, the oldest are dropped', async () => {
    const { server, recorder, log } = await recording();
    server.onCall = () => {};
    for (let n = 0; n < 1_500; n += 1) {
      recorder.emit({ ...emit(settled()), resource: { ...resource, uid: String(n) } });
    }
    expect(log.matching(/dropping the oldest/)).toHaveLength(1);
  });

  it('what waits is written before the end, and nothing is taken after', async () => {
    const { server, recorder } = await recording();
    recorder.emit(emit(settled()));
    await recorder.close();
    expect(server.calls).toHaveLength(1);
    recorder.emit(emit({ kind: 'Stalled', reason: 'InUse', message: 'no' }));
    await settle(50);
    expect(server.calls).toHaveLength(1);
  });

  it('an API server that does not answer delays the end by two seconds at most', async () => {
    const { server, recorder, clock } = await recording();
    server.onCall = () => {};
    recorder.emit(emit(settled()));
    await eventually(() => expect(server.calls).toHaveLength(1));
    const closing = recorder.close();
    await clock.advance(2_000);
    await closing;
  });
});
