import { AwsError } from '../awsError.ts';
import { text } from '../inputs.ts';
import { accountOf, setAccountState } from '../seed.ts';
import type { Call, Operation } from '../service.ts';
import type { Membership, Organization } from '../state.ts';
import { latest, put } from '../versions.ts';
import type { World } from '../world.ts';
import { administers, asManagement, asMember } from './callers.ts';
import { accountNotFound, constraint } from './errors.ts';
import { emitServiceEvent } from './serviceEvents.ts';
import { shapes } from './shapes.ts';
import { memberAt } from './views.ts';

export function departureOperations(world: World): [string, Operation][] {
  return [
    [
      'RemoveAccountFromOrganization',
      {
        readOnly: false,
        input: shapes.account,
        handle: (call) => depart(world, call, asManagement(world, call), text(call.input, 'AccountId')),
      },
    ],
    [
      'LeaveOrganization',
      {
        readOnly: false,
        handle: (call) => depart(world, call, asMember(world, call), call.caller.accountId),
      },
    ],
    ['CloseAccount', { readOnly: false, input: shapes.account, handle: (call) => close(world, call) }],
  ];
}

function depart(world: World, call: Call, organization: Organization, accountId: string): undefined {
  if (accountId === organization.managementAccountId) {
    throw new AwsError(
      'MasterCannotLeaveOrganizationException',
      'You cannot remove the management account from the organization.',
    );
  }
  if (memberAt(world, organization, accountId, call.now) === undefined) throw accountNotFound();
  if (administers(organization, accountId)) {
    throw constraint(
      'CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG',
      'You cannot remove a delegated administrator account from the organization.',
    );
  }
  const { membership } = accountOf(world, accountId);
  put<Membership>(membership, { state: latest(membership).state }, call.now);
  call.afterwards(() => emitServiceEvent(world, organization, 'AccountDepartedOrganization', { accountId }));
}

/** An account that administers a service may be closed, and stays registered. */
function close(world: World, call: Call): undefined {
  const organization = asManagement(world, call);
  const accountId = text(call.input, 'AccountId');
  if (accountId === organization.managementAccountId) {
    throw constraint('CANNOT_CLOSE_MANAGEMENT_ACCOUNT', 'You cannot close the management account.');
  }
  const member = memberAt(world, organization, accountId, call.now);
  if (member === undefined) throw accountNotFound();
  if (member.state === 'CLOSED' || member.state === 'PENDING_CLOSURE') {
    throw new AwsError('AccountAlreadyClosedException', 'You attempted to close an account that is closed.');
  }
  setAccountState(world, accountId, 'PENDING_CLOSURE');
  const complete = () => {
    setAccountState(world, accountId, 'CLOSED');
    emitServiceEvent(world, organization, 'CloseAccountResult', {
      closeAccountStatus: {
        accountId,
        state: 'SUCCEEDED',
        requestedTimestamp: new Date(call.now),
        completedTimestamp: new Date(world.clock.now()),
      },
    });
  };
  const { closeAccountDelay } = world.settings;
  call.afterwards(closeAccountDelay > 0 ? () => world.clock.after(closeAccountDelay, complete) : complete);
}
