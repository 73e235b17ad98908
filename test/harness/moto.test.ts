import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DescribeOrganizationCommand,
  EnableAWSServiceAccessCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListDelegatedAdministratorsCommand,
  OrganizationsClient,
  RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';
import { expect, it } from 'vitest';
import { startMoto } from './moto.ts';

const principal = { ServicePrincipal: 'sso.amazonaws.com' };

it('moto lets IAM Identity Center be enabled and delegated, and forgets it on reset', async () => {
  await using moto = await startMoto();
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  const aws = new OrganizationsClient({ endpoint: moto.url, region: 'us-east-1', credentials });
  await aws.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const created = await aws.send(new CreateAccountCommand({ AccountName: 'a', Email: 'a@example.com' }));
  const AccountId = created.CreateAccountStatus?.AccountId;
  await aws.send(new EnableAWSServiceAccessCommand(principal));
  await aws.send(new RegisterDelegatedAdministratorCommand({ ...principal, AccountId }));

  const enabled = await aws.send(new ListAWSServiceAccessForOrganizationCommand({}));
  expect(enabled.EnabledServicePrincipals).toMatchObject([principal]);
  const administrators = await aws.send(new ListDelegatedAdministratorsCommand(principal));
  expect(administrators.DelegatedAdministrators).toMatchObject([{ Id: AccountId }]);

  await moto.reset();
  await expect(aws.send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({
    name: 'AWSOrganizationsNotInUseException',
  });
});
