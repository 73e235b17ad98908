import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { parseQueueUrl } from '../../src/awsApi/queueAddress.ts';
import { createChannel } from '../../src/events/channel.ts';
import type { Link } from '../../src/events/channelTrust.ts';
import type { HeartbeatChannel } from '../../src/events/heartbeat.ts';
import type { LinkReading, ReadLinks } from '../../src/events/links.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { changeOf, message } from './fixture.ts';

const url = 'https://sqs.us-east-1.amazonaws.com/111111111111/events';
const management = '111111111111';
const minute = 60_000;
const write = { requestId: 'own-1', operation: 'EnableAWSServiceAccess', managementAccountId: management };
const drift = { kind: 'AccessDisabled', principal: 'sso.amazonaws.com', managementAccountId: management };

const links = (broken?: Link, state: LinkReading['state'] = 'Healthy'): readonly LinkReading[] =>
  (['Trail', 'Rule', 'Target', 'QueuePolicy'] as const).map((link) => ({
    link,
    state: link === broken ? 'Broken' : state,
    message: link === broken ? `${link} is broken` : '',
  }));

/** A channel that counts as verified by its heartbeats, with links as they may be changed. */
async function verifying(read: { links: readonly LinkReading[] } = { links: links(undefined, 'Unknown') }) {
  const clock = virtualClock();
  const beats$ = new Subject<void>();
  let isBeating = true;
  const heartbeat: HeartbeatChannel = {
    changes$: beats$,
    state: (explain) => ({
      driven: isBeating,
      message: isBeating ? 'verified' : (explain?.('events') ?? 'heartbeats are lost'),
    }),
    returned: () => {},
    received: () => {},
  };
  const readLinks: ReadLinks = async () => ({ accountId: management, links: read.links });
  const queues = new Map([[parseQueueUrl(url), 'events']]);
  const channel = createChannel({ clock, heartbeat, queues, readLinks });
  let changes = 0;
  const subscription = channel.changes$.subscribe(() => {
    changes += 1;
  });
  await clock.advance(0);
  const beat = async (next: boolean) => {
    isBeating = next;
    beats$.next();
    await clock.advance(0);
  };
  await beat(true);
  return {
    clock,
    channel,
    beat,
    subscription,
    changes: () => changes,
    state: (account = management) => channel.state(account),
    arrive: (detail: Record<string, unknown> = {}, name = 'DisableAWSServiceAccess') =>
      channel.arrived(
        changeOf(message(name, { eventTime: new Date(clock.now()).toISOString(), ...detail }), clock.now()),
      ),
  };
}

describe('a write whose event does not come back', () => {
  it('ends EventDriven after five minutes, names the call, and the late event restores it [P-52]', async () => {
    const { clock, channel, state, arrive, changes } = await verifying();
    channel.accepted(write);
    const madeAt = new Date(clock.now()).toISOString();
    await clock.advance(5 * minute - 1);
    expect(state()?.driven).toBe(true);
    const before = changes();
    await clock.advance(1);
    expect(state()).toEqual({
      driven: false,
      message: `The event of the operator's own call EnableAWSServiceAccess (request ID own-1) of ${madeAt} did not arrive, so the operator polls AWS at least every 5 minutes. To find the broken link, run trusted-access doctor --event-queue ${url}`,
    });
    expect(changes()).toBe(before + 1);
    arrive({ requestID: 'own-1', eventTime: madeAt });
    expect(state()?.driven).toBe(true);
    expect(changes()).toBe(before + 2);
  });

  it('changes nothing when its event came in time, even before the answer of AWS', async () => {
    const { clock, channel, state, arrive } = await verifying();
    arrive({ requestID: 'own-1' });
    channel.accepted(write);
    channel.accepted({ ...write, requestId: 'own-2' });
    await clock.advance(4 * minute);
    arrive({ requestID: 'own-2' });
    await clock.advance(30 * minute);
    expect(state()?.driven).toBe(true);
  });

  it('is missed although events of other calls arrive', async () => {
    const { clock, channel, state, arrive } = await verifying();
    channel.accepted(write);
    await clock.advance(minute);
    arrive({ requestID: 'another' });
    await clock.advance(4 * minute);
    expect(state()?.driven).toBe(false);
    arrive({ requestID: 'a-later-one' });
    expect(state()?.driven).toBe(true);
  });

  it('changes no answer of the channel when the first event of an organization arrives', async () => {
    const { arrive, changes } = await verifying();
    const before = changes();
    arrive();
    expect(changes()).toBe(before);
  });

  it('concerns its own organization alone', async () => {
    const { clock, channel, state } = await verifying();
    channel.accepted(write);
    await clock.advance(5 * minute);
    expect(state('222222222222')?.driven).toBe(true);
    expect(channel.state()?.driven).toBe(false);
  });

  it.each([
    ['heartbeats stop coming back', [false]],
    ['heartbeats stop and come back again', [false, true]],
  ])('is explained when %s', async (_, beats) => {
    const { clock, channel, state, beat } = await verifying();
    channel.accepted(write);
    for (const next of beats) await beat(next);
    await clock.advance(10 * minute);
    await beat(true);
    expect(state()?.driven).toBe(true);
  });

  it('is forgotten by a process that no longer leads', async () => {
    const { clock, channel, subscription, state } = await verifying();
    channel.accepted(write);
    subscription.unsubscribe();
    await clock.advance(10 * minute);
    expect(state()?.driven).toBe(true);
    expect(clock.pending()).toBe(0);
  });
});

describe('a drift that a resync finds', () => {
  it('ends EventDriven after five minutes without an event, and names the drift [P-53]', async () => {
    const { clock, channel, state, arrive } = await verifying();
    channel.driftFound(drift);
    await clock.advance(5 * minute);
    expect(state()?.driven).toBe(false);
    expect(state()?.message).toContain('A resync found drift AccessDisabled of sso.amazonaws.com at ');
    // Late, and of a change made before the drift was found.
    arrive({ eventTime: '2026-03-01T11:59:00Z' });
    expect(state()?.driven).toBe(true);
  });

  it.each([
    ['an event about the service arrived before', -minute, 'DisableAWSServiceAccess', '2026-03-01T11:58:00Z'],
    [
      'an event about the organization arrived before',
      -minute,
      'RemoveAccountFromOrganization',
      '2026-03-01T11:58:00Z',
    ],
    ['an event about the service arrives', minute, 'DisableAWSServiceAccess', '2026-03-01T11:58:00Z'],
    ['the event of the correction arrives', minute, 'EnableAllFeatures', undefined],
  ])('changes nothing when %s', async (_, when, name, eventTime) => {
    const { clock, channel, state, arrive } = await verifying();
    const event = () => arrive(eventTime === undefined ? {} : { eventTime }, name);
    if (when < 0) event();
    await clock.advance(minute);
    channel.driftFound(drift);
    await clock.advance(minute);
    if (when > 0) event();
    await clock.advance(30 * minute);
    expect(state()?.driven).toBe(true);
  });

  it('proves nothing while events are not verified anyway', async () => {
    const { clock, channel, state, beat } = await verifying();
    await beat(false);
    channel.driftFound(drift);
    await beat(true);
    await clock.advance(10 * minute);
    expect(state()?.driven).toBe(true);
  });
});

describe('a broken link', () => {
  it.each(['Trail', 'Rule'] as const)(
    '%s ends EventDriven within five minutes, and a minute after its repair begins it',
    async (link) => {
      const read = { links: links() };
      const { clock, state } = await verifying(read);
      read.links = links(link);
      await clock.advance(5 * minute);
      expect(state()).toEqual({ driven: false, message: `${link} is broken` });
      read.links = links();
      await clock.advance(minute);
      expect(state()?.driven).toBe(true);
    },
  );

  it.each(['Target', 'QueuePolicy'] as const)(
    '%s means nothing while heartbeats pass it, and explains why they do not',
    async (link) => {
      const { state, beat } = await verifying({ links: links(link) });
      expect(state()?.driven).toBe(true);
      await beat(false);
      expect(state()).toEqual({ driven: false, message: `${link} is broken` });
    },
  );

  it('is read again as soon as heartbeats come back, so that a repair ends PollingOnly', async () => {
    const read = { links: links() };
    const { clock, beat, state } = await verifying(read);
    read.links = links('Rule');
    await beat(false);
    expect(state()).toEqual({ driven: false, message: 'Rule is broken' });
    read.links = links();
    await clock.advance(10_000);
    expect(state()?.driven).toBe(false);
    await beat(true);
    expect(state()?.driven).toBe(true);
  });

  it('is repaired for every organization once it is read in order, although their trails stay unknown', async () => {
    const read = { links: links() };
    const { clock, channel, state } = await verifying(read);
    read.links = links('Rule');
    await clock.advance(5 * minute);
    expect(state('222222222222')?.driven).toBe(false);
    read.links = links();
    await clock.advance(minute);
    expect(state('222222222222')?.driven).toBe(true);
    expect(channel.state(undefined)?.driven).toBe(true);
  });

  it('is ruled out for lost heartbeats when every link is in order: another consumer takes the messages', async () => {
    const { state, beat } = await verifying({ links: links() });
    await beat(false);
    expect(state()?.message).toContain('another consumer probably takes its messages');
  });

  it('concerns only the organization of the account of a stopped trail', async () => {
    const { state } = await verifying({ links: links('Trail') });
    expect(state()?.driven).toBe(false);
    expect(state('222222222222')?.driven).toBe(true);
  });

  it('is not assumed when no link may be read', async () => {
    const { clock, state } = await verifying();
    await clock.advance(60 * minute);
    expect(state()?.driven).toBe(true);
  });
});

describe('an operator that writes nothing', () => {
  it('verifies the channel again by half an hour of readings that find every link in order', async () => {
    const read = { links: links() };
    const { clock, channel, state } = await verifying(read);
    channel.driftFound(drift);
    await clock.advance(5 * minute);
    expect(state()?.driven).toBe(false);
    await clock.advance(29 * minute);
    expect(state()?.driven).toBe(false);
    await clock.advance(2 * minute);
    expect(state()?.driven).toBe(true);
  });
});
