import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributionQuestion } from '../../src/controller/ports.ts';
import { effectiveChange } from '../../src/events/causes.ts';
import { changeOf, message, noon } from './fixture.ts';

const declared = '222222222222';
const other = '333333333333';

const question = (
  drift: AttributionQuestion['drift'],
  more: Partial<AttributionQuestion> = {},
): AttributionQuestion => ({
  organizationId: 'o-exampleorgid',
  managementAccountId: '111111111111',
  principal: 'sso.amazonaws.com',
  drift,
  since: noon - 600_000,
  target: undefined,
  ...more,
});

const timeOf = (secondsAgo: number) =>
  new Date(noon - secondsAgo * 1_000).toISOString().replace('.000Z', 'Z');

/** A call by this person, so many seconds before noon, about this account or none. */
const call = (
  name: string,
  person: string,
  secondsAgo: number,
  account?: string | null,
  more: object = {},
) => ({
  name,
  record: {
    userIdentity: { type: 'IAMUser', userName: person, arn: `arn:aws:iam::111111111111:user/${person}` },
    eventTime: timeOf(secondsAgo),
    ...(account !== undefined && {
      requestParameters: {
        servicePrincipal: 'sso.amazonaws.com',
        ...(account !== null && { accountId: account }),
      },
    }),
    ...more,
  },
});
const enable = (person: string, ago: number) => call('EnableAWSServiceAccess', person, ago);
const disable = (person: string, ago: number) => call('DisableAWSServiceAccess', person, ago);
const register = (person: string, ago: number, account: string | null) =>
  call('RegisterDelegatedAdministrator', person, ago, account);
const deregister = (person: string, ago: number, account: string | null) =>
  call('DeregisterDelegatedAdministrator', person, ago, account);
const remove = (person: string, ago: number, account: string | null) =>
  call('RemoveAccountFromOrganization', person, ago, account);
const close = (person: string, ago: number, account: string | null) =>
  call('CloseAccount', person, ago, account);

const departed = (ago: number, accountId?: string) => ({
  name: 'AccountDepartedOrganization',
  record: { eventTime: timeOf(ago), serviceEventDetails: accountId === undefined ? {} : { accountId } },
});
const closed = (ago: number, accountId?: string) => ({
  name: 'CloseAccountResult',
  record: {
    eventTime: timeOf(ago),
    serviceEventDetails: { closeAccountStatus: { state: 'SUCCEEDED', accountId } },
  },
});

interface Told {
  readonly name: string;
  readonly record: Record<string, unknown>;
}
const changesOf = (told: readonly Told[]) => told.map(({ name, record }) => changeOf(message(name, record)));
const named = (told: readonly Told[], asked: AttributionQuestion) =>
  effectiveChange(changesOf(told), asked)?.evidence.by.replace(' (IAM user)', '');

describe('The effective change', () => {
  it.each<[string, readonly Told[], AttributionQuestion, string | undefined]>([
    [
      'is the first of two calls that both lead to the difference',
      [disable('bob', 20), disable('alice', 30)],
      question('AccessDisabled'),
      'alice',
    ],
    [
      'is the call after the last one that undid the difference',
      [disable('alice', 30), enable('bob', 20), disable('carol', 10)],
      question('AccessDisabled'),
      'carol',
    ],
    [
      'stays the first call when another caller undoes it after the operator found the drift',
      [disable('alice', 30), enable('bob', 20)],
      question('AccessDisabled'),
      'alice',
    ],
    [
      'is no call from before AWS was last seen in sync',
      [disable('alice', 30), disable('bob', 10)],
      question('AccessDisabled', { since: noon - 15_000 }),
      'bob',
    ],
    [
      'is unknown when every call came before AWS was last seen in sync',
      [disable('alice', 30)],
      question('AccessDisabled', { since: noon - 15_000 }),
      undefined,
    ],
    [
      'allows for CloudTrail, which records whole seconds',
      [disable('alice', 30)],
      question('AccessDisabled', { since: noon - 29_001 }),
      'alice',
    ],
    [
      'is about an account of this difference, not about another declared account',
      [deregister('alice', 30, other), deregister('bob', 20, declared)],
      question('AdministratorRemoved', { missing: [declared] }),
      'bob',
    ],
    [
      'is unknown when every call is about other accounts',
      [deregister('alice', 30, other), remove('bob', 20, other)],
      question('AdministratorRemoved', { missing: [declared] }),
      undefined,
    ],
    [
      'is the registration of the account that was added',
      [register('alice', 30, declared), register('bob', 20, other)],
      question('AdministratorAdded', { added: [other] }),
      'bob',
    ],
    [
      'is the first half of a replacement, the deregistration',
      [deregister('alice', 30, declared), register('bob', 20, other)],
      question('AdministratorReplaced', { missing: [declared], added: [other] }),
      'alice',
    ],
    [
      'of a replacement skips a registration of a third account',
      [register('mallory', 40, '444444444444'), register('bob', 20, other)],
      question('AdministratorReplaced', { missing: [declared], added: [other] }),
      'bob',
    ],
    [
      'of a removed administrator is the removal of its account from the organization',
      [remove('alice', 30, declared)],
      question('AdministratorRemoved', { missing: [declared] }),
      'alice',
    ],
    [
      'is the call of a person rather than the event of AWS that follows it',
      [remove('alice', 30, declared), departed(25, declared)],
      question('AdministratorRemoved', { missing: [declared] }),
      'alice',
    ],
    [
      'is the closing of an account that a person asked for before AWS was last seen in sync',
      [close('alice', 300, declared), closed(25, declared)],
      question('AdministratorRemoved', { missing: [declared], since: noon - 60_000 }),
      'alice',
    ],
    [
      'is the deletion of the organization rather than the departure of its accounts',
      [departed(29, declared), call('DeleteOrganization', 'alice', 30)],
      question('AdministratorRemoved', { missing: [declared] }),
      'alice',
    ],
    [
      'is the deletion of the organization for trusted access, too',
      [call('DeleteOrganization', 'alice', 30)],
      question('AccessDisabled'),
      'alice',
    ],
    [
      'is not the closing of another account',
      [close('mallory', 40, other), closed(25, declared)],
      question('AdministratorRemoved', { missing: [declared] }),
      'AWS Organizations',
    ],
    [
      'is no event of AWS itself whose account is unreadable',
      [departed(25), closed(20)],
      question('AdministratorRemoved', { missing: [declared] }),
      undefined,
    ],
    [
      'is a call whose account is unreadable only when no other call explains the difference',
      [deregister('alice', 30, null), deregister('bob', 20, declared)],
      question('AdministratorRemoved', { missing: [declared] }),
      'bob',
    ],
    [
      'is a call whose account is unreadable when there is no other call',
      [deregister('alice', 30, null)],
      question('AdministratorRemoved', { missing: [declared] }),
      'alice',
    ],
    [
      'is a call about any account when the accounts of the difference are not known',
      [deregister('alice', 30, other)],
      question('AdministratorRemoved'),
      'alice',
    ],
  ])('%s', (_, told, asked, person) => {
    expect(named(told, asked)).toBe(person);
    expect(named(told.toReversed(), asked)).toBe(person);
  });

  it('is another one than the event that explains an earlier drift', () => {
    const [first, second] = changesOf([disable('alice', 30), disable('bob', 30)]);
    if (first === undefined || second === undefined) throw new Error('two changes are expected');
    const asked = question('AccessDisabled', { except: first.eventId });
    expect(effectiveChange([first, second], asked)).toBe(second);
  });

  it('marks an event of AWS itself, so that the call of a person can still replace it [P-61]', () => {
    const [event, removal] = changesOf([departed(25, declared), remove('alice', 30, declared)]);
    expect(event?.evidence.isFollowUp).toBe(true);
    expect(removal?.evidence).not.toHaveProperty('isFollowUp');
    const asked = question('AdministratorRemoved', { missing: [declared] });
    if (event === undefined || removal === undefined) throw new Error('two changes are expected');
    expect(effectiveChange([event], asked)).toBe(event);
    expect(effectiveChange([event, removal], asked)).toBe(removal);
  });

  it('does not depend on the order in which the events arrive [P-60]', () => {
    const person = fc.constantFrom('a', 'b', 'c');
    const told = fc.array(
      fc.oneof(
        fc.tuple(person, fc.nat(60)).map(([who, ago]) => disable(who, ago)),
        fc.tuple(person, fc.nat(60)).map(([who, ago]) => enable(who, ago)),
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(told, fc.infiniteStream(fc.nat()), (calls, ranks) => {
        const changes = changesOf(calls);
        const shuffled = changes
          .map((change) => ({ change, rank: ranks.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ change }) => change);
        const asked = question('AccessDisabled');
        expect(effectiveChange(shuffled, asked)?.at).toBe(effectiveChange(changes, asked)?.at);
      }),
    );
  });
});
