import { AwsError } from '../awsError.ts';
import { optionalText, text } from '../inputs.ts';
import { page } from '../pages.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { Delegations, Organization } from '../state.ts';
import { latest, put, valueAt } from '../versions.ts';
import { readMoment, type World } from '../world.ts';
import { trustedService } from './access.ts';
import { administers, asManagement, asReader, needAllFeatures } from './callers.ts';
import { accountNotFound, constraint, invalidInput, unrecognizedPrincipal } from './errors.ts';
import { shapes } from './shapes.ts';
import type { TrustedService } from './trustedServices.ts';
import { accountView, memberAt } from './views.ts';

export function delegationOperations(world: World): [string, Operation][] {
  return [
    [
      'RegisterDelegatedAdministrator',
      { readOnly: false, input: shapes.delegation, handle: (call) => register(world, call) },
    ],
    [
      'DeregisterDelegatedAdministrator',
      { readOnly: false, input: shapes.delegation, handle: (call) => deregister(world, call) },
    ],
    [
      'ListDelegatedAdministrators',
      { readOnly: true, input: shapes.administrators, handle: (call) => listAdministrators(world, call) },
    ],
    [
      'ListDelegatedServicesForAccount',
      { readOnly: true, input: shapes.accountAndPaging, handle: (call) => listServices(world, call) },
    ],
  ];
}

function register(world: World, call: Call): undefined {
  const organization = asManagement(world, call);
  const service = trustedService(call);
  const accountId = text(call.input, 'AccountId');
  needAllFeatures(organization);
  refuseAccount(world, organization, accountId, call.now);
  refuseService(world, organization, service);
  const delegations = latest(organization.delegations);
  const administrators = delegations.get(service.principal) ?? new Map<string, number>();
  if (administrators.has(accountId)) {
    throw new AwsError(
      'AccountAlreadyRegisteredException',
      'The account is already a delegated administrator of this service.',
    );
  }
  if (administrators.size >= service.maximumAdministrators) {
    throw constraint(
      world.settings.slotTaken,
      'You have registered the maximum number of delegated administrators for this service.',
    );
  }
  const more = new Map([...administrators, [accountId, call.now]]);
  put<Delegations>(organization.delegations, new Map([...delegations, [service.principal, more]]), call.now);
}

function refuseAccount(world: World, organization: Organization, accountId: string, now: number): void {
  if (accountId === organization.managementAccountId) {
    throw constraint(
      'CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR',
      'You cannot register the management account as a delegated administrator.',
    );
  }
  const member = memberAt(world, organization, accountId, now);
  if (member === undefined) throw accountNotFound();
  if (member.state !== 'ACTIVE') {
    throw constraint(
      'CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR',
      'You cannot register a suspended account as a delegated administrator.',
    );
  }
}

function refuseService(world: World, organization: Organization, service: TrustedService): void {
  if (service.maximumAdministrators === 0) throw unrecognizedPrincipal();
  if (latest(organization.enabled).has(service.principal)) return;
  const reason = world.settings.registerBeforeEnable;
  if (reason === 'UNRECOGNIZED_SERVICE_PRINCIPAL') throw unrecognizedPrincipal();
  throw constraint(reason, 'You must enable service access before you register a delegated administrator.');
}

function deregister(world: World, call: Call): undefined {
  const organization = asManagement(world, call);
  const service = trustedService(call);
  const accountId = text(call.input, 'AccountId');
  needAllFeatures(organization);
  if (memberAt(world, organization, accountId, call.now) === undefined) throw accountNotFound();
  const delegations = latest(organization.delegations);
  const administrators = delegations.get(service.principal);
  if (!administrators?.has(accountId)) throw notRegistered();
  const rest = new Map(administrators);
  rest.delete(accountId);
  const changed = new Map(delegations);
  if (rest.size > 0) changed.set(service.principal, rest);
  else changed.delete(service.principal);
  put<Delegations>(organization.delegations, changed, call.now);
}

function notRegistered(): AwsError {
  return new AwsError(
    'AccountNotRegisteredException',
    'The account is not a delegated administrator of this service.',
  );
}

function listAdministrators(world: World, call: Call): Members {
  const organization = asReader(world, call);
  const principal = optionalText(call.input, 'ServicePrincipal');
  if (principal !== undefined) trustedService(call);
  needAllFeatures(organization);
  const moment = readMoment(world, call.operation);
  const since = new Map<string, number>();
  for (const [name, administrators] of valueAt(organization.delegations, moment) ?? []) {
    if (principal !== undefined && name !== principal) continue;
    for (const [accountId, date] of administrators) {
      since.set(accountId, Math.min(date, since.get(accountId) ?? date));
    }
  }
  const { items, ...next } = page(
    [...since],
    ([accountId]) => `${accountId}`,
    call.input,
    world.settings,
    () => invalidInput('INVALID_NEXT_TOKEN', 'You provided an invalid next token.'),
  );
  return {
    DelegatedAdministrators: items.map(([accountId, date]) => ({
      ...accountView(world, organization, accountId, moment),
      DelegationEnabledDate: new Date(date),
    })),
    ...next,
  };
}

function listServices(world: World, call: Call): Members {
  const organization = asReader(world, call);
  const accountId = text(call.input, 'AccountId');
  needAllFeatures(organization);
  if (memberAt(world, organization, accountId, call.now) === undefined) throw accountNotFound();
  if (!administers(organization, accountId)) throw notRegistered();
  const delegations = valueAt(organization.delegations, readMoment(world, call.operation)) ?? new Map();
  const services = [...delegations].flatMap(([principal, administrators]) => {
    const date = administrators.get(accountId);
    return date === undefined ? [] : [{ principal, date }];
  });
  const { items, ...next } = page(services, ({ principal }) => principal, call.input, world.settings);
  return {
    DelegatedServices: items.map(({ principal, date }) => ({
      ServicePrincipal: principal,
      DelegationEnabledDate: new Date(date),
    })),
    ...next,
  };
}
