import { AwsError } from '../awsError.ts';
import { optionalText } from '../inputs.ts';
import { addOrganization } from '../seed.ts';
import type { Call, Members, Operation } from '../service.ts';
import { latest, put } from '../versions.ts';
import { readMoment, type World } from '../world.ts';
import { asManagement, asMember } from './callers.ts';
import { shapes } from './shapes.ts';
import { organizationView } from './views.ts';

export function organizationOperations(world: World): [string, Operation][] {
  return [
    [
      'CreateOrganization',
      { readOnly: false, input: shapes.createOrganization, handle: (call) => create(world, call) },
    ],
    ['DescribeOrganization', { readOnly: true, handle: (call) => describe(world, call) }],
    ['DeleteOrganization', { readOnly: false, handle: (call) => remove(world, call) }],
  ];
}

function create(world: World, call: Call): Members {
  const { accountId } = call.caller;
  const account = world.state.accounts.get(accountId);
  if (account && latest(account.membership).organizationId !== undefined) {
    throw new AwsError(
      'AlreadyInOrganizationException',
      'The AWS account is already a member of an organization.',
    );
  }
  const organization = addOrganization(world, {
    managementAccountId: accountId,
    partition: account?.partition ?? 'aws',
    features:
      optionalText(call.input, 'FeatureSet') === 'CONSOLIDATED_BILLING' ? 'CONSOLIDATED_BILLING' : 'ALL',
  });
  return { Organization: organizationView(world, organization, call.now) };
}

function describe(world: World, call: Call): Members {
  const organization = asMember(world, call);
  return { Organization: organizationView(world, organization, readMoment(world, call.operation)) };
}

function remove(world: World, call: Call): undefined {
  const organization = asManagement(world, call);
  for (const accountId of organization.everMembers) {
    const account = world.state.accounts.get(accountId);
    if (account === undefined || accountId === organization.managementAccountId) continue;
    if (latest(account.membership).organizationId === organization.id) {
      throw new AwsError(
        'OrganizationNotEmptyException',
        'To delete an organization you must first remove all member accounts.',
      );
    }
  }
  const management = world.state.accounts.get(organization.managementAccountId);
  if (management) {
    put(management.membership, { state: latest(management.membership).state }, call.now);
  }
  world.state.organizations.delete(organization.id);
}
