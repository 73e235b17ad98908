import { type AccountClient, ListRegionsCommand } from '@aws-sdk/client-account';
import { CreateServiceLinkedRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import {
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListPermissionSetsCommand,
} from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type ContractCase, type Fixture, refused } from '../contractCase.ts';

const serviceLinkedRole = 'AWSServiceRoleForSSO';
const getRole =
  (RoleName: string) =>
  ({ clients }: Fixture) =>
    clients.iam.send(new GetRoleCommand({ RoleName }));
const assume = ({ clients }: Fixture, RoleArn: string) =>
  clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' }));

/** Any member's access role, which the organization made when it made the account. */
const accessRole = (fixture: Fixture) =>
  `arn:aws:iam::${fixture.id('alpha')}:role/OrganizationAccountAccessRole`;
const noInstance = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';

export const identityCases: readonly ContractCase[] = [
  {
    about: 'who calls',
    given: (fixture) => fixture.organization('alpha'),
    steps: [
      {
        says: 'the account of the keys is told',
        call: ({ clients }) => clients.sts.send(new GetCallerIdentityCommand({})),
        shows: { output: { Account: '<management>' } },
      },
      {
        says: 'assuming a role gives a session of that role',
        call: async (fixture) => {
          const { AssumedRoleUser, Credentials, $metadata } = await assume(fixture, accessRole(fixture));
          return {
            $metadata,
            AssumedRoleUser: { Arn: AssumedRoleUser?.Arn },
            token: Credentials?.SessionToken !== undefined,
            expiration: Credentials?.Expiration,
          };
        },
        shows: {
          output: {
            AssumedRoleUser: {
              Arn: 'arn:aws:sts::<alpha>:assumed-role/OrganizationAccountAccessRole/session',
            },
            token: true,
            expiration: '<time>',
          },
        },
      },
      {
        says: 'the session calls as the role, in its account',
        call: async (fixture) => {
          const clients = await sessionOf(fixture);
          const { Account, Arn } = await clients.sts.send(new GetCallerIdentityCommand({}));
          return { Account, Arn };
        },
        shows: {
          output: {
            Account: '<alpha>',
            Arn: 'arn:aws:sts::<alpha>:assumed-role/OrganizationAccountAccessRole/session',
          },
        },
      },
      {
        says: 'a member may describe its organization',
        call: async (fixture) => {
          const clients = await sessionOf(fixture);
          return clients.organizations.send(new DescribeOrganizationCommand({}));
        },
        shows: { output: { Organization: { Id: '<organization>', MasterAccountId: '<management>' } } },
      },
      {
        says: 'a role that does not exist cannot be assumed',
        call: (fixture) => assume(fixture, `arn:aws:iam::${fixture.id('alpha')}:role/nobody`),
        shows: refused('AccessDenied'),
      },
    ],
  },
  {
    about: 'a service-linked role',
    given: (fixture) => fixture.organization(),
    steps: [
      {
        says: 'is not there at first',
        call: getRole(serviceLinkedRole),
        shows: refused('NoSuchEntityException'),
      },
      {
        says: 'is made for its service, under its path',
        call: async (fixture) => {
          const { Role } = await fixture.clients.iam.send(
            new CreateServiceLinkedRoleCommand({ AWSServiceName: 'sso.amazonaws.com' }),
          );
          fixture.name(Role?.RoleName, 'role');
          return { path: Role?.Path, since: Role?.CreateDate };
        },
        shows: { output: { path: '/aws-service-role/sso.amazonaws.com/', since: '<time>' } },
      },
      {
        says: 'is named as AWS documents',
        call: async (fixture) => {
          const { Role } = await getRole(fixture.id('role'))(fixture);
          return { isDocumented: Role?.RoleName === serviceLinkedRole };
        },
        shows: { output: { isDocumented: true } },
      },
      {
        says: 'is found then',
        call: (fixture) => getRole(fixture.id('role'))(fixture),
        shows: {
          output: {
            Role: {
              Path: '/aws-service-role/sso.amazonaws.com/',
              Arn: 'arn:aws:iam::<management>:role/aws-service-role/sso.amazonaws.com/<role>',
            },
          },
        },
      },
    ],
  },
  {
    about: 'the regions of an account',
    given: (fixture) => fixture.organization(),
    steps: [
      {
        says: 'have those that every account has, and those that it has to enable',
        call: async ({ clients }) => {
          const { Regions = [], $metadata } = await allRegions(clients.account);
          const statusOf = (region: string) =>
            Regions.find(({ RegionName }) => RegionName === region)?.RegionOptStatus;
          return { $metadata, first: statusOf('us-east-1'), later: statusOf('me-south-1') };
        },
        shows: { output: { first: 'ENABLED_BY_DEFAULT', later: 'DISABLED' } },
      },
      {
        says: 'have no page of more than fifty',
        call: ({ clients }) => clients.account.send(new ListRegionsCommand({ MaxResults: 51 })),
        shows: refused('ValidationException'),
      },
    ],
  },
  {
    about: 'IAM Identity Center that nobody set up',
    given: (fixture) => fixture.organization(),
    steps: [
      {
        says: 'has no instance',
        call: ({ clients }) => clients.identityCenter.send(new ListInstancesCommand({})),
        shows: { output: { Instances: [] } },
      },
      {
        says: 'describes no instance',
        call: ({ clients }) =>
          clients.identityCenter.send(new DescribeInstanceCommand({ InstanceArn: noInstance })),
        shows: refused('AccessDeniedException'),
      },
      {
        says: 'has no permission sets to list',
        call: ({ clients }) =>
          clients.identityCenter.send(new ListPermissionSetsCommand({ InstanceArn: noInstance })),
        shows: refused('ResourceNotFoundException'),
      },
    ],
  },
];

const allRegions = async (client: AccountClient) => {
  const first = await client.send(new ListRegionsCommand({}));
  const regions = [...(first.Regions ?? [])];
  for (let token = first.NextToken; token !== undefined; ) {
    const page = await client.send(new ListRegionsCommand({ NextToken: token }));
    regions.push(...(page.Regions ?? []));
    token = page.NextToken;
  }
  return { $metadata: first.$metadata, Regions: regions };
};

const sessionOf = async (fixture: Fixture) => {
  const { Credentials } = await assume(fixture, accessRole(fixture));
  return fixture.as({
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    ...(Credentials?.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
  });
};
