import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DescribeCreateAccountStatusCommand,
} from '@aws-sdk/client-organizations';
import { type Clients, clientsFor, type Keys } from './clients.ts';
import type { Fixture } from './contractCase.ts';
import type { Names } from './observation.ts';

/** The account that unknown keys belong to at moto; the simulated AWS is founded with it. */
export const managementAccountId = '123456789012';

export const setFixture = (endpoint: string, keys: Keys): { fixture: Fixture; names: Names } => {
  const names: Names = new Map([[managementAccountId, 'management']]);
  const clients = clientsFor(endpoint, keys);
  const name = (id: string | undefined, label: string) => {
    if (id === undefined) throw new Error(`AWS gave no id for ${label}`);
    names.set(id, label);
  };
  const fixture: Fixture = {
    clients,
    as: (other) => clientsFor(endpoint, other),
    id: (label) => {
      const found = [...names].find(([, known]) => known === label);
      if (found === undefined) throw new Error(`nothing is named ${label}`);
      return found[0];
    },
    name,
    async organization(...members) {
      const { Organization } = await clients.organizations.send(new CreateOrganizationCommand({}));
      name(Organization?.Id, 'organization');
      for (const member of members) name(await createAccount(clients, member), member);
    },
  };
  return { fixture, names };
};

const createAccount = async (clients: Clients, label: string): Promise<string | undefined> => {
  const created = await clients.organizations.send(
    new CreateAccountCommand({ AccountName: label, Email: `${label}@example.com` }),
  );
  const request = { CreateAccountRequestId: created.CreateAccountStatus?.Id };
  const { CreateAccountStatus } = await clients.organizations.send(
    new DescribeCreateAccountStatusCommand(request),
  );
  return CreateAccountStatus?.AccountId;
};
