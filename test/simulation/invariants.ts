import type { Members } from '../../sandbox/aws/service.ts';
import { desiredState, isRevoking } from '../../src/controller/observe.ts';
import { serviceFor } from '../../src/crds/services.ts';
import type { TrustedAccess } from '../../src/crds/trustedAccess.ts';
import type { SimulatedOrganization } from './simulatedAws.ts';
import { lastingDelegatesOf } from './state.ts';
import { sso } from './users.ts';

/** Milliseconds for which AWS may show what was, and a call may be under way. */
const unseen = 30_000;

/**
 * What the write lacks to be allowed, by the versions of the resources that its process saw; undefined: nothing.
 * It is the product's promise in other words than its code: nothing of src/controller decides here but the two
 * definitions of what is declared.
 */
export function permissionOf(
  operation: string,
  { AccountId }: Members,
  seen: readonly TrustedAccess[],
  simulatedOrganization: SimulatedOrganization,
): string | undefined {
  if (seen.length === 0) return 'nobody declares this principal';
  const restoring = seen.some(({ metadata, status: { replacement } }) => {
    const isOpen = replacement?.deregisteredAt !== undefined && !replacement.refusal;
    return isOpen && replacement.uid === metadata.uid && replacement.from === AccountId;
  });
  const acting = seen.filter((resource) => mayAct(resource));
  if (acting.length === 0 && !restoring) return 'everything that declares it is suspended or only observes';
  switch (operation) {
    case 'DisableAWSServiceAccess':
      return disabling(acting, simulatedOrganization);
    case 'EnableAWSServiceAccess':
      return acting.some((resource) => desiredState(resource).access === 'Enabled')
        ? undefined
        : 'nobody wants it enabled';
    case 'DeregisterDelegatedAdministrator':
      return deregistering(acting, String(AccountId));
    default:
      return acting.some(({ spec }) => spec.delegatedAdministrators?.includes(String(AccountId))) || restoring
        ? undefined
        : 'nobody wants this administrator';
  }
}

function mayAct(resource: TrustedAccess): boolean {
  const { spec, metadata } = resource;
  if (spec.suspend || spec.driftPolicy === 'Observe') return false;
  return metadata.deletionTimestamp === undefined || isRevoking(resource);
}

function isUnwanted(resource: TrustedAccess, account: string): boolean {
  const { administrators } = desiredState(resource);
  return administrators !== undefined && !administrators.includes(account);
}

function deregistering(acting: readonly TrustedAccess[], account: string): string | undefined {
  const wanting = acting.filter((resource) => isUnwanted(resource, account));
  if (wanting.length === 0) return 'everybody wants this administrator, or manages none';
  const isConfirmed = wanting.some(
    ({ spec: { servicePrincipal, deregister } }) =>
      serviceFor(servicePrincipal).deregistering === undefined || deregister?.confirmation === 'deregister',
  );
  return isConfirmed ? undefined : 'nothing confirms that it may be deregistered';
}

function disabling(
  acting: readonly TrustedAccess[],
  simulatedOrganization: SimulatedOrganization,
): string | undefined {
  const wanting = acting.filter(
    (resource) =>
      desiredState(resource).access === 'Disabled' && resource.spec.disable?.confirmation === 'disable',
  );
  if (wanting.length === 0) return 'nobody confirmed that it is to be disabled';
  const [{ spec }] = wanting as [TrustedAccess];
  const mayBeUsed = wanting.some(({ spec: { disable } }) => disable?.whileInUse === 'Allow');
  if (spec.servicePrincipal === sso && isInUse(simulatedOrganization) && !mayBeUsed)
    return 'Identity Center is in use';
  const since = simulatedOrganization.aws.world.clock.now() - unseen;
  if (lastingDelegatesOf(simulatedOrganization, spec.servicePrincipal, since).length > 0)
    return 'there are administrators yet';
  return undefined;
}

/** An organization instance with permission sets. Nothing in a run changes it. */
export function isInUse({ aws }: SimulatedOrganization): boolean {
  return [...aws.world.state.instances.values()].some(({ permissionSets }) => permissionSets.size > 0);
}
