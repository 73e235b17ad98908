import {
  CloseAccountCommand,
  DescribeAccountCommand,
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  ListAWSServiceAccessForOrganizationCommand,
  RegisterDelegatedAdministratorCommand,
  RemoveAccountFromOrganizationCommand,
} from '@aws-sdk/client-organizations';
import { type ContractCase, type Fixture, nothing, refused } from '../contractCase.ts';

const describeOrganization = ({ clients }: Fixture) =>
  clients.organizations.send(new DescribeOrganizationCommand({}));
const describeAccount = (account: string) => (fixture: Fixture) =>
  fixture.clients.organizations.send(new DescribeAccountCommand({ AccountId: idOf(fixture, account) }));
const remove = (account: string) => (fixture: Fixture) =>
  fixture.clients.organizations.send(
    new RemoveAccountFromOrganizationCommand({ AccountId: idOf(fixture, account) }),
  );
const close = (account: string) => (fixture: Fixture) =>
  fixture.clients.organizations.send(new CloseAccountCommand({ AccountId: idOf(fixture, account) }));
const idOf = (fixture: Fixture, account: string) => (/^\d+$/.test(account) ? account : fixture.id(account));

const stranger = '999999999999';
export const organizationCases: readonly ContractCase[] = [
  {
    about: 'an organization',
    steps: [
      {
        says: 'is not there at first',
        call: describeOrganization,
        shows: refused('AWSOrganizationsNotInUseException'),
      },
      {
        says: 'is described',
        call: async (fixture) => {
          await fixture.organization();
          return describeOrganization(fixture);
        },
        shows: {
          output: {
            Organization: {
              Id: '<organization>',
              Arn: 'arn:aws:organizations::<management>:organization/<organization>',
              FeatureSet: 'ALL',
              MasterAccountId: '<management>',
              MasterAccountArn: 'arn:aws:organizations::<management>:account/<organization>/<management>',
            },
          },
        },
      },
    ],
  },
  {
    about: 'an organization for consolidated billing',
    given: (fixture) => fixture.consolidatedBilling(),
    steps: [
      {
        says: 'says so',
        call: describeOrganization,
        shows: { output: { Organization: { FeatureSet: 'CONSOLIDATED_BILLING' } } },
      },
      {
        says: 'lists no trusted services',
        call: ({ clients }) => clients.organizations.send(new ListAWSServiceAccessForOrganizationCommand({})),
        shows: refused('ConstraintViolationException', 'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE'),
      },
      {
        says: 'trusts none',
        call: ({ clients }) =>
          clients.organizations.send(
            new EnableAWSServiceAccessCommand({ ServicePrincipal: 'sso.amazonaws.com' }),
          ),
        shows: refused('ConstraintViolationException', 'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE'),
      },
    ],
  },
  {
    about: 'a member account',
    given: (fixture) => fixture.organization('alpha'),
    steps: [
      {
        says: 'is described',
        call: describeAccount('alpha'),
        shows: {
          output: {
            Account: {
              Id: '<alpha>',
              Arn: 'arn:aws:organizations::<management>:account/<organization>/<alpha>',
              Email: 'alpha@example.com',
              Name: 'alpha',
              Status: 'ACTIVE',
              State: 'ACTIVE',
              JoinedMethod: 'CREATED',
              JoinedTimestamp: '<time>',
            },
          },
        },
      },
      {
        says: 'of another organization is not described',
        call: describeAccount(stranger),
        shows: refused('AccountNotFoundException'),
      },
      {
        says: 'has an id of twelve digits',
        call: describeAccount('123'),
        shows: { error: 'InvalidInputException' },
      },
    ],
  },
  {
    about: 'leaving an organization',
    async given(fixture) {
      await fixture.organization('alpha', 'beta');
      const { organizations } = fixture.clients;
      const ServicePrincipal = 'sso.amazonaws.com';
      await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
      await organizations.send(
        new RegisterDelegatedAdministratorCommand({ ServicePrincipal, AccountId: fixture.id('alpha') }),
      );
    },
    steps: [
      {
        says: 'is not possible for an administrator',
        call: remove('alpha'),
        shows: refused('ConstraintViolationException', 'CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG'),
      },
      {
        says: 'is not possible for the management account',
        call: remove('management'),
        shows: refused('MasterCannotLeaveOrganizationException'),
      },
      {
        says: 'is not possible for a stranger',
        call: remove(stranger),
        shows: refused('AccountNotFoundException'),
      },
      { says: 'is possible for a member', call: remove('beta'), shows: nothing },
      {
        says: 'ends the membership',
        call: describeAccount('beta'),
        shows: refused('AccountNotFoundException'),
      },
    ],
  },
  {
    about: 'closing an account',
    given: (fixture) => fixture.organization('alpha'),
    steps: [
      {
        says: 'is not possible for the management account',
        call: close('management'),
        shows: refused('ConstraintViolationException', 'CANNOT_CLOSE_MANAGEMENT_ACCOUNT'),
      },
      {
        says: 'is not possible for a stranger',
        call: close(stranger),
        shows: refused('AccountNotFoundException'),
      },
      { says: 'answers with an empty body', call: close('alpha'), shows: nothing },
      {
        says: 'ends in the state closed',
        call: describeAccount('alpha'),
        shows: { output: { Account: { Status: 'SUSPENDED', State: 'CLOSED' } } },
      },
      {
        says: 'is done once',
        call: close('alpha'),
        shows: refused('AccountAlreadyClosedException'),
      },
    ],
  },
];
