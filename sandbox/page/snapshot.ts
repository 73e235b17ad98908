import { metadataOf, type Stored } from '../../src/controller/ports.ts';
import { serviceFor } from '../../src/crds/services.ts';
import { latest } from '../aws/versions.ts';
import { organizationOf } from '../drills/outsideChanges.ts';
import type { Scenario } from '../drills/scenario.ts';
import type { AccountView, ResourceView, ServiceView } from './view.ts';

/** The accounts of the organization as AWS has them now, the management account first. */
export function accountViews(scenario: Scenario): AccountView[] {
  const { everMembers, id, managementAccountId } = organizationOf(scenario);
  return [...everMembers].flatMap((accountId) => {
    const account = scenario.aws.world.state.accounts.get(accountId);
    const membership = account && latest(account.membership);
    if (!account || membership?.organizationId !== id) return [];
    const management = accountId === managementAccountId;
    return [{ id: accountId, name: account.name, management, state: membership.state }];
  });
}

/** These services, and whatever else is enabled, as AWS has them now. */
export function serviceViews(scenario: Scenario, principals: readonly string[]): ServiceView[] {
  const organization = organizationOf(scenario);
  const enabled = latest(organization.enabled);
  const delegations = latest(organization.delegations);
  return [...new Set([...principals, ...enabled.keys(), ...delegations.keys()])].map((principal) => {
    const { title, maximumAdministrators } = serviceFor(principal);
    return {
      principal,
      title,
      enabled: enabled.has(principal),
      administrators: [...(delegations.get(principal)?.keys() ?? [])],
      ...(maximumAdministrators !== undefined && { maximumAdministrators }),
    };
  });
}

/** A resource as it is declared, and what its status says. */
export function resourceView(stored: Stored, file: string | undefined): ResourceView {
  const { name, generation } = metadataOf(stored);
  const status = stored.kind === 'Valid' ? stored.resource.status : stored.status;
  return {
    name,
    generation,
    ...(file !== undefined && { file }),
    ...(status.inSyncGeneration !== undefined && { inSyncGeneration: status.inSyncGeneration }),
    ...(stored.kind === 'Valid' && declared(stored.resource.spec)),
    problems: stored.kind === 'Valid' ? [] : stored.problems,
    conditions: status.conditions.map(({ type, status: is, reason, message }) => ({
      ...{ type, status: is, reason, message },
    })),
  };
}

type Spec = Extract<Stored, { kind: 'Valid' }>['resource']['spec'];

function declared(spec: Spec) {
  const { servicePrincipal: principal, access, delegatedAdministrators, driftPolicy, interval } = spec;
  return {
    ...{ principal, access, driftPolicy, interval: String(interval) },
    ...(delegatedAdministrators !== undefined && { administrators: delegatedAdministrators }),
  };
}
