import { describe, expect, it } from 'vitest';
import { serviceFailure } from '../../../sandbox/aws/organizations/errors.ts';
import { addAccount, join } from '../../../sandbox/aws/seed.ts';
import { delegated, deregister, disable, enable, register, rules } from './ruleTable.ts';
import { administrators, alpha, beta, found, sso, trusted, verdict } from './seeded.ts';

describe('Organizations answers as its documentation says', () => {
  for (const [what, ask, expected, settings] of rules) {
    it(`${what}: ${expected}`, () => expect(ask(found(settings))).toBe(expected));
  }

  it.each([
    ['EnableAWSServiceAccess', { ServicePrincipal: sso }],
    ['DisableAWSServiceAccess', { ServicePrincipal: sso }],
    ['RegisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: alpha }],
    ['DeregisterDelegatedAdministrator', { ServicePrincipal: sso, AccountId: alpha }],
    ['ListAWSServiceAccessForOrganization', {}],
    ['ListDelegatedAdministrators', {}],
    ['ListDelegatedServicesForAccount', { AccountId: alpha }],
  ])('%s needs an organization with all features', (operation, input) => {
    const { ask } = found({}, 'CONSOLIDATED_BILLING');
    expect(verdict(ask(operation, input))).toBe(
      'ConstraintViolationException ORGANIZATION_NOT_IN_ALL_FEATURES_MODE',
    );
  });
});

describe('what a change leaves behind', () => {
  it('refused calls change nothing', () => {
    const founded = delegated(found());
    register(founded, beta);
    deregister(founded, beta);
    enable(founded, 'no.amazonaws.com');
    expect([trusted(founded), administrators(founded)]).toEqual([[sso], [alpha]]);
  });
  it('enabling again keeps the date of the first time', () => {
    const founded = found();
    enable(founded);
    const before = founded.ask('ListAWSServiceAccessForOrganization');
    founded.clock.advance(60_000);
    enable(founded);
    expect(founded.ask('ListAWSServiceAccessForOrganization')).toEqual(before);
  });
  it('disabling keeps the administrator, or takes it along where AWS does so', () => {
    for (const [disableUnderAdministrators, left] of [
      ['Keep', [alpha]],
      ['Remove', []],
    ] as const) {
      const founded = delegated(found({ disableUnderAdministrators }));
      disable(founded);
      expect([trusted(founded), administrators(founded)]).toEqual([[], left]);
    }
  });
  it('a service with room for five takes five and not six', () => {
    const founded = found();
    const backup = 'backup.amazonaws.com';
    enable(founded, backup);
    const { world } = founded.aws;
    const members = Array.from({ length: 6 }, () => addAccount(world).id);
    for (const id of members) join(world, founded.organization, id, 'CREATED');
    expect(members.map((id) => register(founded, id, backup)).filter((it) => it === 'accepted')).toHaveLength(
      5,
    );
  });
  it('one organization knows nothing of another', () => {
    const founded = delegated(found());
    const other = found();
    expect([trusted(other), administrators(other)]).toEqual([[], []]);
    expect(trusted(founded)).toEqual([sso]);
  });
  it('a scripted answer replaces the call: nothing is done', async () => {
    const founded = found();
    founded.aws.faults.add({
      operation: 'EnableAWSServiceAccess',
      effect: { kind: 'Error', error: serviceFailure() },
    });
    const outcome = await founded.aws.send(
      {
        service: 'organizations',
        operation: 'EnableAWSServiceAccess',
        input: { ServicePrincipal: sso },
        caller: founded.owner,
      },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ ok: false, error: { code: 'ServiceException' } });
    expect(trusted(founded)).toEqual([]);
  });
});
