import {
  CreateServiceLinkedRoleCommand,
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
} from '@aws-sdk/client-iam';
import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import {
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListPermissionSetsCommand,
} from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type ContractCase, refused, type Stage } from '../contractCase.ts';

const serviceLinkedRole = 'AWSServiceRoleForSSO';
const getRole =
  (RoleName: string) =>
  ({ clients }: Stage) =>
    clients.iam.send(new GetRoleCommand({ RoleName }));
const assume = ({ clients }: Stage, RoleArn: string) =>
  clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' }));

/** Any member's access role, which the organization made when it made the account. */
const accessRole = (stage: Stage) => `arn:aws:iam::${stage.id('alpha')}:role/OrganizationAccountAccessRole`;
const noInstance = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';

export const identityCases: readonly ContractCase[] = [
  {
    about: 'who calls',
    given: (stage) => stage.organization('alpha'),
    steps: [
      {
        says: 'the account of the keys is told',
        call: ({ clients }) => clients.sts.send(new GetCallerIdentityCommand({})),
        shows: { output: { Account: '<management>' } },
      },
      {
        says: 'assuming a role gives a session of that role',
        call: async (stage) => {
          const { AssumedRoleUser, Credentials, $metadata } = await assume(stage, accessRole(stage));
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
        call: async (stage) => {
          const clients = await sessionOf(stage);
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
        call: async (stage) => {
          const clients = await sessionOf(stage);
          return clients.organizations.send(new DescribeOrganizationCommand({}));
        },
        shows: { output: { Organization: { Id: '<organization>', MasterAccountId: '<management>' } } },
      },
      {
        says: 'a role that does not exist cannot be assumed',
        call: (stage) => assume(stage, `arn:aws:iam::${stage.id('alpha')}:role/nobody`),
        shows: refused('AccessDenied'),
      },
    ],
  },
  {
    about: 'a service-linked role',
    given: (stage) => stage.organization(),
    steps: [
      {
        says: 'is not there at first',
        call: getRole(serviceLinkedRole),
        shows: refused('NoSuchEntityException'),
      },
      {
        says: 'is made for its service, under its path',
        call: async (stage) => {
          const { Role } = await stage.clients.iam.send(
            new CreateServiceLinkedRoleCommand({ AWSServiceName: 'sso.amazonaws.com' }),
          );
          stage.name(Role?.RoleName, 'role');
          return { path: Role?.Path, since: Role?.CreateDate };
        },
        shows: { output: { path: '/aws-service-role/sso.amazonaws.com/', since: '<time>' } },
      },
      {
        says: 'is named as AWS documents',
        call: async (stage) => ({ isDocumented: stage.id('role') === serviceLinkedRole }),
        shows: { output: { isDocumented: true } },
      },
      {
        says: 'is found then',
        call: (stage) => getRole(stage.id('role'))(stage),
        shows: {
          output: {
            Role: {
              Path: '/aws-service-role/sso.amazonaws.com/',
              Arn: 'arn:aws:iam::<management>:role/aws-service-role/sso.amazonaws.com/<role>',
            },
          },
        },
      },
      {
        says: 'can be deleted while its service is not trusted',
        call: async (stage) => {
          const RoleName = stage.id('role');
          const deleted = await stage.clients.iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }));
          return { task: deleted.DeletionTaskId !== undefined };
        },
        shows: { output: { task: true } },
      },
      {
        says: 'is gone then',
        call: (stage) => getRole(stage.id('role'))(stage),
        shows: refused('NoSuchEntityException'),
      },
    ],
  },
  {
    about: 'IAM Identity Center that nobody set up',
    given: (stage) => stage.organization(),
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

const sessionOf = async (stage: Stage) => {
  const { Credentials } = await assume(stage, accessRole(stage));
  return stage.as({
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    ...(Credentials?.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
  });
};
