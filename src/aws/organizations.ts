import type {
  Account,
  DelegatedAdministrator,
  DescribeOrganizationCommandOutput,
} from '@aws-sdk/client-organizations';
import { readable } from '../awsApi/failure.ts';
import { partitionOfArn } from '../awsApi/partitions.ts';
import {
  type Administrator,
  CloudError,
  type Organization,
  type Organizations,
  type RequestId,
} from '../controller/ports.ts';
import type { Question } from './classify.ts';
import { readIdentityCenter } from './identityCenter.ts';
import type { Line } from './line.ts';
import { operation } from './operations.ts';
import { deregister, disableAccess, enableAccess, register } from './organizationWrites.ts';
import { allPages } from './paging.ts';
import { type Budget, createSharedRead, createSharedReads, type Reader } from './sharedRead.ts';

/** The most AWS Organizations answers with in one page. */
const pageSize = 20;

type EnabledServices = ReadonlyMap<string, { readonly since?: string }>;

/** Everything one set of credentials may see and do in AWS Organizations; equal reads are shared. */
export function createOrganizations(line: Line, budget: Budget): Organizations {
  const { clock } = line;
  const organization = createSharedRead(clock, describeOrganization(line));
  const enabledServices = createSharedRead(clock, listEnabledServices(line));
  const administrators = createSharedReads<readonly Administrator[]>(clock, budget);
  const accountStates = createSharedReads<string | undefined>(clock, budget);
  const roles = createSharedReads<boolean>(clock, budget);
  const identityCenter = readIdentityCenter(line, budget);

  /** What was read before an own change, or while it was under way, is no answer to anybody afterwards. */
  const changing = async (outdate: () => void, change: Promise<RequestId | undefined>) => {
    try {
      return await change;
    } finally {
      outdate();
    }
  };

  return {
    callerAccount: (read) => line.callerAccount(read),
    organization: (read) => organization.get(read),
    enabledServices: (read) => enabledServices.get(read),
    administrators: (principal, read) =>
      administrators.of(principal, listAdministrators(line, principal)).get(read),
    accountState: (accountId, read) =>
      accountStates.of(accountId, describeAccount(line, accountId)).get(read),
    identityCenter,
    hasServiceLinkedRole: (principal, roleName, read) =>
      roles.of(roleName, getRole(line, principal, roleName)).get(read),
    enableAccess: (principal, signal) =>
      changing(enabledServices.outdate, enableAccess(line, principal, signal)),
    disableAccess: (principal, signal) =>
      changing(enabledServices.outdate, disableAccess(line, principal, signal)),
    registerAdministrator: (principal, accountId, signal) =>
      changing(() => administrators.outdate(principal), register(line, principal, accountId, signal)),
    deregisterAdministrator: (principal, accountId, signal) =>
      changing(() => administrators.outdate(principal), deregister(line, principal, accountId, signal)),
  };
}

// ── Reads ────────────────────────────────────────────────────────────────────────────────────────

function describeOrganization(line: Line): Reader<Organization | undefined> {
  return async (signal, began) => {
    const { client, sdk } = await line.organizations();
    const answer = await line.call({
      question: { operation: 'DescribeOrganization' },
      signal,
      began,
      send: (abortSignal) => client.send(new sdk.DescribeOrganizationCommand({}), { abortSignal }),
    });
    if (answer.kind !== 'Answered') return undefined;
    const organization = organizationOf(answer.value);
    line.belongsTo(organization.managementAccountId);
    return organization;
  };
}

function organizationOf({ Organization: found }: DescribeOrganizationCommandOutput): Organization {
  const partition = partitionOfArn(found?.Arn ?? '');
  if (!found?.Id || !found.MasterAccountId || partition === undefined) {
    throw unusable('DescribeOrganization');
  }
  return {
    id: found.Id,
    managementAccountId: found.MasterAccountId,
    partition,
    allFeatures: found.FeatureSet === 'ALL',
  };
}

function listEnabledServices(line: Line): Reader<EnabledServices> {
  return async (signal, began) => {
    const { client, sdk } = await line.organizations();
    const question: Question = { operation: 'ListAWSServiceAccessForOrganization' };
    const services = await allPages(question.operation, async (NextToken) => {
      const input = { MaxResults: pageSize, ...(NextToken !== undefined && { NextToken }) };
      const page = await line.read({
        question,
        signal,
        ...(NextToken === undefined && { began }),
        send: (abortSignal) =>
          client.send(new sdk.ListAWSServiceAccessForOrganizationCommand(input), { abortSignal }),
      });
      return { items: page.EnabledServicePrincipals ?? [], nextToken: page.NextToken };
    });
    return new Map(
      services.flatMap(({ ServicePrincipal, DateEnabled }) =>
        ServicePrincipal ? [[ServicePrincipal, since(DateEnabled)] as const] : [],
      ),
    );
  };
}

function listAdministrators(line: Line, principal: string): Reader<readonly Administrator[]> {
  return async (signal, began) => {
    const { client, sdk } = await line.organizations();
    const question: Question = { operation: 'ListDelegatedAdministrators', principal };
    const administrators = await allPages(question.operation, async (NextToken) => {
      const token = NextToken !== undefined && { NextToken };
      const input = { ServicePrincipal: principal, MaxResults: pageSize, ...token };
      const page = await line.read({
        question,
        signal,
        ...(NextToken === undefined && { began }),
        send: (abortSignal) =>
          client.send(new sdk.ListDelegatedAdministratorsCommand(input), { abortSignal }),
      });
      return { items: page.DelegatedAdministrators ?? [], nextToken: page.NextToken };
    });
    return administrators.flatMap(administratorOf);
  };
}

function administratorOf(found: DelegatedAdministrator): Administrator[] {
  if (!found.Id) return [];
  // Whoever owns an account names it, and a stranger's may be invited. AWS allows 50 characters.
  const name = readable(found.Name ?? '', 100);
  return [
    {
      accountId: found.Id,
      ...(name !== '' && { name }),
      state: stateOf(found),
      ...since(found.DelegationEnabledDate),
    },
  ];
}

function describeAccount(line: Line, accountId: string): Reader<string | undefined> {
  return async (signal, began) => {
    const { client, sdk } = await line.organizations();
    const answer = await line.call({
      question: { operation: 'DescribeAccount' },
      signal,
      began,
      send: (abortSignal) =>
        client.send(new sdk.DescribeAccountCommand({ AccountId: accountId }), { abortSignal }),
    });
    if (answer.kind !== 'Answered') return undefined;
    const { Account: account } = answer.value;
    if (!account) throw unusable('DescribeAccount');
    return stateOf(account);
  };
}

/** `Status` is the older field, which AWS is retiring. */
function stateOf({ State, Status }: Pick<Account, 'State' | 'Status'>): string {
  return State ?? Status ?? 'UNKNOWN';
}

function getRole(line: Line, principal: string, roleName: string): Reader<boolean> {
  return async (signal, began) => {
    const { client, sdk } = await line.iam();
    const answer = await line.call({
      question: { operation: 'GetRole', principal },
      signal,
      began,
      send: (abortSignal) => client.send(new sdk.GetRoleCommand({ RoleName: roleName }), { abortSignal }),
    });
    return answer.kind === 'Answered';
  };
}

function since(date: Date | undefined): { readonly since?: string } {
  return date && !Number.isNaN(date.getTime()) ? { since: date.toISOString() } : {};
}

function unusable(name: Parameters<typeof operation>[0]): CloudError {
  const { action } = operation(name);
  return new CloudError('transient', 'ObservationFailed', action, 'the answer lacks a required field');
}
