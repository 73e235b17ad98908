import { describe, expect, it } from 'vitest';
import { instanceReader } from '../../src/cli/version.ts';
import { resourcesIn, type Stored } from '../../src/controller/ports.ts';
import { metadataSchema, specSchema } from '../../src/crds/trustedAccess.ts';
import { createChangeLog } from '../../src/events/changeLog.ts';
import { createIntake, type MessageOutcome } from '../../src/events/intake.ts';
import { createOwnCalls } from '../../src/events/ownCalls.ts';
import { consumeQueue } from '../../src/events/sqsSource.ts';
import { resourcesFor } from '../../src/events/wakeUps.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { fakeQueue } from './fakeQueue.ts';
import { envelopeOf, fixture, message } from './fixture.ts';

function resource(name: string, principal: string, managementAccountId?: string): Stored {
  return {
    kind: 'Valid',
    resource: {
      metadata: metadataSchema.parse({ name }),
      spec: specSchema.parse({ servicePrincipal: principal }),
      status: {
        conditions: [],
        ...(managementAccountId === undefined
          ? {}
          : { organization: { id: 'o-exampleorgid', managementAccountId, partition: 'aws' } }),
      },
    },
  };
}

const store: readonly Stored[] = [
  resource('sso', 'sso.amazonaws.com', '111111111111'),
  resource('ram', 'ram.amazonaws.com', '111111111111'),
  resource('sso-elsewhere', 'sso.amazonaws.com', '999999999999'),
  resource('sso-new', 'sso.amazonaws.com'),
  {
    kind: 'Invalid',
    metadata: metadataSchema.parse({ name: 'broken' }),
    status: { conditions: [] },
    problems: ['x'],
  },
];

function listening(stored = store) {
  const clock = virtualClock();
  const own = createOwnCalls({ clock, instance: 'one', instanceIn: instanceReader('test') });
  const changeLog = createChangeLog({ clock, isOthers: own.isOthers });
  const woken: string[] = [];
  const counts = new Map<MessageOutcome, number>();
  const latencies: number[] = [];
  const heartbeats: number[] = [];
  const take = createIntake({
    clock,
    changeLog,
    own,
    resourcesFor: (wakeUp) =>
      resourcesFor(
        resourcesIn(() => stored),
        wakeUp,
      ),
    onChange: () => {},
    onHeartbeat: ({ sequence }) => void heartbeats.push(sequence),
    onMessage: (outcome) => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    onLatency: (milliseconds) => void latencies.push(milliseconds),
  });
  return {
    clock,
    changeLog,
    own,
    woken,
    counts,
    latencies,
    heartbeats,
    take: (...bodies: string[]) => woken.push(...take(bodies, 'q')),
  };
}

const sso = {
  organizationId: 'o-exampleorgid',
  managementAccountId: '111111111111',
  principal: 'sso.amazonaws.com',
  since: 0,
  target: undefined,
};

describe('an event', () => {
  it.each([
    ['DisableAWSServiceAccess', ['sso', 'sso-new']],
    ['CreateServiceLinkedRole', ['sso', 'sso-new']],
    ['DeleteInstance', ['sso', 'sso-new']],
    ['RemoveAccountFromOrganization', ['sso', 'ram', 'sso-new']],
    ['EnableAllFeatures', ['sso', 'ram', 'sso-new']],
    ['CreateAccount', []],
    ['DisableAWSServiceAccess-denied', []],
    ['Heartbeat', []],
  ])('%s wakes %o', (name, names) => {
    const { take, woken } = listening();
    take(fixture(name));
    expect(woken).toEqual(names);
  });

  it('those of the organization it came from', () => {
    const { take, woken } = listening();
    take(message('DisableAWSServiceAccess', {}, { account: '999999999999' }));
    expect(woken).toEqual(['sso-elsewhere', 'sso-new']);
  });

  it('wakes no resource when none declares its service', () => {
    const { take, woken, counts } = listening(store.slice(0, 2));
    take(message('DisableAWSServiceAccess', {}, { account: '333333333333' }));
    expect(woken).toEqual([]);
    expect([...counts]).toEqual([['NotManaged', 1]]);
  });

  it('once, for many events taken together', () => {
    const { take, woken, counts } = listening();
    take(...Array.from({ length: 10 }, () => message('DisableAWSServiceAccess')));
    expect(woken).toEqual(['sso', 'sso-new']);
    expect([...counts]).toEqual([['WokeUp', 10]]);
  });

  it('wakes no resource a second time', () => {
    const { take, woken, counts } = listening();
    take(fixture('DisableAWSServiceAccess'));
    take(fixture('DisableAWSServiceAccess'));
    expect(woken).toEqual(['sso', 'sso-new']);
    expect(counts.get('Doubled')).toBe(1);
  });
});

describe('the change log of the intake', () => {
  it('has the actor before a resource wakes', () => {
    const { take, changeLog, latencies } = listening();
    take(fixture('DisableAWSServiceAccess'));
    expect(changeLog.recall({ ...sso, drift: 'AccessDisabled' })?.by).toContain('alice');
    expect(latencies).toEqual([2_000]);
  });

  it('has no own call, which wakes no resource [P-36]', () => {
    const { take, changeLog, own, woken, counts } = listening();
    own.addRequest('request-1');
    take(message('DisableAWSServiceAccess', { requestID: 'request-1' }));
    expect(changeLog.recall({ ...sso, drift: 'AccessDisabled' })).toBeUndefined();
    expect(woken).toEqual([]);
    expect([...counts]).toEqual([['Own', 1]]);
  });

  it('no actor for calls that may be own ones, which wake their resources all the same', () => {
    const { take, changeLog, own, woken } = listening();
    const arn = 'arn:aws:sts::111111111111:assumed-role/operator/session';
    own.addIdentity(arn);
    take(
      message('DisableAWSServiceAccess', {
        userAgent: 'aws-sdk-js/3 trusted-access-operator/1.2.3+test.one',
        userIdentity: { type: 'AssumedRole', arn },
      }),
    );
    expect(woken).toEqual(['sso', 'sso-new']);
    expect(changeLog.recall({ ...sso, drift: 'AccessDisabled' })).toBeUndefined();
  });

  it('has no failed call', () => {
    const { take, changeLog } = listening();
    take(fixture('DisableAWSServiceAccess-denied'));
    expect(changeLog.recall({ ...sso, drift: 'AccessDisabled' })).toBeUndefined();
  });
});

describe('20,000 messages, a third of them poison or doubled', () => {
  const poison = [
    'hello',
    '{}',
    '[]',
    '{"source":"aws.ec2"}',
    message('DisableAWSServiceAccess', { eventName: 'MoveAccount' }),
    JSON.stringify({ ...envelopeOf('DisableAWSServiceAccess'), detail: null }),
    `"${'x'.repeat(530_000)}"`,
  ];
  const expected: readonly MessageOutcome[] = [
    'NotJson',
    'NoSource',
    'NotAnObject',
    'OtherSource',
    'UnknownName',
    'NoDetail',
    'TooBig',
  ];

  it('are all accounted for, and no wake-up is missed [P-34, F-A7a]', async () => {
    const principals = Array.from({ length: 200 }, (_, index) => `service-${index}.amazonaws.com`);
    const stored = principals.map((principal) => resource(principal, principal, '111111111111'));
    const { clock, take, woken, counts } = listening(stored);
    const queue = fakeQueue(clock);
    const good = (index: number) =>
      message('DisableAWSServiceAccess', {
        requestParameters: { servicePrincipal: principals[index % principals.length] },
      });
    let last = '';
    let poisoned = 0;
    let doubled = 0;
    for (let index = 0; index < 20_000; index += 1) {
      if (index % 6 === 2) {
        queue.send(poison[poisoned % poison.length] ?? '');
        poisoned += 1;
      } else if (index % 6 === 5) {
        queue.send(last);
        doubled += 1;
      } else {
        last = good(index);
        queue.send(last);
      }
    }
    const { values$, idle } = consumeQueue({
      queue,
      clock,
      random: () => 0.5,
      handle: (bodies) => take(...bodies),
      onReceive: () => {},
      onRemovalFault: () => {},
    });
    const subscription = values$.subscribe();
    while (queue.left > 0) await clock.advance(1_000);
    subscription.unsubscribe();
    await idle();

    expect(counts.get('WokeUp')).toBe(20_000 - poisoned - doubled);
    expect(counts.get('Doubled')).toBe(doubled);
    for (const outcome of new Set(expected)) expect(counts.get(outcome), outcome).toBeGreaterThan(400);
    expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(20_000);
    expect(new Set(woken)).toEqual(new Set(principals));
  }, 60_000);
});
