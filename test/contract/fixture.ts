import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DescribeCreateAccountStatusCommand,
} from '@aws-sdk/client-organizations';
import { addAccount, addOrganization, join, putRole } from '../../sandbox/aws/seed.ts';
import type { SimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { type Clients, clientsFor, type Keys } from './clients.ts';
import type { Fixture } from './contractCase.ts';
import type { Names } from './observation.ts';

/** The account that unknown keys belong to at moto; the simulated AWS is founded with it. */
export const managementAccountId = '123456789012';

/** Makes an organization and member accounts of these names; resolves with their ids. */
export type Organize = (
  clients: Clients,
  features: 'ALL' | 'CONSOLIDATED_BILLING',
  members: readonly string[],
) => Promise<{ readonly id: string | undefined; readonly members: readonly (string | undefined)[] }>;

export const setFixture = (
  endpoint: string,
  keys: Keys,
  organize: Organize,
): { fixture: Fixture; names: Names } => {
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
    async organization(...labels) {
      const { id, members } = await organize(clients, 'ALL', labels);
      name(id, 'organization');
      for (const [at, label] of labels.entries()) name(members[at], label);
    },
    consolidatedBilling: async () => void (await organize(clients, 'CONSOLIDATED_BILLING', [])),
  };
  return { fixture, names };
};

/** As a customer does: by the API. */
export const organizeByCalls: Organize = async (clients, FeatureSet, labels) => {
  const { Organization } = await clients.organizations.send(new CreateOrganizationCommand({ FeatureSet }));
  const members: (string | undefined)[] = [];
  for (const label of labels) members.push(await createAccount(clients, label));
  return { id: Organization?.Id, members };
};

/** The simulated AWS has no operations that found an organization: it is seeded. */
export const organizeBySeed =
  ({ world }: SimulatedAws): Organize =>
  async (_clients, features, labels) => {
    const organization = addOrganization(world, { managementAccountId, features });
    const members = labels.map((name) => {
      const { id } = addAccount(world, { name, email: `${name}@example.com` });
      join(world, organization, id, 'CREATED');
      putRole(world, id, {
        name: 'OrganizationAccountAccessRole',
        trust: [{ principals: [managementAccountId] }],
      });
      return id;
    });
    return { id: organization.id, members };
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
