import {
  CloseAccountCommand,
  DeregisterDelegatedAdministratorCommand,
  DisableAWSServiceAccessCommand,
  EnableAWSServiceAccessCommand,
  ListDelegatedAdministratorsCommand,
  ListDelegatedServicesForAccountCommand,
  RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';
import { type ContractCase, type Fixture, nothing, refused } from '../contractCase.ts';

const sso = 'sso.amazonaws.com';
const stranger = '999999999999';

const enable = ({ clients }: Fixture, ServicePrincipal = sso) =>
  clients.organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
const register =
  (account: string, ServicePrincipal = sso) =>
  (fixture: Fixture) =>
    fixture.clients.organizations.send(
      new RegisterDelegatedAdministratorCommand({ ServicePrincipal, AccountId: idOf(fixture, account) }),
    );
const deregister =
  (account: string, ServicePrincipal = sso) =>
  (fixture: Fixture) =>
    fixture.clients.organizations.send(
      new DeregisterDelegatedAdministratorCommand({ ServicePrincipal, AccountId: idOf(fixture, account) }),
    );
const administrators =
  (ServicePrincipal?: string) =>
  ({ clients }: Fixture) =>
    clients.organizations.send(
      new ListDelegatedAdministratorsCommand(ServicePrincipal === undefined ? {} : { ServicePrincipal }),
    );
const servicesOf = (account: string) => (fixture: Fixture) =>
  fixture.clients.organizations.send(
    new ListDelegatedServicesForAccountCommand({ AccountId: idOf(fixture, account) }),
  );
const idOf = (fixture: Fixture, account: string) => (/^\d+$/.test(account) ? account : fixture.id(account));

const alphaListed = {
  output: {
    DelegatedAdministrators: [
      {
        Id: '<alpha>',
        Arn: 'arn:aws:organizations::<management>:account/<organization>/<alpha>',
        Email: 'alpha@example.com',
        Name: 'alpha',
        Status: 'ACTIVE',
        JoinedMethod: 'CREATED',
        JoinedTimestamp: '<time>',
        DelegationEnabledDate: '<time>',
      },
    ],
  },
};
const noneListed = { output: { DelegatedAdministrators: [] } };

export const delegationCases: readonly ContractCase[] = [
  {
    about: 'one administrator of IAM Identity Center',
    async given(fixture) {
      await fixture.organization('alpha', 'beta');
      await enable(fixture);
    },
    steps: [
      { says: 'nobody administers it at first', call: administrators(sso), shows: noneListed },
      { says: 'registering answers with an empty body', call: register('alpha'), shows: nothing },
      { says: 'the administrator is listed for the service', call: administrators(sso), shows: alphaListed },
      { says: 'the administrator is listed without a service', call: administrators(), shows: alphaListed },
      {
        says: 'the administrator carries the newer account state',
        call: administrators(sso),
        shows: { output: { DelegatedAdministrators: [{ State: 'ACTIVE' }] } },
      },
      {
        says: 'the services of the administrator are listed',
        call: servicesOf('alpha'),
        shows: {
          output: { DelegatedServices: [{ ServicePrincipal: sso, DelegationEnabledDate: '<time>' }] },
        },
      },
      {
        says: 'registering again is refused by name',
        call: register('alpha'),
        shows: refused('AccountAlreadyRegisteredException'),
      },
      {
        says: 'a second administrator is one too many',
        call: register('beta'),
        shows: refused('ConstraintViolationException', 'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE'),
      },
      {
        says: 'the refused one administers nothing',
        call: servicesOf('beta'),
        shows: refused('AccountNotRegisteredException'),
      },
      { says: 'deregistering answers with an empty body', call: deregister('alpha'), shows: nothing },
      {
        says: 'deregistering again is refused by name',
        call: deregister('alpha'),
        shows: refused('AccountNotRegisteredException'),
      },
      { says: 'the slot is free afterwards', call: register('beta'), shows: nothing },
    ],
  },
  {
    about: 'who cannot be an administrator',
    async given(fixture) {
      await fixture.organization('alpha', 'closed');
      await enable(fixture);
      await fixture.clients.organizations.send(new CloseAccountCommand({ AccountId: fixture.id('closed') }));
    },
    steps: [
      {
        says: 'the management account',
        call: register('management'),
        shows: refused('ConstraintViolationException', 'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR'),
      },
      {
        says: 'an account of another organization',
        call: register(stranger),
        shows: refused('AccountNotFoundException'),
      },
      {
        says: 'a closed account',
        call: register('closed'),
        shows: refused(
          'ConstraintViolationException',
          'CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR',
        ),
      },
      {
        says: 'anyone, of a service AWS does not know',
        call: register('alpha', 'nobody.amazonaws.com'),
        shows: refused('InvalidInputException', 'UNRECOGNIZED_SERVICE_PRINCIPAL'),
      },
      {
        says: 'something that is not an account id',
        call: register('12345'),
        shows: { error: 'InvalidInputException' },
      },
      {
        says: 'nobody is deregistered who is not in the organization',
        call: deregister(stranger),
        shows: refused('AccountNotFoundException'),
      },
      {
        says: 'nobody is deregistered who was not registered',
        call: deregister('alpha'),
        shows: refused('AccountNotRegisteredException'),
      },
      {
        says: 'a stranger has no services to list',
        call: servicesOf(stranger),
        shows: refused('AccountNotFoundException'),
      },
    ],
  },
  {
    about: 'delegation and trusted access',
    given: (fixture) => fixture.organization('alpha'),
    steps: [
      {
        says: 'registering comes after enabling',
        call: register('alpha'),
        shows: refused('ConstraintViolationException', 'SERVICE_ACCESS_NOT_ENABLED'),
      },
      {
        says: 'and works then',
        call: async (fixture) => {
          await enable(fixture);
          return register('alpha')(fixture);
        },
        shows: nothing,
      },
      {
        says: 'disabling under an administrator is let through',
        call: ({ clients }) =>
          clients.organizations.send(new DisableAWSServiceAccessCommand({ ServicePrincipal: sso })),
        shows: nothing,
      },
      { says: 'the administrator stays registered', call: administrators(sso), shows: alphaListed },
      { says: 'and can be deregistered', call: deregister('alpha'), shows: nothing },
    ],
  },
  {
    about: 'delegation without an organization',
    steps: [
      {
        says: 'cannot be listed',
        call: administrators(sso),
        shows: refused('AWSOrganizationsNotInUseException'),
      },
      {
        says: 'cannot be made',
        call: register(stranger),
        shows: refused('AWSOrganizationsNotInUseException'),
      },
    ],
  },
];
