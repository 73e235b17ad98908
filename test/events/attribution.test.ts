import { describe, expect, it } from 'vitest';
import type { AttributionQuestion } from '../../src/controller/ports.ts';
import { createAttribution } from '../../src/events/attribution.ts';
import { createChangeLog } from '../../src/events/changeLog.ts';
import { createOwnCalls } from '../../src/events/ownCalls.ts';
import { type EventHistory, HistoryError, type HistoryQuery } from '../../src/events/trailHistory.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { changeOf, envelopeOf, fixture, noon } from './fixture.ts';

const question: AttributionQuestion = {
  organizationId: 'o-exampleorgid',
  managementAccountId: '111111111111',
  principal: 'sso.amazonaws.com',
  drift: 'AccessDisabled',
  since: noon - 60_000,
  target: undefined,
};

const record = (name: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ ...envelopeOf(name).detail, ...more });

function attributing(answer: (query: HistoryQuery) => readonly string[] = () => []) {
  const clock = virtualClock();
  const queries: (HistoryQuery & { at: number })[] = [];
  const problems: string[] = [];
  const history: EventHistory = {
    async lookup(query) {
      queries.push({ ...query, at: clock.now() });
      return answer(query);
    },
  };
  const own = createOwnCalls({ clock, instance: 'one', instanceIn: () => undefined });
  const changeLog = createChangeLog({ clock, isOthers: own.isOthers });
  const attribution = createAttribution({
    clock,
    changeLog,
    own,
    history,
    onProblem: (problem) => void problems.push(problem),
  });
  const ask = async (more: Partial<AttributionQuestion> = {}) => {
    const answer = attribution.lookUp({ ...question, ...more }, new AbortController().signal);
    await clock.advance(0);
    return answer;
  };
  return { clock, queries, problems, changeLog, own, attribution, ask };
}

const denial = () => {
  throw new HistoryError(true, 'User is not authorized to perform: cloudtrail:LookupEvents');
};

describe('Attribution by CloudTrail', () => {
  it('names the caller of the record that explains the drift', async () => {
    const { ask, queries } = attributing(() => [record('DisableAWSServiceAccess')]);
    const evidence = await ask();
    expect(evidence?.by).toContain('alice');
    expect(evidence?.source).toBe('Lookup');
    expect(queries).toMatchObject([
      { eventName: 'DisableAWSServiceAccess', from: noon - 15 * 60_000, to: noon },
    ]);
  });

  it('asks once for each drift', async () => {
    const { ask, queries, attribution } = attributing(() => [record('DisableAWSServiceAccess')]);
    await ask();
    expect(attribution.recall(question)?.by).toContain('alice');
    expect((await ask())?.by).toContain('alice');
    expect(queries).toHaveLength(1);
  });

  it('does not ask when the change log names the caller', async () => {
    const { ask, queries, changeLog } = attributing(() => [record('DisableAWSServiceAccess')]);
    changeLog.note(changeOf(fixture('DisableAWSServiceAccess')));
    expect((await ask())?.source).toBe('Event');
    expect(queries).toHaveLength(0);
  });

  it('asks back to the moment at which AWS was last seen in sync, a day at most', async () => {
    const { ask, queries, clock } = attributing(() => [
      record('DisableAWSServiceAccess', { eventTime: '2026-03-01T11:10:00Z' }),
    ]);
    expect((await ask({ since: noon - 3_600_000 }))?.by).toContain('alice');
    expect(queries[0]).toMatchObject({ from: noon - 3_600_000 });
    await clock.advance(1_000);
    await ask({ since: 0, principal: 'ram.amazonaws.com' });
    expect(queries[1]).toMatchObject({ from: clock.now() - 24 * 3_600_000 });
  });

  it('does not ask with the same credentials for half an hour when it is not permitted', async () => {
    let denied = true;
    const { ask, queries, problems, clock } = attributing((query) => {
      if (denied && query.target === undefined) denial();
      return [record('DisableAWSServiceAccess')];
    });
    expect(await ask()).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining('cloudtrail:LookupEvents is not permitted')]);
    expect(await ask({ since: noon - 30_000 })).toBeUndefined();
    expect(queries).toHaveLength(1);
    await clock.advance(1_000);
    expect(await ask({ since: noon - 10_000, target: { region: 'us-east-1' } })).toBeDefined();
    denied = false;
    await clock.advance(30 * 60_000);
    await ask({ since: noon - 20_000 });
    expect(queries).toHaveLength(3);
  });

  it('keeps to two queries a second', async () => {
    const { clock, queries, attribution } = attributing();
    const signal = new AbortController().signal;
    const answers = ['a', 'b', 'c', 'd'].map((principal) =>
      attribution.lookUp({ ...question, principal }, signal),
    );
    await clock.advance(10_000);
    await Promise.all(answers);
    expect(queries.map(({ at }) => at - noon)).toEqual([0, 500, 1_000, 1_500]);
  });

  it('does not hold up a reconcile when many ask at once', async () => {
    const { clock, queries, attribution } = attributing();
    const signal = new AbortController().signal;
    const answers = Array.from({ length: 100 }, (_, n) =>
      attribution.lookUp({ ...question, principal: `p${n}` }, signal),
    );
    await clock.advance(6_000);
    await Promise.all(answers);
    expect(queries.length).toBeLessThanOrEqual(11);
  });

  it.each([
    ['what is no JSON', ['hello', 'null', '[]']],
    ['another call', [record('EnableAWSServiceAccess')]],
    ['a failed call', [record('DisableAWSServiceAccess-denied')]],
    ['another organization', [record('DisableAWSServiceAccess', { recipientAccountId: '999999999999' })]],
    ['a change long before', [record('DisableAWSServiceAccess', { eventTime: '2026-03-01T10:00:00Z' })]],
  ])('names no actor for %s', async (_, records) => {
    expect(await attributing(() => records).ask()).toBeUndefined();
  });

  it('never names the operator itself', async () => {
    const { ask, own } = attributing(() => [record('DisableAWSServiceAccess', { requestID: 'mine' })]);
    own.addRequest('mine');
    expect(await ask()).toBeUndefined();
  });

  it('asks for one kind of call after the other, until a call explains a removed administrator', async () => {
    const { clock, queries, attribution } = attributing(({ eventName }) =>
      eventName === 'CloseAccount' ? [record('CloseAccount')] : [],
    );
    const removed = { ...question, drift: 'AdministratorRemoved', missing: ['222222222222'] } as const;
    const answer = attribution.lookUp(removed, new AbortController().signal);
    await clock.advance(10_000);
    expect((await answer)?.by).toContain('alice');
    expect(queries.map(({ eventName, at }) => [eventName, at - noon])).toEqual([
      ['DeregisterDelegatedAdministrator', 0],
      ['RemoveAccountFromOrganization', 500],
      ['CloseAccount', 1_000],
    ]);
  });

  it('never rejects: not on a fault, nor when it takes too long, nor when it is aborted', async () => {
    const failing = attributing(() => {
      throw new Error('connection refused');
    });
    expect(await failing.ask()).toBeUndefined();
    expect(failing.problems).toEqual(['could not ask CloudTrail: connection refused']);

    const { clock, attribution } = attributing();
    const stop = new AbortController();
    const first = attribution.lookUp(question, stop.signal);
    const second = attribution.lookUp({ ...question, principal: 'other' }, stop.signal);
    stop.abort();
    expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
    expect(await attribution.lookUp(question, stop.signal)).toBeUndefined();
    await clock.advance(60_000);
    expect(clock.pending()).toBe(0);
  });

  it('prefers an event to a record of the same change', async () => {
    const { ask, changeLog } = attributing(() => [record('DisableAWSServiceAccess')]);
    changeLog.note(changeOf(fixture('DisableAWSServiceAccess')));
    expect((await ask())?.source).toBe('Event');
  });
});
