import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Members } from '../../../sandbox/aws/service.ts';
import { administrators, alpha, beta, type Founded, found, ids, sso, trusted, verdict } from './seeded.ts';

const principal = { ServicePrincipal: sso };

describe('rates', () => {
  const ask = ({ aws, owner }: Founded, operation: string, input: Members = {}) =>
    aws.call({ service: 'organizations', operation, input, caller: owner });
  const accepted = (founded: Founded, times: number, operation: string, input?: Members) =>
    Array.from({ length: times }, () => ask(founded, operation, input).ok).filter(Boolean).length;

  // Source: AWS Organizations user guide, throttle limits; requests a second and burst for one account.
  it.each([
    ['EnableAWSServiceAccess', principal, 1, 2],
    ['DisableAWSServiceAccess', principal, 1, 2],
    ['RegisterDelegatedAdministrator', { ...principal, AccountId: alpha }, 1, 2],
    ['DeregisterDelegatedAdministrator', { ...principal, AccountId: alpha }, 1, 2],
    ['ListAWSServiceAccessForOrganization', {}, 1, 3],
    ['ListDelegatedServicesForAccount', { AccountId: alpha }, 1, 3],
    ['ListDelegatedAdministrators', {}, 5, 8],
    ['DescribeOrganization', {}, 1, 2],
    ['DescribeAccount', { AccountId: alpha }, 20, 30],
  ] as const)('%s: the burst, then the rate', (operation, input, rate, burst) => {
    const founded = found();
    const throttled = () =>
      Array.from({ length: 40 }, () => ask(founded, operation, input)).filter(
        (outcome) => !outcome.ok && outcome.error.code === 'TooManyRequestsException',
      ).length;
    expect(40 - throttled()).toBe(burst);
    founded.clock.advance(1000);
    expect(40 - throttled()).toBe(rate);
  });
  it('a refusal for the rate names its type, changes nothing and comes before the rest', () => {
    const founded = found();
    accepted(founded, 2, 'DisableAWSServiceAccess', principal);
    const outcome = ask(founded, 'EnableAWSServiceAccess', principal);
    expect(outcome).toMatchObject({
      ok: false,
      error: { status: 400, members: { Type: expect.any(String) } },
    });
    expect(trusted(founded)).toEqual([]);
  });
  it('each account has its own, but an organization has one together', () => {
    const founded = found();
    founded.ask('EnableAWSServiceAccess', principal);
    founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId: alpha });
    const by = (accountId: string) =>
      Array.from(
        { length: 20 },
        () =>
          founded.aws.call({
            service: 'organizations',
            operation: 'ListDelegatedAdministrators',
            caller: founded.caller(accountId),
          }).ok,
      ).filter(Boolean).length;
    // 8 of the account's burst; then what is left of the organization's 10.
    expect([by(founded.owner.accountId), by(alpha)]).toEqual([8, 2]);
  });
  it('can be scaled, and switched off', () => {
    expect(accepted(found({ throttles: { scale: 10 } }), 40, 'DescribeOrganization')).toBe(20);
    expect(accepted(found({ throttles: 'off' }), 40, 'DescribeOrganization')).toBe(40);
  });
  it('do not hold for an outside user who acts in a drill', () => {
    const { ask } = found();
    const verdicts = Array.from({ length: 20 }, () => verdict(ask('EnableAWSServiceAccess', principal)));
    expect(new Set(verdicts)).toEqual(new Set(['accepted']));
  });
});

describe('reads after a write', () => {
  const swap = (founded: Founded) => {
    founded.ask('EnableAWSServiceAccess', principal);
    founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId: alpha });
    founded.clock.advance(60_000);
    founded.ask('DeregisterDelegatedAdministrator', { ...principal, AccountId: alpha });
    founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId: beta });
    return founded;
  };
  it('see it at once when AWS is consistent', () => {
    expect(administrators(swap(found()))).toEqual([beta]);
  });
  it('see the state before it for as long as is set', () => {
    const founded = swap(found({ consistency: { kind: 'Stale', window: 2000 } }));
    expect(administrators(founded)).toEqual([alpha]);
    founded.clock.advance(1999);
    expect(administrators(founded)).toEqual([alpha]);
    founded.clock.advance(1);
    expect(administrators(founded)).toEqual([beta]);
  });
  it('may be stale while writes are judged by the truth', () => {
    const founded = swap(found({ consistency: { kind: 'Stale', window: 2000 } }));
    expect(verdict(founded.ask('DeregisterDelegatedAdministrator', { ...principal, AccountId: alpha }))).toBe(
      'AccountNotRegisteredException',
    );
  });
  it('are stale by chance, the same chance for the same seed', () => {
    const run = () => {
      const founded = swap(found({ consistency: { kind: 'Seeded', window: 1000, probability: 0.5 } }));
      return Array.from({ length: 50 }, () => administrators(founded)[0]);
    };
    const seen = run();
    expect(new Set(seen)).toEqual(new Set([alpha, beta]));
    expect(run()).toEqual(seen);
  });
  it('follow a script', () => {
    const founded = swap(found());
    let reads = 0;
    founded.aws.settings.consistency = { kind: 'Scripted', lag: () => (reads++ === 1 ? 1 : 0) };
    expect([1, 2, 3].map(() => administrators(founded)[0])).toEqual([beta, alpha, beta]);
  });
  it('never show what never was, whatever the lag', () => {
    const founded = found();
    const states: string[][] = [[]];
    for (const AccountId of [alpha, beta, alpha]) {
      founded.ask('EnableAWSServiceAccess', principal);
      founded.clock.advance(100);
      founded.ask('RegisterDelegatedAdministrator', { ...principal, AccountId });
      founded.clock.advance(100);
      founded.ask('DeregisterDelegatedAdministrator', { ...principal, AccountId });
      states.push([AccountId]);
    }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), (lag) => {
        founded.aws.settings.consistency = { kind: 'Scripted', lag: () => lag };
        expect(states).toContainEqual(administrators(founded));
      }),
    );
  });
});

describe('pages', () => {
  const principals = [
    'account',
    'backup',
    'config',
    'fms',
    'guardduty',
    'health',
    'iam',
    'ram',
    'ssm',
    'sso',
  ].map((host) => `${host}.amazonaws.com`);
  it('together are the whole, each item once, whatever the sizes and however many are empty', () => {
    fc.assert(
      fc.property(
        fc.subarray(principals),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (chosen, pageSize, MaxResults, emptyPages) => {
          const { ask } = found({ pageSize, emptyPages });
          for (const ServicePrincipal of chosen) ask('EnableAWSServiceAccess', { ServicePrincipal });
          const seen: string[] = [];
          let token: Members = {};
          for (;;) {
            const page = ask('ListAWSServiceAccessForOrganization', { MaxResults, ...token });
            const reported = ids(page, 'EnabledServicePrincipals', 'ServicePrincipal');
            expect(reported.length).toBeLessThanOrEqual(Math.min(MaxResults, pageSize));
            seen.push(...reported);
            if (!('NextToken' in page)) break;
            token = { NextToken: page['NextToken'] };
          }
          expect(seen).toEqual([...chosen].sort());
        },
      ),
    );
  });
  it('the last page has no token, full or not', () => {
    const { ask } = found({ pageSize: 3 });
    for (const host of ['account', 'health', 'ram']) {
      ask('EnableAWSServiceAccess', { ServicePrincipal: `${host}.amazonaws.com` });
    }
    expect(ask('ListAWSServiceAccessForOrganization')).not.toHaveProperty('NextToken');
    expect(ask('ListAWSServiceAccessForOrganization', { MaxResults: 2 })).toHaveProperty('NextToken');
  });
  it('an unknown token is refused with its reason', () => {
    const { ask } = found();
    expect(verdict(ask('ListAWSServiceAccessForOrganization', { NextToken: 'hello' }))).toBe(
      'InvalidInputException INVALID_NEXT_TOKEN',
    );
  });
});
