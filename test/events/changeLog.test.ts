import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributionQuestion } from '../../src/controller/ports.ts';
import { createChangeLog } from '../../src/events/changeLog.ts';
import { virtualClock } from '../harness/virtualClock.ts';
import { changeOf, message, noon } from './fixture.ts';

const minutes = 60_000;

const question = (
  drift: AttributionQuestion['drift'],
  more: Partial<AttributionQuestion> = {},
): AttributionQuestion => ({
  organizationId: 'o-exampleorgid',
  managementAccountId: '111111111111',
  principal: 'sso.amazonaws.com',
  drift,
  since: 0,
  target: undefined,
  ...more,
});

const at = (seconds: number) => new Date(noon - seconds * 1_000).toISOString().replace('.000Z', 'Z');
const by = (who: string) => ({
  userIdentity: { type: 'IAMUser', userName: who, arn: `arn:aws:iam::111111111111:user/${who}` },
});
const named = (who: string) => expect.objectContaining({ by: `${who} (IAM user)` });

describe('the change log', () => {
  it.each([
    ['AccessDisabled', 'DisableAWSServiceAccess', 'EnableAWSServiceAccess'],
    ['AccessEnabled', 'EnableAWSServiceAccess', 'DisableAWSServiceAccess'],
    ['AdministratorRemoved', 'DeregisterDelegatedAdministrator', 'RegisterDelegatedAdministrator'],
    ['AdministratorAdded', 'RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'],
  ] as const)('explains %s by %s, not by %s', (drift, cause, other) => {
    const changeLog = createChangeLog({ isOthers: () => true, clock: virtualClock() });
    changeLog.note(changeOf(message(other, by('mallory'))));
    expect(changeLog.recall(question(drift))).toBeUndefined();
    changeLog.note(changeOf(message(cause, by('alice'))));
    expect(changeLog.recall(question(drift))).toEqual(named('alice'));
  });

  it('explains a removed administrator by a change of its service or of the whole organization, whichever came first', () => {
    const changeLog = createChangeLog({ isOthers: () => true, clock: virtualClock() });
    changeLog.note(
      changeOf(message('DeregisterDelegatedAdministrator', { ...by('alice'), eventTime: at(5) })),
    );
    expect(changeLog.recall(question('AdministratorRemoved'))).toEqual(named('alice'));
    changeLog.note(changeOf(message('RemoveAccountFromOrganization', { ...by('carol'), eventTime: at(9) })));
    expect(changeLog.recall(question('AdministratorRemoved'))).toEqual(named('carol'));
    expect(changeLog.recall(question('AccessDisabled'))).toBeUndefined();
  });

  it('keeps organizations and principals apart', () => {
    const changeLog = createChangeLog({ isOthers: () => true, clock: virtualClock() });
    changeLog.note(changeOf(message('DisableAWSServiceAccess')));
    expect(changeLog.recall(question('AccessDisabled', { principal: 'ram.amazonaws.com' }))).toBeUndefined();
    expect(
      changeLog.recall(question('AccessDisabled', { managementAccountId: '999999999999' })),
    ).toBeUndefined();
  });

  it('forgets after fifteen minutes', async () => {
    const clock = virtualClock();
    const changeLog = createChangeLog({ clock, isOthers: () => true });
    changeLog.note(changeOf(message('DisableAWSServiceAccess')));
    await clock.advance(15 * minutes - 1);
    expect(changeLog.recall(question('AccessDisabled'))).toBeDefined();
    await clock.advance(1);
    expect(changeLog.recall(question('AccessDisabled'))).toBeUndefined();
  });

  it('answers with the earliest change, in whatever order and how often the events come', () => {
    const events = fc.array(fc.record({ second: fc.nat(600), who: fc.constantFrom('a', 'b', 'c') }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.nat()), (reported, order) => {
        const changeLog = createChangeLog({
          isOthers: () => true,
          clock: virtualClock(),
          entriesPerPage: 100,
        });
        const changes = reported.map(({ second, who }) =>
          changeOf(message('DisableAWSServiceAccess', { ...by(who), eventTime: at(second) })),
        );
        const doubled = [...changes, ...changes].map((change) => ({ change, rank: order.next().value }));
        for (const { change } of doubled.sort((a, b) => a.rank - b.rank)) changeLog.note(change);
        const oldest = noon - Math.max(...reported.map(({ second }) => second)) * 1_000;
        expect(changeLog.recall(question('AccessDisabled'))?.at).toBe(oldest);
        expect(changeLog.size).toBe(changes.length);
      }),
    );
  });

  it('keeps the removal of an account while many other accounts are created', () => {
    const changeLog = createChangeLog({ isOthers: () => true, clock: virtualClock() });
    changeLog.note(changeOf(message('RemoveAccountFromOrganization', by('carol'))));
    for (let count = 0; count < 100; count += 1) changeLog.note(changeOf(message('CreateAccountResult')));
    expect(changeLog.recall(question('AdministratorRemoved'))).toEqual(named('carol'));
    expect(changeLog.size).toBe(1);
  });

  it('stays small, however many changes are recorded', () => {
    const changeLog = createChangeLog({
      isOthers: () => true,
      clock: virtualClock(),
      maximumPages: 50,
      entriesPerPage: 4,
    });
    for (let index = 0; index < 2_000; index += 1) {
      const account = String(100_000_000_000 + (index % 300));
      changeLog.note(changeOf(message('DisableAWSServiceAccess', {}, { account })));
    }
    expect(changeLog.size).toBeLessThanOrEqual(200);
  });
});
