import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BusEntry, BusError, type EventBus } from '../../src/awsApi/eventBus.ts';
import type { Notice } from '../../src/controller/ports.ts';
import { adviceFor, adviceText } from '../../src/crds/advice.ts';
import { services } from '../../src/crds/services.ts';
import type { LastDrift } from '../../src/crds/status.ts';
import { notificationOf } from '../../src/notifications/notification.ts';
import {
  notificationJsonSchema,
  notificationSchema,
  notificationTypes,
} from '../../src/notifications/notificationSchema.ts';
import { createNotifier } from '../../src/notifications/notifier.ts';
import { virtualClock } from '../harness/virtualClock.ts';

const drift: LastDrift = {
  kind: 'AccessDisabled',
  detectedAt: '2026-03-01T12:00:00.000Z',
  firstDetectedAt: '2026-03-01T12:00:00.000Z',
  by: 'jane (AdministratorAccess)',
  arn: 'arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/jane',
  onBehalfOf: {
    userId: '544894e8-80c1-707f-60e3-3ba6510dfac1',
    identityStoreArn: 'arn:aws:identitystore::111111111111:identitystore/d-1234567890',
  },
  via: 'AWS console',
  detectedBy: 'Event',
  count: 1,
};

const about = {
  resource: { name: 'sso', uid: 'u-1', principal: 'sso.amazonaws.com' },
  at: Date.parse('2026-03-01T12:00:00Z'),
  organization: { id: 'o-exampleorgid', managementAccountId: '111111111111' },
};

const enabled: Notice = {
  ...about,
  kind: 'ActionVerified',
  action: { kind: 'EnableAccess' },
  milliseconds: 9,
};
const reported: readonly (readonly [string, Notice])[] = [
  ['Drift Detected', { ...about, kind: 'DriftDetected', drift, corrects: true }],
  ['Drift Attributed', { ...about, kind: 'DriftAttributed', drift }],
  ['Drift Corrected', { ...about, kind: 'DriftCorrected', drift }],
  ['Contended', { ...about, kind: 'Contended', drift, message: 'another caller keeps reverting it' }],
  ['Stalled', { ...about, kind: 'Stalled', reason: 'InUse', message: '3 permission sets depend on it' }],
  ['Recovered', { ...about, kind: 'InSync', recovered: true, message: 'as declared' }],
  [
    'Replacement Rolled Back',
    { ...about, kind: 'ReplacementRolledBack', from: '222222222222', to: '333333333333', message: 'refused' },
  ],
  ['Service Administrator Advice', enabled],
];

describe('what people outside are reported', () => {
  it.each(reported)('%s, in the documented form', (type, notice) => {
    const entry = notificationOf(notice, 'production');
    expect(entry?.detailType).toBe(type);
    const detail = notificationSchema.parse(JSON.parse(entry?.detail ?? ''));
    expect(detail.resource.servicePrincipal).toBe('sso.amazonaws.com');
    expect(detail.message).not.toBe('');
  });

  it('covers every documented type', () => {
    expect(reported.map(([type]) => type).toSorted()).toEqual(notificationTypes.toSorted());
    expect(notificationJsonSchema().properties).toHaveProperty('drift');
  });

  it.each<Notice>([
    { ...about, kind: 'InSync', recovered: false, message: 'as declared' },
    { ...about, kind: 'ActionStarted', action: { kind: 'EnableAccess' } },
    {
      ...about,
      kind: 'ActionVerified',
      action: { kind: 'RegisterAdministrator', accountId: '222222222222' },
      milliseconds: 9,
    },
  ])('is nothing of daily work', (notice) => {
    expect(notificationOf(notice, 'production')).toBeUndefined();
  });

  it('names the actor, and what the operator does about the change', () => {
    const entry = notificationOf({ ...about, kind: 'DriftDetected', drift, corrects: false }, 'production');
    expect(JSON.parse(entry?.detail ?? '').message).toBe(
      'Trusted access was disabled for sso.amazonaws.com by jane (AdministratorAccess) through AWS console. The operator only reports it.',
    );
    expect(JSON.parse(entry?.detail ?? '').drift).toMatchObject({
      arn: drift.arn,
      onBehalfOf: drift.onBehalfOf,
    });
    const { by: _by, via: _via, ...unattributed } = drift;
    const early = notificationOf(
      { ...about, kind: 'DriftDetected', drift: unattributed, corrects: true },
      'x',
    );
    expect(JSON.parse(early?.detail ?? '').message).toContain('by an unidentified caller. ');
  });
});

describe('advice to the administrators of a service', () => {
  it('sends the administrator of Identity Center to its console, where alone an instance is made', () => {
    expect(adviceText(adviceFor('sso.amazonaws.com', 'Enabled'))).toMatch(
      /IAM Identity Center console.*Enable/,
    );
    expect(adviceText(adviceFor('sso.amazonaws.com', 'Disabled'))).toMatch(/can no longer sign in/);
    expect(adviceText(adviceFor('sso.amazonaws.com', 'Disabled'))).toContain('AWSServiceRoleForSSO');
  });

  it('has something to do for every service, known or not', () => {
    for (const { principal } of [...services, { principal: 'new.amazonaws.com' }]) {
      for (const access of ['Enabled', 'Disabled'] as const) {
        const advice = adviceFor(principal, access);
        expect(advice.steps.length, principal).toBeGreaterThan(0);
        expect(adviceText(advice)).toContain(principal);
      }
    }
  });

  it('does not speak of delegated administrators where there can be none', () => {
    expect(adviceText(adviceFor('ram.amazonaws.com', 'Enabled'))).not.toContain('delegated');
  });
});

function notifying(capacity = 1_000) {
  const clock = virtualClock();
  const taken: string[] = [];
  const outcomes = { sent: 0, dropped: 0 };
  const problems: string[] = [];
  const bus: EventBus & {
    calls: number;
    fault: BusError | undefined;
    refuses: (entry: BusEntry) => boolean;
  } = {
    calls: 0,
    fault: undefined,
    refuses: () => false,
    async put(entries) {
      bus.calls += 1;
      expect(entries.length).toBeLessThanOrEqual(10);
      if (bus.fault) throw bus.fault;
      const refused = entries.filter((entry) => bus.refuses(entry));
      for (const entry of entries) if (!refused.includes(entry)) taken.push(JSON.parse(entry.detail).message);
      return refused;
    },
  };
  const notifier = createNotifier({
    clock,
    random: () => 0.5,
    bus,
    clusterName: 'production',
    onOutcome: (outcome) => {
      outcomes[outcome] += 1;
    },
    onProblem: (problem) => void problems.push(problem),
    capacity,
  });
  const stop = new AbortController();
  const say = (message: string) =>
    notifier.recorder.emit({ ...about, kind: 'Stalled', reason: 'InUse', message });
  return { clock, taken, outcomes, problems, bus, notifier, say, stop, done: notifier.run(stop.signal) };
}

describe('sending', () => {
  it('goes in the order of happening, ten at a time', async () => {
    const { clock, taken, bus, say } = notifying();
    const messages = Array.from({ length: 25 }, (_, index) => `m${index}`);
    for (const message of messages) say(message);
    await clock.advance(0);
    expect(taken).toEqual(messages);
    expect(bus.calls).toBe(3);
  });

  it('waits for a bus that says no, ever longer, and loses nothing that fits', async () => {
    const { clock, taken, bus, say, problems } = notifying();
    bus.fault = new BusError('Denied', 'not authorized');
    say('a');
    await clock.advance(600_000);
    say('b');
    expect(bus.calls).toBeLessThan(20);
    expect(problems).toEqual(['cannot send notifications: not authorized']);
    bus.fault = undefined;
    await clock.advance(60_000);
    expect(taken).toEqual(['a', 'b']);
  });

  it('lets the oldest go when too many wait, and counts them', async () => {
    const { clock, taken, outcomes, bus, say } = notifying(20);
    bus.fault = new BusError('Transient', 'x');
    for (let index = 0; index < 50; index += 1) say(`m${index}`);
    await clock.advance(0);
    bus.fault = undefined;
    await clock.advance(60_000);
    expect(taken).toEqual(Array.from({ length: 20 }, (_, index) => `m${index + 30}`));
    expect(outcomes).toEqual({ sent: 20, dropped: 30 });
  });

  it('tries again what was refused alone, and gives it up at last', async () => {
    const { clock, taken, outcomes, bus, say } = notifying();
    bus.refuses = ({ detail }) => detail.includes('poison');
    say('poison');
    say('good');
    await clock.advance(300_000);
    expect(taken).toEqual(['good']);
    expect(outcomes).toEqual({ sent: 1, dropped: 1 });
  });

  it('says what is left before it ends, and ends even if it cannot', async () => {
    const { clock, taken, bus, say, stop, done } = notifying();
    await clock.advance(0);
    say('last');
    stop.abort();
    await done;
    expect(taken).toEqual(['last']);
    expect(clock.pending()).toBe(0);

    const other = notifying();
    other.bus.fault = new BusError('Transient', 'x');
    other.say('lost');
    other.stop.abort();
    await other.clock.advance(5_100);
    await other.done;
    expect(bus.calls).toBe(1);
  });

  it('accounts for everything announced, whatever the bus does', async () => {
    const step = fc.oneof(fc.constantFrom('say', 'break', 'mend', 'refuse', 'accept'), fc.nat(120));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, taken, outcomes, bus, say, stop, done } = notifying(5);
        let said = 0;
        for (const step of steps) {
          if (typeof step === 'number') await clock.advance(step * 1_000);
          else if (step === 'say') say(`m${said++}`);
          else if (step === 'break') bus.fault = new BusError('Transient', 'x');
          else if (step === 'mend') bus.fault = undefined;
          else bus.refuses = () => step === 'refuse';
        }
        bus.fault = undefined;
        bus.refuses = () => false;
        await clock.advance(120_000);
        stop.abort();
        await done;
        expect(outcomes.sent + outcomes.dropped).toBe(said);
        expect(taken).toHaveLength(outcomes.sent);
        expect(new Set(taken).size).toBe(taken.length);
      }),
      { numRuns: 60 },
    );
  });
});
