import { AwsError } from '../awsError.ts';
import { optionalText, text } from '../inputs.ts';
import { page } from '../pages.ts';
import { addAccount, join, putRole } from '../seed.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { CreateAccountStatus, Organization } from '../state.ts';
import { newId, readMoment, type World } from '../world.ts';
import { asManagement, asReader } from './callers.ts';
import { accountNotFound } from './errors.ts';
import { emitServiceEvent } from './serviceEvents.ts';
import { shapes } from './shapes.ts';
import { accountView, memberAt } from './views.ts';

export function accountOperations(world: World): [string, Operation][] {
  return [
    [
      'CreateAccount',
      {
        readOnly: false,
        input: shapes.createAccount,
        sensitive: ['Email', 'AccountName'],
        handle: (call) => create(world, call),
      },
    ],
    [
      'DescribeCreateAccountStatus',
      {
        readOnly: true,
        input: shapes.createAccountStatus,
        handle: (call) => describeCreation(world, call),
      },
    ],
    ['DescribeAccount', { readOnly: true, input: shapes.account, handle: (call) => describe(world, call) }],
    ['ListAccounts', { readOnly: true, input: shapes.paging, handle: (call) => list(world, call) }],
  ];
}

function create(world: World, call: Call): Members {
  const organization = asManagement(world, call);
  const begun: CreateAccountStatus = {
    id: newId(world, 'car-', 32),
    organizationId: organization.id,
    accountName: text(call.input, 'AccountName'),
    requestedAt: call.now,
  };
  world.state.createAccountStatuses.set(begun.id, begun);
  const complete = () => completeCreation(world, organization, begun, call.input);
  const { createAccountDelay } = world.settings;
  call.afterwards(createAccountDelay > 0 ? () => world.clock.after(createAccountDelay, complete) : complete);
  return { CreateAccountStatus: statusView(begun) };
}

function completeCreation(
  world: World,
  organization: Organization,
  begun: CreateAccountStatus,
  input: Members,
): void {
  const completedAt = world.clock.now();
  const email = text(input, 'Email');
  const taken = [...world.state.accounts.values()].some((account) => account.email === email);
  const status: CreateAccountStatus = taken
    ? { ...begun, completedAt, failure: 'EMAIL_ALREADY_EXISTS' }
    : { ...begun, completedAt, accountId: foundAccount(world, organization, input) };
  world.state.createAccountStatuses.set(status.id, status);
  emitServiceEvent(world, organization, 'CreateAccountResult', {
    createAccountStatus: {
      id: status.id,
      state: status.failure === undefined ? 'SUCCEEDED' : 'FAILED',
      accountName: '****',
      accountId: status.accountId,
      failureReason: status.failure,
      requestedTimestamp: new Date(status.requestedAt),
      completedTimestamp: new Date(completedAt),
    },
  });
}

function foundAccount(world: World, organization: Organization, input: Members): string {
  const account = addAccount(world, {
    name: text(input, 'AccountName'),
    email: text(input, 'Email'),
    partition: organization.partition,
  });
  join(world, organization, account.id, 'CREATED');
  putRole(world, account.id, {
    name: optionalText(input, 'RoleName') ?? 'OrganizationAccountAccessRole',
    trust: [{ principals: [organization.managementAccountId] }],
  });
  return account.id;
}

function describeCreation(world: World, call: Call): Members {
  const organization = asReader(world, call);
  const status = world.state.createAccountStatuses.get(text(call.input, 'CreateAccountRequestId'));
  if (status?.organizationId !== organization.id) {
    throw new AwsError(
      'CreateAccountStatusNotFoundException',
      "We can't find a create account request with the CreateAccountRequestId that you specified.",
    );
  }
  return { CreateAccountStatus: statusView(status) };
}

function statusView(status: CreateAccountStatus): Members {
  const finished = status.failure === undefined ? 'SUCCEEDED' : 'FAILED';
  return {
    Id: status.id,
    AccountName: status.accountName,
    State: status.completedAt === undefined ? 'IN_PROGRESS' : finished,
    RequestedTimestamp: new Date(status.requestedAt),
    ...(status.completedAt === undefined ? {} : { CompletedTimestamp: new Date(status.completedAt) }),
    AccountId: status.accountId,
    FailureReason: status.failure,
  };
}

function describe(world: World, call: Call): Members {
  const organization = asReader(world, call);
  const accountId = text(call.input, 'AccountId');
  const moment = readMoment(world, call.operation);
  if (memberAt(world, organization, accountId, moment) === undefined) throw accountNotFound();
  return { Account: accountView(world, organization, accountId, moment) };
}

function list(world: World, call: Call): Members {
  const organization = asReader(world, call);
  const moment = readMoment(world, call.operation);
  const members = [...organization.everMembers].filter(
    (accountId) => memberAt(world, organization, accountId, moment) !== undefined,
  );
  const { items, ...next } = page(members, (accountId) => accountId, call.input, world.settings);
  return {
    Accounts: items.map((accountId) => accountView(world, organization, accountId, moment)),
    ...next,
  };
}
