import { expect } from 'vitest';
import { setAccountState } from '../../../sandbox/aws/seed.ts';
import type { Settings } from '../../../sandbox/aws/settings.ts';
import { alpha, beta, type Founded, management, sso, stranger, verdict } from './seeded.ts';

export type Rule = readonly [
  what: string,
  ask: (founded: Founded) => string,
  verdict: string,
  Partial<Settings>?,
];

export const enable = ({ ask }: Founded, ServicePrincipal = sso) =>
  verdict(ask('EnableAWSServiceAccess', { ServicePrincipal }));
export const disable = ({ ask }: Founded, ServicePrincipal = sso) =>
  verdict(ask('DisableAWSServiceAccess', { ServicePrincipal }));
export const register = ({ ask }: Founded, AccountId: string, ServicePrincipal = sso) =>
  verdict(ask('RegisterDelegatedAdministrator', { ServicePrincipal, AccountId }));
export const deregister = ({ ask }: Founded, AccountId: string, ServicePrincipal = sso) =>
  verdict(ask('DeregisterDelegatedAdministrator', { ServicePrincipal, AccountId }));
export const delegated = (founded: Founded) => {
  expect(enable(founded)).toBe('accepted');
  expect(register(founded, alpha)).toBe('accepted');
  return founded;
};

export const rules: readonly Rule[] = [
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
