import { describe, expect, it } from 'vitest';
import { setAccountState } from '../../src/sandbox/founding.ts';
import { serviceFailure } from '../../src/sandbox/organizations/errors.ts';
import type { Settings } from '../../src/sandbox/settings.ts';
import {
  administrators,
  alpha,
  beta,
  type Founded,
  found,
  management,
  sso,
  stranger,
  trusted,
  verdict,
} from './founded.ts';

type Rule = readonly [what: string, ask: (founded: Founded) => string, verdict: string, Partial<Settings>?];

const enable = ({ ask }: Founded, ServicePrincipal = sso) =>
  verdict(ask('EnableAWSServiceAccess', { ServicePrincipal }));
const disable = ({ ask }: Founded, ServicePrincipal = sso) =>
  verdict(ask('DisableAWSServiceAccess', { ServicePrincipal }));
const register = ({ ask }: Founded, AccountId: string, ServicePrincipal = sso) =>
  verdict(ask('RegisterDelegatedAdministrator', { ServicePrincipal, AccountId }));
const deregister = ({ ask }: Founded, AccountId: string, ServicePrincipal = sso) =>
  verdict(ask('DeregisterDelegatedAdministrator', { ServicePrincipal, AccountId }));
const delegated = (founded: Founded) => {
  expect(enable(founded)).toBe('accepted');
  expect(register(founded, alpha)).toBe('accepted');
  return founded;
};

const rules: readonly Rule[] = [
  [
    'register before enable',
    (founded) => register(founded, alpha),
    'ConstraintViolationException SERVICE_ACCESS_NOT_ENABLED',
  ],
  [
    'register before enable, in the other words that were seen',
    (founded) => register(founded, alpha),
    'InvalidInputException UNRECOGNIZED_SERVICE_PRINCIPAL',
    { registerBeforeEnable: 'UNRECOGNIZED_SERVICE_PRINCIPAL' },
  ],
  [
    'a second administrator of a service that allows one',
    (founded) => register(delegated(founded), beta),
    'ConstraintViolationException DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE',
  ],
  [
    'a second administrator, in the other words that were seen',
    (founded) => register(delegated(founded), beta),
    'ConstraintViolationException MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED',
    { slotTaken: 'MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED' },
  ],
  [
    'the same administrator again',
    (founded) => register(delegated(founded), alpha),
    'AccountAlreadyRegisteredException',
  ],
  [
    'the management account as administrator',
    (founded) => {
      enable(founded);
      return register(founded, management);
    },
    'ConstraintViolationException CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR',
  ],
  ...(['SUSPENDED', 'PENDING_CLOSURE', 'CLOSED', 'PENDING_ACTIVATION'] as const).map(
    (state): Rule => [
      `an account that is ${state}`,
      (founded) => {
        enable(founded);
        setAccountState(founded.aws.world, alpha, state);
        return register(founded, alpha);
      },
      'ConstraintViolationException CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR',
    ],
  ),
  [
    'an account outside the organization',
    (founded) => {
      enable(founded);
      return register(founded, stranger);
    },
    'AccountNotFoundException',
  ],
  [
    'enabling a principal nobody knows',
    (founded) => enable(founded, 'no.amazonaws.com'),
    'InvalidInputException UNRECOGNIZED_SERVICE_PRINCIPAL',
  ],
  [
    'registering with a principal nobody knows',
    (founded) => register(founded, alpha, 'no.amazonaws.com'),
    'InvalidInputException UNRECOGNIZED_SERVICE_PRINCIPAL',
  ],
  [
    'an administrator of a service that knows none',
    (founded) => {
      expect(enable(founded, 'ram.amazonaws.com')).toBe('accepted');
      return register(founded, alpha, 'ram.amazonaws.com');
    },
    'InvalidInputException UNRECOGNIZED_SERVICE_PRINCIPAL',
  ],
  [
    'deregistering who is not registered',
    (founded) => deregister(founded, alpha),
    'AccountNotRegisteredException',
  ],
  [
    'deregistering who is not a member',
    (founded) => deregister(founded, stranger),
    'AccountNotFoundException',
  ],
  [
    'disabling while its policy type is on',
    (founded) => {
      expect(enable(founded, 'tagpolicies.tag.amazonaws.com')).toBe('accepted');
      founded.organization.policyTypes.add('TAG_POLICY');
      return disable(founded, 'tagpolicies.tag.amazonaws.com');
    },
    'ConstraintViolationException POLICY_TYPE_ENABLED_FOR_THIS_SERVICE',
  ],
  ['disabling under an administrator', (founded) => disable(delegated(founded)), 'accepted'],
  [
    'disabling under an administrator where the service rejects it',
    (founded) => disable(delegated(founded)),
    'ConstraintViolationException DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE',
    { disableUnderAdministrators: 'Refuse' },
  ],
  [
    'an administrator that leaves',
    (founded) => verdict(delegated(founded).ask('RemoveAccountFromOrganization', { AccountId: alpha })),
    'ConstraintViolationException CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG',
  ],
  [
    'the management account that leaves',
    ({ ask }) => verdict(ask('LeaveOrganization')),
    'MasterCannotLeaveOrganizationException',
  ],
  [
    'a principal that is too long',
    (founded) => enable(founded, 'a'.repeat(129)),
    'InvalidInputException MAX_LENGTH_EXCEEDED',
  ],
  [
    'a principal that is empty',
    (founded) => enable(founded, ''),
    'InvalidInputException MIN_LENGTH_EXCEEDED',
  ],
  [
    'a principal with a slash',
    (founded) => enable(founded, 'sso/amazonaws'),
    'InvalidInputException INVALID_PATTERN',
  ],
  [
    'no principal',
    ({ ask }) => verdict(ask('EnableAWSServiceAccess')),
    'InvalidInputException INPUT_REQUIRED',
  ],
  [
    'an account id of eleven digits',
    (founded) => register(founded, '12345678901'),
    'InvalidInputException INVALID_PATTERN',
  ],
  [
    'a page of more than 20',
    ({ ask }) => verdict(ask('ListDelegatedAdministrators', { MaxResults: 21 })),
    'InvalidInputException MAX_VALUE_EXCEEDED',
  ],
  [
    'a page of none',
    ({ ask }) => verdict(ask('ListDelegatedAdministrators', { MaxResults: 0 })),
    'InvalidInputException MIN_VALUE_EXCEEDED',
  ],
];

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
    const accounts = ['1', '2', '3', '4', '5', '6'].map((digit) => {
      const answer = founded.ask('CreateAccount', { Email: `${digit}@example.com`, AccountName: digit });
      return [answer, digit] as const;
    });
    expect(accounts.every(([answer]) => verdict(answer) === 'accepted')).toBe(true);
    const members = [...founded.organization.everMembers].slice(3);
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
