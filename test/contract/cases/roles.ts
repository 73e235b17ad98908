import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { type ContractCase, type Fixture, nothing, refused } from '../contractCase.ts';

const RoleName = 'forwarding';
const PolicyName = 'put-events';
const trust = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  });
const permission = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' }],
});

const decoded = (text: string | undefined) => JSON.parse(decodeURIComponent(text ?? 'null'));
const get = async ({ clients }: Fixture) => {
  const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
  return { Tags: Role?.Tags, trust: decoded(Role?.AssumeRolePolicyDocument) };
};
const getPolicy = async ({ clients }: Fixture) => {
  const { PolicyDocument } = await clients.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  return decoded(PolicyDocument);
};

export const roleCases: readonly ContractCase[] = [
  {
    about: 'a role for a service',
    given: (fixture) => fixture.organization(),
    steps: [
      {
        says: 'is created with tags',
        call: async ({ clients }) => {
          const { Role } = await clients.iam.send(
            new CreateRoleCommand({
              RoleName,
              AssumeRolePolicyDocument: trust('events.amazonaws.com'),
              Tags: [{ Key: 'team', Value: 'identity' }],
            }),
          );
          return { Path: Role?.Path, Arn: Role?.Arn };
        },
        shows: { output: { Path: '/', Arn: `arn:aws:iam::<management>:role/${RoleName}` } },
      },
      {
        says: 'has its tags and its trust policy then',
        call: get,
        shows: {
          output: {
            Tags: [{ Key: 'team', Value: 'identity' }],
            trust: JSON.parse(trust('events.amazonaws.com')),
          },
        },
      },
      {
        says: 'is not created twice',
        call: ({ clients }) =>
          clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust('x') })),
        shows: refused('EntityAlreadyExistsException'),
      },
      {
        says: 'gets another trust policy',
        call: async (fixture) => {
          const PolicyDocument = trust('scheduler.amazonaws.com');
          await fixture.clients.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
          return get(fixture);
        },
        shows: { output: { trust: JSON.parse(trust('scheduler.amazonaws.com')) } },
      },
      { says: 'has no policy at first', call: getPolicy, shows: refused('NoSuchEntityException') },
      {
        says: 'gets a policy',
        call: async (fixture) => {
          const input = { RoleName, PolicyName, PolicyDocument: permission };
          await fixture.clients.iam.send(new PutRolePolicyCommand(input));
          return getPolicy(fixture);
        },
        shows: { output: JSON.parse(permission) },
      },
      {
        says: 'is not deleted while it has a policy',
        call: ({ clients }) => clients.iam.send(new DeleteRoleCommand({ RoleName })),
        shows: refused('DeleteConflictException'),
      },
      {
        says: 'loses its policy',
        call: ({ clients }) => clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
        shows: nothing,
      },
      {
        says: 'is deleted',
        call: ({ clients }) => clients.iam.send(new DeleteRoleCommand({ RoleName })),
        shows: nothing,
      },
      { says: 'is gone then', call: get, shows: refused('NoSuchEntityException') },
    ],
  },
];
