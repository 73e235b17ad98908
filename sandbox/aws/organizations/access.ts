import { text } from '../inputs.ts';
import { page } from '../pages.ts';
import type { Call, Members, Operation } from '../service.ts';
import type { Delegations, EnabledServices, Organization } from '../state.ts';
import { latest, put, valueAt } from '../versions.ts';
import { readMoment, type World } from '../world.ts';
import { asManagement, asReader, needAllFeatures } from './callers.ts';
import { constraint, unrecognizedPrincipal } from './errors.ts';
import { createServiceLinkedRole } from './serviceLinkedRole.ts';
import { shapes } from './shapes.ts';
import { type TrustedService, trustedServices } from './trustedServices.ts';

export function accessOperations(world: World): [string, Operation][] {
  return [
    [
      'EnableAWSServiceAccess',
      { readOnly: false, input: shapes.principal, handle: (call) => enable(world, call) },
    ],
    [
      'DisableAWSServiceAccess',
      { readOnly: false, input: shapes.principal, handle: (call) => disable(world, call) },
    ],
    [
      'ListAWSServiceAccessForOrganization',
      { readOnly: true, input: shapes.paging, handle: (call) => list(world, call) },
    ],
  ];
}

/** The service of the call, or the refusal of a principal that Organizations does not know. */
export function trustedService(call: Call): TrustedService {
  const service = trustedServices.get(text(call.input, 'ServicePrincipal'));
  if (service === undefined) throw unrecognizedPrincipal();
  return service;
}

/** Enabling what is enabled changes nothing, its date neither. */
function enable(world: World, call: Call): undefined {
  const organization = asManagement(world, call);
  const service = trustedService(call);
  needAllFeatures(organization);
  const enabled = latest(organization.enabled);
  if (enabled.has(service.principal)) return;
  put<EnabledServices>(organization.enabled, new Map([...enabled, [service.principal, call.now]]), call.now);
  if (world.settings.enableCreatesServiceLinkedRole && service.serviceLinkedRole !== undefined) {
    call.afterwards(() => createServiceLinkedRole(world, organization, service));
  }
}

/** Disabling what is not enabled changes nothing. */
function disable(world: World, call: Call): undefined {
  const organization = asManagement(world, call);
  const service = trustedService(call);
  needAllFeatures(organization);
  const enabled = latest(organization.enabled);
  if (!enabled.has(service.principal)) return;
  refuseInUse(world, organization, service);
  const rest = new Map(enabled);
  rest.delete(service.principal);
  put<EnabledServices>(organization.enabled, rest, call.now);
  if (world.settings.disableUnderAdministrators === 'Remove') {
    const delegations = new Map(latest(organization.delegations));
    delegations.delete(service.principal);
    put<Delegations>(organization.delegations, delegations, call.now);
  }
}

function refuseInUse(world: World, organization: Organization, service: TrustedService): void {
  if (service.policyType !== undefined && organization.policyTypes.has(service.policyType)) {
    throw constraint(
      'POLICY_TYPE_ENABLED_FOR_THIS_SERVICE',
      'You attempted to disable service access before you disabled the policy type of this service.',
    );
  }
  const administrators = latest(organization.delegations).get(service.principal);
  if (world.settings.disableUnderAdministrators === 'Refuse' && administrators && administrators.size > 0) {
    throw constraint(
      'DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE',
      'You must deregister the delegated administrators of this service first.',
    );
  }
}

function list(world: World, call: Call): Members {
  const organization = asReader(world, call);
  needAllFeatures(organization);
  const enabled = valueAt(organization.enabled, readMoment(world, call.operation)) ?? new Map();
  const { items, ...next } = page(
    [...enabled].map(([principal, since]) => ({ principal, since })),
    ({ principal }) => principal,
    call.input,
    world.settings,
  );
  return {
    EnabledServicePrincipals: items.map(({ principal, since }) => ({
      ServicePrincipal: principal,
      DateEnabled: new Date(since),
    })),
    ...next,
  };
}
