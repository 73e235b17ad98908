import { AwsError } from '../awsError.ts';
import { text } from '../inputs.ts';
import { isList } from '../records.ts';
import { accountOf, join } from '../seed.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { Handshake, Organization } from '../state.ts';
import { latest, put } from '../versions.ts';
import { newId, type World } from '../world.ts';
import { asManagement } from './callers.ts';
import { accessDenied, invalidInput } from './errors.ts';
import { emitServiceEvent } from './serviceEvents.ts';
import { shapes } from './shapes.ts';

/** 15 days, as AWS gives. */
const lifetime = 15 * 86_400_000;

export function handshakeOperations(world: World): [string, Operation][] {
  return [
    [
      'InviteAccountToOrganization',
      { readOnly: false, input: shapes.invitation, handle: (call) => invite(world, call) },
    ],
    ['AcceptHandshake', { readOnly: false, input: shapes.handshake, handle: (call) => accept(world, call) }],
    ['EnableAllFeatures', { readOnly: false, handle: (call) => enableAllFeatures(world, call) }],
  ];
}

function invite(world: World, call: Call): Members {
  const organization = asManagement(world, call);
  const target = invitedAccount(world, call);
  if (latest(accountOf(world, target).membership).organizationId !== undefined) {
    throw handshakeConstraint('ALREADY_IN_AN_ORGANIZATION', 'The account is already in an organization.');
  }
  const open = [...world.state.handshakes.values()].some(
    (handshake) =>
      handshake.organizationId === organization.id &&
      handshake.target === target &&
      handshake.state === 'OPEN',
  );
  if (open) {
    throw new AwsError('DuplicateHandshakeException', 'A handshake with this account is open already.');
  }
  return { Handshake: handshakeView(organization, begin(world, organization, 'INVITE', target)) };
}

function invitedAccount(world: World, call: Call): string {
  const target = call.input['Target'];
  const members: Members =
    typeof target === 'object' && target !== null && !isList(target) && !(target instanceof Date)
      ? target
      : {};
  const id = text(members, 'Id');
  const account =
    members['Type'] === 'EMAIL'
      ? [...world.state.accounts.values()].find(({ email }) => email === id)
      : world.state.accounts.get(id);
  if (members['Type'] === 'ORGANIZATION' || account === undefined) {
    throw invalidInput('INVALID_PARTY_TYPE_TARGET', 'You specified an account that cannot be invited.');
  }
  return account.id;
}

function accept(world: World, call: Call): Members {
  const handshake = world.state.handshakes.get(text(call.input, 'HandshakeId'));
  const organization = handshake && world.state.organizations.get(handshake.organizationId);
  if (handshake === undefined || organization === undefined) {
    throw new AwsError('HandshakeNotFoundException', 'We cannot find this handshake.');
  }
  if (handshake.target !== call.caller.accountId) throw accessDenied();
  if (handshake.state !== 'OPEN') {
    throw new AwsError('HandshakeAlreadyInStateException', 'The handshake is already in this state.');
  }
  const { membership } = accountOf(world, handshake.target);
  if (handshake.action === 'INVITE') {
    if (latest(membership).organizationId !== undefined) {
      throw handshakeConstraint('ALREADY_IN_AN_ORGANIZATION', 'The account is already in an organization.');
    }
    join(world, organization, handshake.target, 'INVITED');
    const details = { accountId: handshake.target };
    call.afterwards(() => emitServiceEvent(world, organization, 'AccountJoinedOrganization', details));
  } else {
    put<'ALL' | 'CONSOLIDATED_BILLING'>(organization.features, 'ALL', call.now);
  }
  const accepted: Handshake = { ...handshake, state: 'ACCEPTED' };
  world.state.handshakes.set(accepted.id, accepted);
  return { Handshake: handshakeView(organization, accepted) };
}

/** The management account finishes it by accepting; approvals of invited members are taken as given. */
function enableAllFeatures(world: World, call: Call): Members {
  const organization = asManagement(world, call);
  if (latest(organization.features) === 'ALL') {
    throw handshakeConstraint(
      'ORGANIZATION_ALREADY_HAS_ALL_FEATURES',
      'The organization already has all features enabled.',
    );
  }
  const handshake = begin(world, organization, 'ENABLE_ALL_FEATURES', call.caller.accountId);
  return { Handshake: handshakeView(organization, handshake) };
}

function begin(
  world: World,
  organization: Organization,
  action: Handshake['action'],
  target: string,
): Handshake {
  const handshake: Handshake = {
    id: newId(world, 'h-', 16),
    organizationId: organization.id,
    action,
    target,
    state: 'OPEN',
    requestedAt: world.clock.now(),
  };
  world.state.handshakes.set(handshake.id, handshake);
  return handshake;
}

function handshakeConstraint(reason: string, message: string): AwsError {
  return new AwsError('HandshakeConstraintViolationException', message, { members: { Reason: reason } });
}

function handshakeView({ partition, managementAccountId, id }: Organization, handshake: Handshake): Members {
  const { action, target, requestedAt } = handshake;
  return {
    Id: handshake.id,
    Arn: `arn:${partition}:organizations::${managementAccountId}:handshake/${id}/${action.toLowerCase()}/${handshake.id}`,
    Parties: [
      { Id: id.replace('o-', ''), Type: 'ORGANIZATION' },
      ...(action === 'INVITE' ? [{ Id: target, Type: 'ACCOUNT' }] : []),
    ],
    State: handshake.state,
    RequestedTimestamp: new Date(requestedAt),
    ExpirationTimestamp: new Date(requestedAt + lifetime),
    Action: action,
    Resources: [{ Value: id, Type: 'ORGANIZATION' }],
  };
}
